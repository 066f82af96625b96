/** setup and doctor ask the gateway that runs, and nothing else is green: real processes, a shell of its own for each. */
import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator } from "../../src/simulator/index.ts";
import { type Person, person } from "./terminal.ts";

// A handful of processes a test, each of which starts for a second on a busy machine.
setDefaultTimeout(60_000);

const simulator = startSimulator({});
afterAll(() => simulator.stop());

let me: Person;
beforeEach(() => void (me = person()));
afterEach(() => me.leave());

const KEY = "a-key-of-the-laptop-0123456789";
const OTHER = "another-key-0123456789abcdef";
/** `more` is put in front: keys, a port. */
const yaml = (more = "", models: readonly string[] = ["gpt-high", "gpt-medium", "gpt-low"]): string =>
  `${more}
providers: { sim: { kind: simulator, base_url: "${simulator.url}" } }
models:
${models.map((name) => `  ${name}: { targets: [ { provider: sim, model: sim-tool } ] }`).join("\n")}
`;
const keys = (...pairs: readonly (readonly [name: string, key: string])[]): string =>
  `auth:\n  keys:\n${pairs.map(([name, key]) => `    - { name: ${name}, key: ${key} }`).join("\n")}`;
const settings = (): string => join(me.home, ".codex/config.toml");
const notes = (): string[] => readdirSync(me.data).filter((name) => name.startsWith("gateway-"));

/** A port that is free now. */
async function freePort(): Promise<string> {
  const server = Bun.serve({ port: 0, fetch: () => new Response("") });
  const { port } = server;
  await server.stop(true);
  return String(port);
}

const notOurs = () => {
  const nginx = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("Welcome") });
  return { nginx, port: String(nginx.port) };
};

describe("what a running gateway leaves in its data folder", () => {
  test("is for its owner alone, says where it is and where it came from, holds no key, and goes when it stops", async () => {
    const cwd = me.folder(yaml(keys(["laptop", KEY])));
    const gateway = await me.start(cwd, {}, "--port", "0");
    const [name = ""] = notes();
    const path = join(me.data, name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, "utf8");
    expect(JSON.parse(text)).toMatchObject({
      url: gateway.url,
      pid: gateway.pid,
      source: join(cwd, "codeswitch.yaml"),
    });
    expect(text).not.toContain(KEY);
    expect(await gateway.stop()).toBe(0);
    expect(notes()).toEqual([]);
  });

  test("of a gateway from the environment says so, and is not believed once its process is gone", async () => {
    const cwd = me.folder();
    const port = await freePort();
    const gateway = await me.start(cwd, {}, "--port", "0");
    expect(readFileSync(join(me.data, notes()[0] ?? ""), "utf8")).toContain('"the environment"');
    await gateway.kill();
    expect(notes()).toHaveLength(1);
    const { out } = await me.run(cwd, ["doctor"], { PORT: port });
    expect(out).toContain(`! the gateway: None runs at http://127.0.0.1:${port}`);
    expect(out).not.toContain(gateway.url);
  });

  test("is not believed when another gateway answers at its address", async () => {
    const gone = await me.start(me.folder(yaml(keys(["laptop", KEY]))), {}, "--port", "0");
    const [name = ""] = notes();
    const note = readFileSync(join(me.data, name), "utf8");
    await gone.stop();
    const other = await me.start(
      me.folder(yaml(keys(["laptop", OTHER]))),
      { CODESWITCH_DATA_DIR: join(me.data, "other") },
      "--port",
      new URL(gone.url).port,
    );
    // A process with that number may well be alive again.
    writeFileSync(join(me.data, name), note.replace(`"pid":${gone.pid}`, `"pid":${process.pid}`));
    const { code, err } = await me.run(me.folder(), ["setup", "codex", "--yes"], { PORT: new URL(other.url).port });
    expect(code).toBe(1);
    expect(err).toContain("it was started elsewhere, with another data folder");
  });
});

describe("codeswitch setup", () => {
  test("in a shell without the gateway's variables stops: it was started elsewhere", async () => {
    const cwd = me.folder();
    const vendor = { AZURE_BASE_URL: simulator.url, AZURE_API_KEY: "vendor-key-0123456789" };
    const gateway = await me.start(cwd, { ...vendor, SERVICE_API_KEY: KEY }, "--port", "0");
    const { code, out, err } = await me.run(cwd, ["setup", "codex", "--yes"]);
    expect([code, existsSync(settings())]).toEqual([1, false]);
    expect(err).toContain(
      `A gateway runs at ${gateway.url} and wants a key, and this shell has none; it was started elsewhere (from its environment). Run this with its variables, or give its key: CODESWITCH_KEY=…`,
    );
    expect(out + err).not.toMatch(/✓|works/);
  });

  test("with a wrong key stops: the gateway refuses it, and where it was started is named", async () => {
    const cwd = me.folder(yaml(keys(["laptop", KEY])));
    const gateway = await me.start(cwd, {}, "--port", "0");
    for (const [args, variables] of [
      [["--key", OTHER], {}],
      [["--url", gateway.url], { CODESWITCH_KEY: OTHER }],
      [[], { SERVICE_API_KEY: OTHER }],
    ] as const) {
      const { code, err } = await me.run(me.folder(), ["setup", "codex", "--yes", ...args], variables);
      expect([code, existsSync(settings())]).toEqual([1, false]);
      expect(err).toContain(
        `A gateway runs at ${gateway.url} and refuses this key; it was started elsewhere (from ${join(cwd, "codeswitch.yaml")}).`,
      );
    }
  });

  test("with --url and without a key stops where the gateway wants one, also at this folder's own address", async () => {
    const cwd = me.folder(yaml(keys(["laptop", KEY])));
    const gateway = await me.start(cwd, {}, "--port", "0");
    for (const [args, variables] of [
      [[], { CODESWITCH_URL: gateway.url }],
      [["--url", gateway.url], { PORT: new URL(gateway.url).port }],
    ] as const) {
      const { code, err } = await me.run(cwd, ["setup", "codex", "--yes", ...args], variables);
      expect([code, existsSync(settings())]).toEqual([2, false]);
      expect(err).toContain("Give the client's key too, in the variable CODESWITCH_KEY or with --key KEY.");
    }
  });

  test("finds the gateway on another port, offers what it serves, and is checked with it", async () => {
    const gateway = await me.start(me.folder(yaml(keys(["laptop", KEY]), ["served"])), {}, "--port", "0");
    // This shell's own guess would be the simulator's demo.
    const { code, out, err } = await me.run(me.folder(), ["setup", "codex", "--yes"], { CODESWITCH_KEY: KEY });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`Codex will call ${gateway.url} and ask for served:`);
    expect(out).toContain("✓ text, streamed");
    expect(out).toContain("Codex itself is not installed here: npm install -g @openai/codex.");
    const unknown = await me.run(me.folder(), ["setup", "codex", "--yes", "--model", "demo"], { CODESWITCH_KEY: KEY });
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('--model: There is no model "demo".')]);
  });

  test("adds a key to the file of the running gateway: not checked with it before a restart, and green after", async () => {
    const text = yaml(`server: { port: ${await freePort()} }\n${keys(["laptop", KEY])}`);
    const cwd = me.folder(text);
    const first = await me.start(cwd);
    const written = await me.run(cwd, ["setup", "codex", "--yes"]);
    expect([written.code, written.err]).toEqual([0, ""]);
    expect(written.out).toContain(
      `The gateway at ${first.url} does not know the new key codex: it reads its configuration only when it starts. Restart it, then check: npx codeswitch setup codex --verify`,
    );
    expect(written.out).toContain("· text, streamed");
    expect(written.out).not.toMatch(/✓|Codex works/);
    const early = await me.run(cwd, ["setup", "codex", "--verify"]);
    expect([early.code, early.err]).toEqual([1, expect.stringContaining("does not know the new key codex")]);
    const doctor = await me.run(cwd, ["doctor"]);
    expect([doctor.code, doctor.out]).toEqual([
      1,
      expect.stringContaining("✗ the gateway: It does not know the key codex"),
    ]);
    await first.stop();
    await me.start(cwd);
    const after = await me.run(cwd, ["setup", "codex", "--verify"]);
    expect(after).toMatchObject({ code: 0, err: "", out: expect.stringContaining("✓ text, streamed") });
    expect((await me.run(cwd, ["doctor", "codex"])).code).toBe(0);
  });

  test("where several run takes the one of this folder's configuration, and asks which where none is", async () => {
    const mine = me.folder(yaml(keys(["codex", KEY]), ["mine"]));
    const first = await me.start(mine, {}, "--port", "0");
    const second = await me.start(me.folder(yaml(keys(["laptop", OTHER]))), {}, "--port", "0");
    const { code, out } = await me.run(mine, ["setup", "codex", "--print"]);
    expect([code, out]).toEqual([0, expect.stringContaining(`base_url = "${first.url}/v1"`)]);
    const elsewhere = await me.run(me.folder(), ["setup", "codex", "--yes"]);
    expect([elsewhere.code, existsSync(settings())]).toEqual([1, false]);
    expect(elsewhere.err).toContain("Several gateways run: ");
    expect(elsewhere.err).toContain(`${second.url} (from `);
    expect(elsewhere.err).toContain("Say which one: --url URL, with its key in CODESWITCH_KEY.");
  });

  test("does not write a key into a file that the running gateway does not read", async () => {
    const gateway = await me.start(me.folder(yaml(keys(["laptop", KEY]))), {}, "--port", "0");
    const mine = me.folder(yaml(keys(["laptop", KEY])));
    const before = readFileSync(join(mine, "codeswitch.yaml"), "utf8");
    const { code, out } = await me.run(mine, ["setup", "codex", "--yes"]);
    expect([code, readFileSync(join(mine, "codeswitch.yaml"), "utf8")]).toEqual([0, before]);
    expect(out).toContain(`! The gateway at ${gateway.url} was started from `);
  });

  test("where none runs, writes and says that nothing was tried", async () => {
    const port = await freePort();
    const { code, out, err } = await me.run(me.folder(), ["setup", "codex", "--yes"], { PORT: port });
    expect({ code, err, written: existsSync(settings()) }).toEqual({ code: 0, err: "", written: true });
    expect(out).toContain(`No gateway runs at http://127.0.0.1:${port}, so nothing was tried with yours.`);
    expect(out).not.toMatch(/✓|works with/);
    const checked = await me.run(me.folder(), ["setup", "codex", "--verify"], { PORT: port });
    expect([checked.code, checked.err]).toEqual([1, expect.stringContaining("nothing was tried")]);
  });

  test("with something else on the port stops, and writes nothing", async () => {
    const { nginx, port } = notOurs();
    const { code, err } = await me.run(me.folder(), ["setup", "codex", "--yes"], { PORT: port });
    await nginx.stop(true);
    expect([code, existsSync(settings())]).toEqual([1, false]);
    expect(err).toContain(`What answers at http://127.0.0.1:${port} is no codeswitch (status 200).`);
  });

  test("with something on the port that closes connections stops, and writes nothing", async () => {
    const closing = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: (socket) => void socket.end() } });
    const { code, err } = await me.run(me.folder(), ["setup", "codex", "--yes"], { PORT: String(closing.port) });
    closing.stop(true);
    expect([code, existsSync(settings())]).toEqual([1, false]);
    expect(err).toContain("takes connections and does not answer: it closed the connection without an answer.");
  });

  test.each([["cursor"], ["codex --print"]])(
    "%s to paste: what the running gateway serves, and with its key only",
    async (client) => {
      const args = client.split(" ");
      await me.start(me.folder(yaml(keys(["laptop", KEY]), ["served"])), {}, "--port", "0");
      const { code, out } = await me.run(me.folder(), ["setup", ...args], { CODESWITCH_KEY: KEY });
      expect([code, out]).toEqual([0, expect.stringContaining(KEY)]);
      expect(out).toContain("served");
      expect(out).not.toContain("demo");
      const refused = await me.run(me.folder(), ["setup", ...args], { CODESWITCH_KEY: OTHER });
      expect([refused.code, refused.out, refused.err]).toEqual([1, "", expect.stringContaining("refuses this key")]);
    },
  );

  test("with an older gateway, which says nothing of itself, asks it all the same", async () => {
    const seen: string[] = [];
    const target = await me.start(me.folder(yaml(keys(["laptop", KEY]), ["served"])), {}, "--port", "0");
    // As the one before it: no note in the data folder, and no word on /health about which one it is.
    const older = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url);
        seen.push(pathname);
        const headers = new Headers(request.headers);
        headers.delete("host");
        const reply = await fetch(`${target.url}${pathname}${search}`, {
          method: request.method,
          headers,
          ...(request.method === "POST" && { body: await request.arrayBuffer() }),
        });
        const answer = new Response(await reply.arrayBuffer(), reply);
        answer.headers.delete("x-codeswitch-instance");
        answer.headers.delete("content-encoding");
        return answer;
      },
    });
    const url = `http://127.0.0.1:${older.port}`;
    const variables = { PORT: String(older.port), CODESWITCH_DATA_DIR: join(me.data, "nobody") };
    const refused = await me.run(me.folder(), ["setup", "codex", "--yes"], variables);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining(
        `A gateway runs at ${url} and wants a key, and this shell has none; it was started elsewhere, by an older version`,
      ),
    ]);
    const done = await me.run(me.folder(), ["setup", "codex", "--yes"], { ...variables, CODESWITCH_KEY: KEY });
    await older.stop(true);
    expect(done).toMatchObject({ code: 0, err: "" });
    expect(done.out).toContain(`! The gateway at ${url} is of an older version`);
    expect(done.out).toContain("✓ text, streamed");
    expect(seen).toContain("/v1/responses");
  });

  test("shows what the program itself warns of, although it answers", async () => {
    await me.start(me.folder(yaml(keys(["laptop", KEY]), ["served"])), {}, "--port", "0");
    const bin = me.folder();
    writeFileSync(
      join(bin, "codex"),
      '#!/bin/sh\necho "warning: Model metadata for served not found." >&2\necho Hi.\n',
      {
        mode: 0o755,
      },
    );
    const variables = { CODESWITCH_KEY: KEY, PATH: `${bin}:/usr/bin:/bin` };
    const { code, out } = await me.run(me.folder(), ["setup", "codex", "--yes"], variables);
    expect(code).toBe(0);
    expect(out).toContain("✓ Codex itself: it runs, asks the gateway and shows the answer");
    expect(out).toContain("! Codex itself: warning: Model metadata for served not found.");
    expect(out).toContain("Codex works with this gateway.");
    expect(readFileSync(join(me.home, ".codex/codeswitch-models.json"), "utf8")).toContain('"slug": "served"');
  });

  test("is called codeswitch in the gateway's log", async () => {
    const gateway = await me.start(me.folder(yaml(keys(["laptop", KEY]))), {}, "--port", "0");
    await me.run(me.folder(), ["setup", "codex", "--yes"], { CODESWITCH_KEY: KEY });
    const line = await gateway.line((one) => one["modelAsked"] === "gpt-high");
    expect(line["client"]).toBe("codeswitch");
  });

  test("after a ✗ says how to take back what was written", async () => {
    const dead = yaml(keys(["codex", KEY])).replaceAll(simulator.url, "http://127.0.0.1:1");
    const cwd = me.folder(dead);
    await me.start(cwd, {}, "--port", "0");
    const { code, out, err } = await me.run(cwd, ["setup", "codex", "--yes"]);
    expect([code, out]).toEqual([1, expect.stringContaining("✗ text, streamed")]);
    expect(err).toContain("codeswitch setup codex --undo");
  });
});

describe("codeswitch doctor", () => {
  test("is green about a gateway only when it takes this configuration's keys and serves its models", async () => {
    const cwd = me.folder(yaml(keys(["laptop", KEY])));
    const gateway = await me.start(cwd, {}, "--port", "0");
    const { code, out } = await me.run(cwd, ["doctor"]);
    expect(code).toBe(0);
    expect(out).toContain(`✓ the gateway: It runs at ${gateway.url}, takes the key laptop and serves 3 models.`);
  });

  test("in a shell without the gateway's variables: another configuration runs there", async () => {
    const cwd = me.folder();
    await me.start(cwd, { SERVICE_API_KEY: KEY, OPENAI_API_KEY: "vendor-key-0123456789" }, "--port", "0");
    const { code, out } = await me.run(cwd, ["doctor"]);
    expect(code).toBe(1);
    expect(out).toContain("✗ the gateway: Another configuration runs there (from its environment):");
    expect(out).not.toMatch(/✓ the gateway|✓ .*No key is configured/);
  });

  test.each([
    [
      "its models differ",
      keys(["laptop", KEY]),
      ["other"],
      "it serves other, of which this one knows nothing; it does not know gpt-high, gpt-low, gpt-medium",
    ],
    ["it takes calls without a key", "", undefined, "it takes calls without a key, and this one has keys"],
    ["it refuses the key", keys(["laptop", OTHER]), undefined, "it refuses the key laptop"],
  ])("says that another configuration runs there where %s", async (_why, more, models, words) => {
    await me.start(me.folder(yaml(more, models)), {}, "--port", "0");
    const { code, out } = await me.run(me.folder(yaml(keys(["laptop", KEY]))), ["doctor"]);
    expect([code, out]).toEqual([1, expect.stringContaining("✗ the gateway: Another configuration runs there")]);
    expect(out).toContain(words);
    expect(out).not.toContain("✓ the gateway");
  });

  test("with something else on the port is a fault, and of a gateway that is not there nothing is green", async () => {
    const { nginx, port } = notOurs();
    const stranger = await me.run(me.folder(), ["doctor"], { PORT: port });
    await nginx.stop(true);
    expect([stranger.code, stranger.out]).toEqual([1, expect.stringContaining("✗ the gateway: What answers at")]);
    const none = await me.run(me.folder(), ["doctor"], { PORT: port });
    expect(none.out).toContain("! the gateway: None runs at");
    expect(none.out).not.toContain("✓");
  });

  test("of a client whose files lead to another address says where the gateway is", async () => {
    const cwd = me.folder(yaml(keys(["laptop", KEY])));
    const first = await me.start(cwd, {}, "--port", "0");
    await me.run(me.folder(), ["setup", "codex", "--yes"], { CODESWITCH_KEY: KEY });
    await first.stop();
    const second = await me.start(cwd, {}, "--port", await freePort());
    const { code, out } = await me.run(cwd, ["doctor", "codex"]);
    expect(code).toBe(1);
    expect(out).toContain(
      `✗ client codex: Its files lead to ${first.url}, where no gateway runs; one runs at ${second.url}. Set it up again: npx codeswitch setup codex`,
    );
  });

  test("asks the gateway that --url and --key name", async () => {
    const gateway = await me.start(
      me.folder(yaml(keys(["laptop", KEY]))),
      { CODESWITCH_DATA_DIR: join(me.data, "x") },
      "--port",
      "0",
    );
    const mine = me.folder(yaml(keys(["laptop", KEY])));
    const keyless = await me.run(mine, ["doctor", "--url", gateway.url]);
    expect([keyless.code, keyless.out]).toEqual([
      1,
      expect.stringContaining("wants a key. Give it in the variable CODESWITCH_KEY or with --key KEY."),
    ]);
    const { code, out } = await me.run(mine, ["doctor", "--url", gateway.url, "--key", KEY]);
    expect(code).toBe(0);
    expect(out).toContain(`✓ the gateway: It runs at ${gateway.url}`);
  });
});
