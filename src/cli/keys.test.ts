/** `keys` and `credentials` as a person types them: what is printed where, and the exit codes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess, type GatewayProcess } from "../../test/e2e/process.ts";
import { until } from "../../test/fixtures/made.ts";

const ROOT = join(import.meta.dir, "../..");
const FILED = "a-key-of-the-file-0123456789";
const YAML = `auth: { keys: [ { name: filed, key: ${FILED}, models: [m] } ] }
providers: { s: { kind: simulator }, claude: { kind: anthropic }, own: { kind: anthropic, api_key: own-key-0123456789 } }
models: { m: { targets: [ { provider: s, model: demo } ] }, c: { targets: [ { provider: claude, model: x } ] } }
`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "codeswitch-keys-cli-"));
  writeFileSync(join(folder, "codeswitch.yaml"), YAML);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(words: string | readonly string[], stdin?: string, cwd = folder): Promise<Ended> {
  const args = typeof words === "string" ? words.split(" ") : words;
  const child = Bun.spawn([process.execPath, "--no-env-file", join(ROOT, "src/main.ts"), ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? "", HOME: folder, CODESWITCH_DATA_DIR: join(folder, "data") },
    stdin: stdin === undefined ? "ignore" : new Blob([stdin]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}
const json = ({ out }: Ended): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

describe("codeswitch keys", () => {
  test("add prints the key alone, and to a person what to do with it", async () => {
    const { code, out, err } = await run("keys add laptop");
    expect([code, out]).toEqual([0, expect.stringMatching(/^cs-[0-9A-Za-z]{49}\n$/)]);
    expect(err).toBe("✓ The key of laptop. Keep it now: it cannot be shown again.\n");
  });

  test("add --json prints one line with the key and what it may do, in the file's words", async () => {
    const { code, out } = await run(
      "keys add ci --models m,c --limit requests/min=20 --limit parallel=2 --budget 1.00/30d --expires 30d --tag a=b --json",
    );
    expect([code, out.split("\n").length]).toEqual([0, 2]);
    expect(JSON.parse(out)).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      name: "ci",
      key: expect.stringMatching(/^cs-[0-9A-Za-z]{49}$/),
      shown: expect.stringMatching(/^cs-…\w{4}$/),
      where: "made",
      state: "active",
      created_at: expect.any(String),
      expires_at: expect.any(String),
      old_key_until: null,
      models: ["m", "c"],
      limits: { requests_per_minute: 20, parallel: 2 },
      budgets: [{ usd: 1, per: "30d", soft: [], degrade: [], status: 422 }],
      tags: { a: "b" },
    });
  });

  test("list and show have those of the file beside those that were made, and no key", async () => {
    const { out } = await run("keys list");
    expect(
      out.split("\n").map((line) =>
        line
          .replace(/ +/g, " ")
          .replace(/…\w{4}/, "…1234")
          .replace(/\d{4}-\d\d-\d\d/, "DAY"),
      ),
    ).toEqual([
      "NAME KEY STATE MAY",
      "filed a-k****6789 active m",
      "ci cs-…1234 active, until DAY m, c; requests/min=20; parallel=2; $1/30d",
      "laptop cs-…1234 active everything",
      "",
    ]);
    const lines = (await run("keys list --json")).out.trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { name: string; where: string }).name)).toEqual([
      "filed",
      "ci",
      "laptop",
    ]);
    const shown = await run("keys show ci");
    expect(shown.out).toContain("requests/min=20");
    expect(shown.out).toContain("Spent    $0 of $1.0000 in the last 30d\n");
    expect(json(await run("keys show ci --json"))).toMatchObject({ spent: [{ usd: 1, per: "30d", spent_nano: 0 }] });
    expect(json(await run("keys show filed --json"))).toMatchObject({
      where: "the key filed of codeswitch.yaml",
      models: ["m"],
    });
    for (const { out: said } of [shown, await run("keys show filed"), await run("keys list --json")])
      expect(said).not.toMatch(new RegExp(`cs-[0-9A-Za-z]{10}|${FILED}`));
  });

  test("block, unblock, rotate and delete say what becomes of it", async () => {
    expect((await run("keys block laptop")).out).toStartWith(
      "laptop is blocked. Gateways that run refuse it within a second",
    );
    expect(json(await run("keys show laptop --json"))["state"]).toBe("blocked");
    expect((await run("keys unblock laptop")).out).toBe("laptop is taken again.\n");
    const rotated = await run("keys rotate laptop --grace 24h --json");
    expect(json(rotated)).toMatchObject({
      name: "laptop",
      key: expect.stringMatching(/^cs-/),
      old_key_until: expect.any(String),
    });
    expect((await run("keys rotate laptop")).err).toContain("refuse the old one within a second");
    expect((await run("keys delete laptop")).out).toBe(
      "laptop is deleted. Gateways that run refuse it within a second.\n",
    );
    expect((await run("keys delete ci")).out).toContain("No made key is left.");
  });

  test.each([
    ["keys add filed", 1, "There is a key called filed already: the key filed of codeswitch.yaml."],
    ["keys add", 2, "Which key? Give its name:"],
    ["keys add x --limit requests/min=many", 2, '--limit requests/min: "many" is no number from 1 on.'],
    ["keys add x --models gpt-[5]", 2, "--models: gpt-[5] is no pattern of a model's name."],
    ["keys add x --budget much", 2, '--budget: "much" is no amount of dollars.'],
    ["keys add x --expires 2001-01-01", 2, "--expires: 2001-01-01 is past."],
    [
      "keys add x --limits requests/min=20",
      2,
      '--limits is not a flag of codeswitch keys add. Did you mean "--limit"?',
    ],
    ["keys block filed", 1, "filed was not made here: it is the key filed of codeswitch.yaml, and is changed there."],
    ["keys rotate nobody", 1, 'There is no key called "nobody".'],
    ["keys rotate filed --grace soon", 2, '--grace: "soon" is no span of time.'],
  ])("%s ends with %d and a sentence", async (words, code, sentence) => {
    const ended = await run(words);
    expect([ended.code, ended.out]).toEqual([code, ""]);
    expect(ended.err).toStartWith(sentence);
    expect(ended.err).not.toContain("    at ");
  });

  test("a name that was made is taken, and a pattern that lets nothing through is told", async () => {
    const { code, err } = await run("keys add twin --models nothing-*");
    expect(code).toBe(0);
    expect(err).toContain("! nothing-* is no model of codeswitch.yaml, so that it allows nothing now.");
    expect(await run("keys add twin")).toMatchObject({
      code: 1,
      err: expect.stringContaining("There is a key called twin already."),
    });
  });
});

describe("codeswitch credentials", () => {
  const SECRET = "canary-key-of-the-vendor";
  test("set reads the key from stdin, and nothing shows it again", async () => {
    expect(await run("credentials set claude", `${SECRET}\n`)).toEqual({
      code: 0,
      out: "The key of claude is stored, sealed. Gateways that run use it within a second.\n",
      err: "",
    });
    const listed = [await run("credentials list"), await run("credentials list --json")];
    expect(listed[0]?.out).toMatch(/^PROVIDER +SET +STATE\nclaude +\d{4}-\d\d-\d\d +used\n$/);
    expect(JSON.stringify(listed)).not.toContain("canary");
    const files = readdirSync(join(folder, "data"), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name)).toString("latin1").includes("canary")).toBe(false);
  });

  test.each([
    ["credentials set nowhere", SECRET, 1, 'Provider "nowhere" is none that codeswitch.yaml has without an api_key.'],
    ["credentials set own", SECRET, 1, 'Provider "own" has an api_key in codeswitch.yaml, which wins.'],
    ["credentials set claude", "", 1, "Nothing was changed: the key is empty."],
    ["credentials set claude", "change-me", 1, "Nothing was changed: the key is a sample value that everybody knows."],
    ["credentials set claude", "two words", 1, "Nothing was changed: the key is not one word of plain letters."],
    [
      "credentials set claude",
      "sk-ant-oat01-abc",
      1,
      "Nothing was changed: the key is a Claude subscription log-in token",
    ],
    [
      "credentials set claude",
      "x".repeat(20_000),
      1,
      "Nothing was changed: what came from stdin is longer than any key.",
    ],
    ["credentials set", SECRET, 2, "Which provider?"],
    [`credentials set claude ${SECRET}`, "", 2, `"${SECRET}" was not expected here.`],
    ["credentials delete own", SECRET, 1, 'No key is stored for "own".'],
  ])("%s with %p ends in words", async (words, stdin, code, sentence) => {
    const ended = await run(words, stdin);
    expect([ended.code, ended.out]).toEqual([code, ""]);
    expect(ended.err).toStartWith(sentence);
  });

  test("delete forgets it", async () => {
    expect((await run("credentials delete claude")).out).toBe("The key of claude is deleted.\n");
    expect((await run("credentials list")).out).toStartWith("No key is stored. To store one:");
  });
});

describe("beside a gateway that runs", () => {
  let gateway: GatewayProcess;
  let data: string;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), "codeswitch-beside-"));
    gateway = await startProcess(YAML.split("\n").slice(1).join("\n"), { variables: { CODESWITCH_DATA_DIR: data } });
    writeFileSync(join(data, "codeswitch.yaml"), YAML.split("\n").slice(1).join("\n"));
  });
  afterAll(async () => {
    await gateway.stop();
    rmSync(data, { recursive: true });
  });
  const beside = async (words: string): Promise<string> => {
    const child = Bun.spawn([process.execPath, "--no-env-file", join(ROOT, "src/main.ts"), ...words.split(" ")], {
      cwd: data,
      env: { PATH: process.env.PATH ?? "", HOME: data, CODESWITCH_DATA_DIR: data },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    const out = await child.stdout.text();
    expect(await child.exited).toBe(0);
    return out.trim();
  };
  const status = async (key: string): Promise<number> =>
    (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;

  test("the process obeys within a second of each command", async () => {
    expect(await status("anything")).toBe(200);
    const first = await beside("keys add laptop");
    await until(async () => (await status("anything")) === 401, 1_000);
    expect(await status(first)).toBe(200);
    await beside("keys block laptop");
    await until(async () => (await status(first)) === 401, 1_000);
    await beside("keys unblock laptop");
    await until(async () => (await status(first)) === 200, 1_000);
    const second = await beside("keys rotate laptop");
    await until(async () => (await status(first)) === 401, 1_000);
    expect(await status(second)).toBe(200);
    await beside("keys delete laptop");
    await until(async () => (await status(second)) === 401, 1_000);
  });
});
