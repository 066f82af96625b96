/** The README's section about costs and keys, typed into a terminal as it stands there. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SDKS, WITHOUT_SDKS } from "../clients/sdk.ts";
import { type Person, person, type StartedGateway } from "../e2e/terminal.ts";
import { sharedPostgres, withoutPostgres } from "../fixtures/postgres.ts";
import { sharedRedis, withoutRedis } from "../fixtures/redis.ts";
import { blocks, masked, section, type Terminal, terminal, type Typed, typedIn } from "./console.ts";

const ROOT = join(import.meta.dir, "../..");
const TEXT = section(readFileSync(join(ROOT, "README.md"), "utf8"), "What it cost, and who may spend it");
const [SIMULATOR = "", COMPANY = ""] = blocks(TEXT, "yaml");
const [SCRIPT = ""] = blocks(TEXT, "js");
const TYPED = blocks(TEXT, "console").flatMap(typedIn);
const SHOWN_URL = "http://127.0.0.1:4141";
const PATIENCE_MS = 30_000;

let me: Person;
beforeAll(() => {
  me = person();
});
afterAll(() => me.leave());

/** A folder with what the section puts there, and `npx` that starts this tree. */
function place(yaml: string): string {
  const folder = me.folder(yaml);
  symlinkSync(join(ROOT, "test/clients/node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "bin"));
  const npx = join(folder, "bin/npx");
  writeFileSync(
    npx,
    `#!/bin/sh\nshift\nexec '${process.execPath}' --no-env-file '${join(ROOT, "src/main.ts")}' "$@"\n`,
  );
  chmodSync(npx, 0o755);
  return folder;
}

const shellIn = (folder: string, variables: Readonly<Record<string, string>> = {}): Terminal =>
  terminal(folder, {
    PATH: [join(folder, "bin"), dirname(Bun.which("node") ?? ""), "/usr/bin", "/bin"].join(":"),
    HOME: me.home,
    CODESWITCH_DATA_DIR: me.data,
    npm_command: "exec",
    ...variables,
  });

/** The address where the gateway really is. */
const scriptFor = ({ url }: StartedGateway): string => {
  expect(SCRIPT).toContain(SHOWN_URL);
  return SCRIPT.replace(SHOWN_URL, url);
};

/** What reads the memory is asked again until rows have arrived there: they do so within a second. */
async function typed(shell: Terminal, { command, printed }: Typed): Promise<string> {
  const isReading = /^npx codeswitch (usage|keys show)/.test(command);
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const came = await shell.type(command);
    if (!isReading || masked(came) === masked(printed) || Date.now() > until) return came;
  }
}

describe.skipIf(SDKS === undefined)(`the README's section about costs${SDKS ? "" : `: ${WITHOUT_SDKS}`}`, () => {
  test("shows what really comes: a key made, used, limited, over budget, and its spend read back", async () => {
    const folder = place(SIMULATOR);
    const gateway = await me.start(folder, {}, "--port", "0");
    writeFileSync(join(folder, "ask.mjs"), scriptFor(gateway));
    const shell = shellIn(folder);
    const came: Typed[] = [];
    for (const one of TYPED) came.push({ command: one.command, printed: masked(await typed(shell, one)) });
    await shell.close();
    await gateway.stop();
    expect(came).toEqual(TYPED.map(({ command, printed }) => ({ command, printed: masked(printed) })));
    expect(TYPED.length).toBeGreaterThan(6);
  }, 120_000);

  const missing = withoutPostgres() ?? withoutRedis("redis");
  test.skipIf(missing !== undefined)(
    `its two lines make three replicas count as one${missing === undefined ? "" : `: ${missing}`}`,
    async () => {
      const folder = place(COMPANY + SIMULATOR);
      const shared = {
        DATABASE_URL: await (await sharedPostgres()).database(),
        REDIS_URL: `${(await sharedRedis()).url}?namespace=readme-${process.pid}`,
        CODESWITCH_SECRET: "a-secret-that-is-the-same-everywhere",
      };
      const replicas = await Promise.all(
        ["a", "b", "c"].map((name) =>
          me.start(folder, { ...shared, CODESWITCH_DATA_DIR: join(me.data, name) }, "--port", "0"),
        ),
      );
      const shell = shellIn(folder, shared);
      for (const { command } of TYPED.filter((one) => one.command.startsWith("export"))) await shell.type(command);
      const came: string[] = [];
      for (const replica of [...replicas, replicas[0]!]) {
        writeFileSync(join(folder, "ask.mjs"), scriptFor(replica));
        came.push(await shell.type("node ask.mjs"));
      }
      expect(came.map((line) => line.slice(0, 10))).toEqual(["125 tokens", "125 tokens", "125 tokens", "429 The li"]);
      const [head = "", line = ""] = (
        await typed(shell, { command: "npx codeswitch usage --by repo", printed: AFTER_FOUR })
      ).split("\n");
      expect([head, line].map((one) => one.split(/ +/).slice(0, 3))).toEqual([
        ["REPO", "CALLS", "FAILED"],
        ["github.com/acme/shop", "4", "1"],
      ]);
      await shell.close();
      await Promise.all(replicas.map((replica) => replica.stop()));
    },
    120_000,
  );
});

const AFTER_FOUR = `REPO                  CALLS  FAILED  IN  CACHED  OUT     COST
github.com/acme/shop      4       1  69      0%  306  $0.0048
all                       4       1  69      0%  306  $0.0048`;
