/** The launcher for real, as a person starts it: node, a folder of their own, and nothing else. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { upstream } from "../../test/e2e/upstream.ts";
import { type Ended, listen } from "../../test/fixtures/place.ts";
import manifest from "../../package.json" with { type: "json" };

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");
const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-launcher-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

// What a repository that somebody stands in may hold: none of it may matter.
writeFileSync(
  join(FOLDER, ".env"),
  "OPENAI_API_KEY=sk-stray-0123456789\nPORT=1\nHOST=0.0.0.0\nCODESWITCH_CONFIG=nope.yaml\n",
);
writeFileSync(join(FOLDER, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
writeFileSync(join(FOLDER, "evil.ts"), 'console.log("EVIL"); process.exit(9);\n');
writeFileSync(join(FOLDER, "broken.yaml"), "providers: {}\nmodels:\n  gpt: { targts: [] }\n");
writeFileSync(
  join(FOLDER, "good.yaml"),
  'providers: { s: { kind: simulator } }\nmodels: { m: { targets: [ { provider: s, model: demo } ] } }\nauth: { keys: [ { name: me, key: "${CALLER_KEY:-a-secret-of-30-characters-0123}" } ] }\n',
);

function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { child: ChildProcess; ended: Promise<Ended>; line(part: string): Promise<string> } {
  const { PATH = "", HOME = "", SystemRoot = "" } = process.env;
  const child = spawn("node", [LAUNCHER, ...args], {
    cwd: FOLDER,
    // Never a person's own data folder.
    env: { PATH, HOME, SystemRoot, CODESWITCH_DATA_DIR: join(FOLDER, "data"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { ended, until } = listen(child);
  /** The first whole line with these words, of either stream. A piece of output may end in the middle of one. */
  const line = (part: string): Promise<string> =>
    until(part, (out, err) =>
      [out, err].flatMap((text) => text.split("\n").slice(0, -1)).find((text) => text.includes(part)),
    );
  return { child, ended, line };
}
const run = (...args: readonly string[]): Promise<Ended> => start(args).ended;

describe("codeswitch", () => {
  test("--version is the package's", async () =>
    expect(await run("--version")).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" }));

  test("--help names every command, without colours in a pipe", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    for (const word of ["start", "config check", "config print", "config schema", "--version"])
      expect(out).toContain(word);
    const page = await run("start", "--help");
    expect(page.out).toContain("--log-format");
    expect(page.out).not.toContain("\u001b");
  });

  test.each([
    [["strat"], '"strat" is not a command of codeswitch. Did you mean "start"?'],
    [["config", "chekc"], '"chekc" is not a command of codeswitch config. Did you mean "check"?'],
    [["start", "--prot", "1"], '--prot is not a flag of codeswitch start. Did you mean "--port"?'],
    [["start", "--port"], "--port needs a value."],
    [["start", "now"], '"now" was not expected here.'],
  ])("%p is answered with what was meant", async (args, message) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toStartWith(message);
  });

  test("config check: a stray .env and bunfig.toml in the folder set nothing", async () => {
    const { code, out, err } = await run("config", "check");
    expect([code, out]).toEqual([0, "The environment is in order: 1 provider, 3 models, 0 keys.\n"]);
    expect(err).toContain("The .env in this folder is not read");
  });

  test("config check says what is wrong, and fails", async () => {
    const { code, err } = await run("config", "check", "--config", "broken.yaml");
    expect(code).toBe(1);
    expect(err).toContain('broken.yaml:3: models.gpt.targts is not a known key. Did you mean "targets"?');
  });

  test("config print masks, config schema is JSON", async () => {
    const printed = await run("config", "print", "-c", "good.yaml");
    expect(printed.out).toContain("key: a-s****0123");
    expect(printed.out).not.toContain("a-secret-of");
    expect((JSON.parse((await run("config", "schema")).out) as { type: string }).type).toBe("object");
  });
});

describe("codeswitch start", () => {
  test("greets with the URL that answers, and ends well on SIGTERM", async () => {
    const { child, ended, line } = start(["start", "--port", "0"]);
    const greeting = await line("is ready on");
    const url = /http:\S+/.exec(greeting)?.[0] ?? "";
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
    child.kill("SIGTERM");
    const { code, out, err } = await ended;
    expect(code).toBe(0);
    expect(err).toEndWith("Stopped.\n");
    expect(err).not.toContain("open call");
    for (const word of [
      "Config     the environment",
      "simulator",
      "demo",
      `ANTHROPIC_BASE_URL=${url}`,
      `OPENAI_BASE_URL=${url}/v1`,
    ])
      expect(out).toContain(word);
  });

  test("keeps its database and its secret where CODESWITCH_DATA_DIR says, and rotates the secret on command", async () => {
    const data = join(FOLDER, "own-data");
    const own = { CODESWITCH_DATA_DIR: data };
    const { child, ended, line } = start(["start", "--port", "0"], own);
    await line("is ready on");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(readdirSync(data).sort()).toEqual(["codeswitch.db", "secret"]);

    const before = readFileSync(join(data, "secret"), "utf8");
    const rotated = await start(["secret", "rotate"], own).ended;
    expect(rotated).toMatchObject({ code: 0, err: "" });
    expect(rotated.out).toContain(
      `${join(data, "secret")} has a new secret. What older ones sealed can still be read.`,
    );
    const [fresh, old] = JSON.parse(readFileSync(join(data, "secret"), "utf8")) as { value: string }[];
    expect([old]).toEqual(JSON.parse(before));
    expect(rotated.out).not.toContain(fresh?.value ?? "");

    const refused = await start(["secret", "rotate"], { ...own, CODESWITCH_SECRET: "x".repeat(32) }).ended;
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("CODESWITCH_SECRET=NEW,OLD");
  });

  test("starts without a data folder that works, and says so", async () => {
    const { child, ended, line } = start(["start", "--port", "0"], { CODESWITCH_DATA_DIR: join(FOLDER, "good.yaml") });
    await line("is ready on");
    child.kill("SIGTERM");
    const { code, out, err } = await ended;
    expect(code).toBe(0);
    expect(out + err).toContain("is kept in memory only");
  });

  test("with --log-format json says the same as one line of JSON, and no secret", async () => {
    const { child, ended, line } = start(["start", "--config", "good.yaml", "--port", "0", "--log-format", "json"], {
      CALLER_KEY: "another-secret-0123456789",
    });
    expect(JSON.parse(await line('"started"'))).toMatchObject({
      event: "started",
      source: "good.yaml",
      providers: ["s"],
      models: ["m"],
      keys: ["me"],
    });
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    expect(code).toBe(0);
    expect(out + err).not.toContain("another-secret");
  });

  test("a port in use is one clear sentence", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { code, err } = await run("start", "--port", String(port));
    const flags = await run("start", `--port=${port}`, "--log-format", "json");
    other.close();
    expect(flags.err).toEndWith(`node ${LAUNCHER} start --log-format json --port ${port + 1}\n`);
    expect(code).toBe(2);
    expect(err).toBe(
      `Port ${port} on 127.0.0.1 is already in use. Stop what listens there, or choose another: node ${LAUNCHER} start --port ${port + 1}\n`,
    );
  });

  test.each([["npx codeswitch start"], ["npm run start --"]])(
    "%s ends with npm, and leaves its port",
    async (typed) => {
      const { PATH = "", HOME = "" } = process.env;
      const [command = "", ...words] = typed.split(" ");
      const npm = Bun.spawn([command, ...words, "--port", "0"], {
        cwd: join(import.meta.dir, "../.."),
        env: { PATH, HOME, CODESWITCH_DATA_DIR: join(FOLDER, "npm-data"), npm_config_cache: join(FOLDER, "npm-cache") },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      });
      let out = "";
      const decoder = new TextDecoder();
      for await (const piece of npm.stdout) {
        out += decoder.decode(piece, { stream: true });
        // The stream ends when the last of the processes has ended that write to it.
        if (/is ready on \S+\n/.test(out)) npm.kill("SIGTERM");
      }
      const url = /is ready on (\S+)/.exec(out)?.[1] ?? "";
      expect(url).toStartWith("http://127.0.0.1:");
      await expect(fetch(`${url}/health`)).rejects.toThrow();
    },
  );

  test("an address that others reach needs a key", async () => {
    const { code, err } = await run("start", "--host", "0.0.0.0");
    expect(code).toBe(1);
    expect(err).toContain('--host ("0.0.0.0") can be reached from other machines, and no key is configured');
  });

  test("the first signal waits for an open call, the second one ends it at once", async () => {
    // A call that never ends holds the drain up.
    let asked = (): void => {};
    const arrived = new Promise<void>((resolve) => void (asked = resolve));
    const silent = upstream(() => (asked(), new Promise<Response>(() => {})));
    // In a folder of its own: a .env beside a configuration belongs to it.
    const config = join(mkdtempSync(join(FOLDER, "silent-")), "codeswitch.yaml");
    writeFileSync(
      config,
      `providers: { s: { kind: openai-compatible, base_url: "${silent.url}/v1", api_key: k } }\nmodels: { m: { targets: [ { provider: s, model: m } ] } }\n`,
    );
    const { child, ended, line } = start(["start", "--port", "0", "--config", config]);
    const url = /http:\S+/.exec(await line("is ready on"))?.[0] ?? "";
    const call = fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hello" }] }),
    }).catch(() => undefined);
    await arrived;
    child.kill("SIGTERM");
    expect(await line("Once more to stop at once.")).toStartWith("Stopping: the open call may take up to 30 s.");
    expect(child.exitCode).toBe(null);
    // What comes soon after the first is taken for the same key press, so the second one is sent until it is heard.
    const again = setInterval(() => child.kill("SIGTERM"), 100);
    expect((await ended).code).toBe(143);
    clearInterval(again);
    await call;
    await silent.stop();
  });
});
