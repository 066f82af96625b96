/** setup and doctor as a person types them, in a home and a folder of their own. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator } from "../simulator/index.ts";
import { sqliteStore } from "../store/sqlite.ts";
import { NAME, places, run, start, YAML } from "../../test/fixtures/place.ts";

const { newPlace } = places();

describe("codeswitch setup", () => {
  test.each([
    [["setup"], `Which client? ${NAME} setup CLIENT.`],
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
    const place = await newPlace("");
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
