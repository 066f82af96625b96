/** setup, doctor and start --tunnel as a person types them, in a home and a folder of their own. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulator } from "../simulator/index.ts";
import { sqliteStore } from "../store/sqlite.ts";

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");
const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-cli-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const YAML = `# mine
server: { port: PORT }
auth:
  keys:
    - name: laptop # me
      key: "0123456789abcdef0123456789"
providers: { s: { kind: simulator } }
models:
  tool: { targets: [ { provider: s, model: sim-tool } ] }
`;
let count = 0;
/** A port that is free now, so that nothing else answers there. */
async function newPlace(yaml: string | undefined = YAML): Promise<{ home: string; cwd: string }> {
  const home = join(ROOT, `home-${count}`);
  const cwd = join(ROOT, `work-${count++}`);
  mkdirSync(home);
  mkdirSync(cwd);
  const server = Bun.serve({ port: 0, fetch: () => new Response("") });
  const { port } = server;
  await server.stop(true);
  if (yaml !== undefined) writeFileSync(join(cwd, "codeswitch.yaml"), yaml.replace("PORT", String(port)));
  return { home, cwd };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
function start(
  place: { home: string; cwd: string },
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const { PATH = "", SystemRoot = "" } = process.env;
  // Only what a system has: no coding tool that this machine happens to hold.
  const path = [...new Set([...PATH.split(":").filter((folder) => /^\/(usr\/)?(local\/)?s?bin$/.test(folder))])].join(
    ":",
  );
  const node = Bun.which("node") ?? "node";
  const cache = { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" };
  const child = spawn(node, [LAUNCHER, ...args], {
    cwd: place.cwd,
    env: { PATH: path, HOME: place.home, SystemRoot, ...cache, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => void (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => void (err += data.toString()));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  return { child, ended, said: () => out };
}
const run = (place: { home: string; cwd: string }, ...args: readonly string[]): Promise<Ended> =>
  start(place, args).ended;

describe("codeswitch setup", () => {
  test.each([
    [["setup"], "Which client? codeswitch setup CLIENT."],
    [["setup", "claude-cod"], '"claude-cod" is not a client that we know. Did you mean "claude-code"?'],
    [["setup", "codex", "now"], '"now" was not expected here.'],
    [["setup", "codex", "--yse"], '--yse is not a flag of codeswitch setup. Did you mean "--yes"?'],
    [["setup", "codex", "--yes=1"], "--yes takes no value."],
    [["setup", "codex", "--model", "tol"], "--model: "],
    [["setup", "codex", "--url", "localhost"], '--url: "localhost" is no address.'],
    [["setup", "codex", "--url", "https://gateway.example.com", "--model", "m"], "Give the client's key too"],
    [["setup", "pi", "--print", "--public-url", "https://x.example"], "pi needs no --public-url"],
    [["doctor", "nobody"], '"nobody" is no provider, model or client.'],
  ])("%p is answered with what to do", async (args, words) => {
    const { code, err } = await run(await newPlace(), ...args);
    expect(err).toContain(words);
    expect(code).toBe(2);
  });

  test("gemini-cli: not supported, and nothing is written", async () => {
    const place = await newPlace();
    const { code, err } = await run(place, "setup", "gemini-cli", "--yes");
    expect([code, readdirSync(place.home)]).toEqual([1, []]);
    expect(err).toContain("does not answer that protocol yet. Nothing was changed");
  });

  test("without a terminal it shows, and writes only with --yes", async () => {
    const place = await newPlace();
    const { code, out, err } = await run(place, "setup", "codex");
    expect([code, readdirSync(place.home)]).toEqual([1, []]);
    expect(out).toContain('+ model_provider = "codeswitch"');
    expect(err).toContain("Add --yes to go ahead.");
  });

  test("with --yes: written, and undone to the byte", async () => {
    const place = await newPlace();
    const before = readFileSync(join(place.cwd, "codeswitch.yaml"), "utf8");
    const { code, out, err } = await run(place, "setup", "codex", "--yes");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const key = /key: "(cs-[^"]+)"/.exec(readFileSync(join(place.cwd, "codeswitch.yaml"), "utf8"))?.[1] ?? "";
    expect(key.length).toBeGreaterThan(30);
    expect(out).not.toContain(key);
    expect(readFileSync(join(place.home, ".codex/config.toml"), "utf8")).toContain(key);
    const known = await run(place, "doctor", "codex");
    expect(known.out).toContain("config.toml is as setup wrote it.");
    const undone = await run(place, "setup", "codex", "--undo", "--yes");
    expect(undone.out).toContain("Codex is as it was before.");
    expect(readFileSync(join(place.cwd, "codeswitch.yaml"), "utf8")).toBe(before);
    expect(readdirSync(place.home)).toEqual([]);
    expect((await run(place, "setup", "codex", "--undo", "--yes")).err).toContain("there is nothing to undo");
  }, 60_000);

  test("a key is written where its owner alone may read it, and told; undo gives the permissions back", async () => {
    const place = await newPlace();
    const [client, own] = [join(place.home, ".codex/config.toml"), join(place.cwd, "codeswitch.yaml")];
    mkdirSync(join(place.home, ".codex"));
    writeFileSync(client, "# mine\n");
    chmodSync(client, 0o644);
    chmodSync(own, 0o644);
    const modes = (): string[] => [client, own].map((path) => (statSync(path).mode & 0o777).toString(8));
    const { code, out } = await run(place, "setup", "codex", "--yes");
    expect([code, modes()]).toEqual([0, ["600", "644"]]);
    expect(out).toContain(`! ${client} gets a key: from now on you alone may read it (0600, now 0644).`);
    expect(out).toContain(`! ${own} gets a key, and others on this machine may read it (0644).`);
    await run(place, "setup", "codex", "--undo", "--yes");
    expect(modes()).toEqual(["644", "644"]);
  }, 60_000);

  test("the key of a gateway elsewhere comes in CODESWITCH_KEY, out of sight of the list of processes", async () => {
    const place = await newPlace();
    const args = ["setup", "codex", "--print", "--url", "https://gateway.example.com", "--model", "m"];
    const { code, out } = await start(place, args, { CODESWITCH_KEY: "a-key-from-elsewhere-0123" }).ended;
    expect([code, out]).toEqual([0, expect.stringContaining("a-key-from-elsewhere-0123")]);
    const flag = await start(place, [...args, "--key", "another-0123456789"], { CODESWITCH_KEY: "a-key" }).ended;
    expect(flag.out).toContain("another-0123456789");
  });

  test("--undo with a broken setup.json is a sentence", async () => {
    const place = await newPlace();
    const folder = join(place.home, ".local/share/codeswitch");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "setup.json"), "{ broken");
    const { ended } = start(place, ["setup", "codex", "--undo", "--yes"], { CODESWITCH_DATA_DIR: folder });
    const { code, out, err } = await ended;
    expect([code, out]).toEqual([1, ""]);
    expect(err).toStartWith(`${join(folder, "setup.json")}, which keeps what files were before setup, is broken`);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  test("--print shows values and writes nothing", async () => {
    const place = await newPlace();
    const config = readFileSync(join(place.cwd, "codeswitch.yaml"), "utf8");
    for (const [client, value] of [
      ["claude-code", "env.ANTHROPIC_BASE_URL"],
      ["codex", "model_provider"],
    ] as const) {
      const { code, out } = await run(place, "setup", client, "--print", "--yes");
      expect([client, code, out]).toEqual([client, 0, expect.stringContaining(value)]);
      expect([readdirSync(place.home), readdirSync(place.cwd)]).toEqual([[], ["codeswitch.yaml"]]);
      expect(readFileSync(join(place.cwd, "codeswitch.yaml"), "utf8")).toBe(config);
    }
  });

  test("cursor has no file to write: it says what to paste, and which address will not do", async () => {
    const place = await newPlace();
    const { code, out } = await run(place, "setup", "cursor");
    expect([code, readdirSync(place.home)]).toEqual([0, []]);
    expect(out).toContain("https://YOUR_TUNNEL/cursor/v1");
    const local = await run(place, "setup", "cursor", "--public-url", "http://127.0.0.1:4141");
    expect([local.code, local.err]).toEqual([1, expect.stringContaining("is not HTTPS")]);
  });

  test("where the environment is the configuration, it says which variable gives a key", async () => {
    const place = await newPlace(undefined);
    rmSync(join(place.cwd, "codeswitch.yaml"), { force: true });
    const { out } = await run(place, "setup", "pi");
    expect(out).toContain("start it with SERVICE_API_KEY set");
  });
});

describe("codeswitch doctor", () => {
  test("--json is one object, and the exit code tells", async () => {
    const place = await newPlace(
      YAML.replace("{ kind: simulator }", '{ kind: openai-compatible, base_url: "http://127.0.0.1:1/v1", api_key: k }'),
    );
    const { code, out, err } = await run(place, "doctor", "--json");
    const report = JSON.parse(out) as { ok: boolean; findings: { about: string; state: string; says: string }[] };
    expect([code, report.ok, err]).toEqual([1, false, ""]);
    expect(report.findings.find(({ about }) => about === "provider s")?.says).toContain("nothing listens there");
  });

  test("a broken configuration is findings too", async () => {
    const { code, out } = await run(
      await newPlace("providers: {}\nmodels: { m: { targts: [] } }\n"),
      "doctor",
      "--json",
    );
    expect(code).toBe(1);
    expect(out).toContain('Did you mean \\"targets\\"?');
  });

  test("--deep tells that it costs", async () => {
    const place = await newPlace();
    const { out } = await run(place, "doctor", "--deep");
    expect(out).toContain("a few thousand tokens each");
  });

  const VENDOR = `server: { port: PORT }
providers: { v: { kind: openai-compatible, base_url: "URL/v1", api_key: "vendor-key-0123456789" } }
models: { m: { targets: [ { provider: v, model: sim-tool } ] }, n: { targets: [ { provider: v, model: sim-echo } ] } }
`;

  test("--deep keeps what it saw in the data folder that the gateway uses", async () => {
    const simulator = startSimulator({});
    const place = await newPlace(VENDOR.replace("URL", simulator.url));
    // Named as start may read it, too: beside the configuration.
    writeFileSync(join(place.cwd, ".env"), `CODESWITCH_DATA_DIR=${join(place.home, "data")}\n`);
    const { out } = await run(place, "doctor", "--deep", "--json").finally(simulator.stop);
    const { capabilities } = JSON.parse(out) as { capabilities: { model: string; at: string }[] };
    expect(capabilities.map(({ model }) => model)).toEqual(["sim-tool", "sim-echo"]);
    const store = await sqliteStore(join(place.home, "data"));
    for (const { model, at } of capabilities)
      expect(await store.capabilities.get("v", model)).toMatchObject([{ probedAt: Date.parse(at) }]);
    await store.close();
  });

  test("--deep tells all that it saw when the database is unusable, with one warning", async () => {
    const simulator = startSimulator({});
    const place = await newPlace(VENDOR.replace("URL", simulator.url));
    const file = join(place.home, "no-folder");
    writeFileSync(file, "");
    const { ended } = start(place, ["doctor", "--deep", "--json"], { CODESWITCH_DATA_DIR: file });
    const { code, out } = await ended.finally(simulator.stop);
    const { findings, capabilities } = JSON.parse(out) as { findings: { check: string }[]; capabilities: unknown[] };
    expect(code).toBe(0);
    expect(capabilities).toHaveLength(2);
    expect(findings.filter(({ check }) => check === "data")).toMatchObject([{ state: "warning" }]);
  });
});

describe("codeswitch start --tunnel", () => {
  const fake = (script: string): string => {
    const folder = mkdtempSync(join(ROOT, "bin-"));
    writeFileSync(join(folder, "cloudflared"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "cloudflared"), 0o755);
    return `${folder}:/usr/local/bin:/usr/bin:/bin`;
  };

  test("refuses without a key, and without the program", async () => {
    const open = await newPlace(
      "providers: { s: { kind: simulator } }\nmodels: { m: { targets: [ { provider: s, model: demo } ] } }\n",
    );
    expect(await run(open, "start", "--tunnel", "--port", "0")).toMatchObject({
      code: 2,
      err: expect.stringContaining("without a key anybody could spend your money"),
    });
    const keyed = await newPlace();
    const none = await start(keyed, ["start", "--tunnel", "--port", "0"], { PATH: fake("").replace(/^[^:]+:/, "") })
      .ended;
    if (!existsSync("/usr/local/bin/cloudflared") && !existsSync("/usr/bin/cloudflared"))
      expect(none).toMatchObject({
        code: 2,
        err: expect.stringContaining("cloudflared, which makes the tunnel, is not installed"),
      });
  });

  test("prints the address and what to paste, and takes the program with it", async () => {
    const place = await newPlace();
    const gone = join(place.cwd, "gone");
    const PATH = fake(
      `trap 'echo > ${gone}; exit 0' TERM; echo "INF | https://some-words-here.trycloudflare.com |" >&2; while :; do sleep 0.05; done`,
    );
    const { child, ended, said } = start(place, ["start", "--tunnel", "--port", "0"], { PATH });
    for (let tries = 0; tries < 600 && !said().includes("Check it from outside"); tries++) await Bun.sleep(50);
    expect(said()).toContain("Override OpenAI Base URL   https://some-words-here.trycloudflare.com/cursor/v1");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    for (let tries = 0; tries < 600 && !existsSync(gone); tries++) await Bun.sleep(20);
    expect(existsSync(gone)).toBe(true);
  });

  test("gives the program what it needs to run, and no key", async () => {
    const place = await newPlace();
    const seen = join(place.cwd, "seen");
    const PATH = fake(`env > ${seen}; echo done >> ${seen}; exit 1`);
    const secrets = {
      OPENAI_API_KEY: "CANARY-1",
      SERVICE_API_KEY: "CANARY-2-0123456789",
      CODESWITCH_SECRET: "CANARY-3".repeat(5),
    };
    const needed = {
      HOME: place.cwd,
      HTTPS_PROXY: "http://proxy:1",
      no_proxy: "a",
      TUNNEL_LOGLEVEL: "info",
      LANG: "C",
    };
    await start(place, ["start", "--tunnel", "--port", "0"], { PATH, ...secrets, ...needed }).ended;
    const env = readFileSync(seen, "utf8");
    expect(env).toEndWith("done\n");
    expect(env).not.toContain("CANARY");
    expect(env).not.toContain("CODESWITCH");
    for (const [name, value] of Object.entries({ PATH, ...needed })) expect(env).toContain(`${name}=${value}`);
  });

  test("refuses a key that can be guessed", async () => {
    const place = await newPlace(
      "auth: { keys: [ { name: me, key: only-15-letters } ] }\nproviders: { s: { kind: simulator } }\nmodels: { m: { targets: [ { provider: s, model: demo } ] } }\n",
    );
    const { code, err } = await start(place, ["start", "--tunnel", "--port", "0"], { PATH: fake("") }).ended;
    expect(code).toBe(2);
    expect(err).toContain("the key me can be guessed: it has fewer than 16 characters");
    expect(err).not.toContain("only-15-letters");
  });

  test("a program that ends is a sentence with its last words", async () => {
    const PATH = fake('echo "ERR failed to request quick Tunnel" >&2; exit 1');
    const { code, err } = await start(await newPlace(), ["start", "--tunnel", "--port", "0"], { PATH }).ended;
    expect(code).toBe(2);
    expect(err).toContain("cloudflared ended with 1. Its last words: ERR failed to request quick Tunnel");
  });
});
