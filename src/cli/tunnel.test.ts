/** start --tunnel and --public-url as a person types them, with a cloudflared of our own. */
import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepTunnel, waitBefore } from "./keep-tunnel.ts";
import { NAME, places, run, start } from "../../test/fixtures/place.ts";

const { root, newPlace } = places();

function fake(script: string): string {
  const folder = mkdtempSync(join(root, "bin-"));
  writeFileSync(join(folder, "cloudflared"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "cloudflared"), 0o755);
  return `${folder}:/usr/local/bin:/usr/bin:/bin`;
}
// As long as the gateway that started it lives.
const FOREVER = "while kill -0 $PPID 2>/dev/null; do sleep 0.05; done";
const KEY = "0123456789abcdef0123456789";
const OPEN = "providers: { s: { kind: simulator } }\nmodels: { m: { targets: [ { provider: s, model: demo } ] } }\n";

describe("start --tunnel", () => {
  test("without a key is refused with a line that sets one and starts, and the line works", async () => {
    const place = await newPlace("");
    const PATH = fake(`echo "https://a-b.trycloudflare.com"; ${FOREVER}`);
    const { code, err } = await start(place, ["start", "--tunnel", "--port", "0"], { PATH }).ended;
    expect(code).toBe(2);
    expect(err).toContain("A tunnel makes the gateway public, and without a key anybody could spend your money.");
    const [, key = "", line] = /^ {2}SERVICE_API_KEY=([0-9a-f]{48}) (.*)$/m.exec(err) ?? [];
    expect(line).toBe(`${NAME} start --tunnel --port 0`);
    const pasted = start(place, ["start", "--tunnel", "--port", "0"], { PATH, SERVICE_API_KEY: key });
    const said = await pasted.said("Check it from outside");
    expect(said).toContain("OpenAI API Key             the value of SERVICE_API_KEY\n");
    expect(said).toContain("Keys       SERVICE_API_KEY\n");
    expect(said).not.toContain(key);
    pasted.child.kill("SIGTERM");
    await pasted.ended;
  });

  test("without a key, where a file has the keys, shows what to write into it", async () => {
    const { code, err } = await run(await newPlace(OPEN), "start", "--tunnel", "--port", "0");
    expect(code).toBe(2);
    expect(err).toMatch(
      /Add one to codeswitch\.yaml, such as this new one[^]*auth: \{ keys: \[ \{ name: cursor, key: "[0-9a-f]{48}" \} \] \}/,
    );
  });

  test("without the program says where to get it, and that any other way in does", async () => {
    const none = await start(await newPlace(), ["start", "--tunnel", "--port", "0"], {
      PATH: fake("").replace(/^[^:]+:/, ""),
    }).ended;
    if (existsSync("/usr/local/bin/cloudflared") || existsSync("/usr/bin/cloudflared")) return;
    expect(none.code).toBe(2);
    expect(none.err).toContain("cloudflared, which makes the tunnel, is not installed");
    expect(none.err).toContain("--public-url");
  });

  test("prints the address, what to paste, and that it will change, and takes the program with it", async () => {
    const place = await newPlace();
    const gone = join(place.cwd, "gone");
    const PATH = fake(
      `trap 'echo > ${gone}; exit 0' TERM; echo "INF | https://some-words-here.trycloudflare.com |" >&2; ${FOREVER}`,
    );
    const { child, ended, said } = start(place, ["start", "--tunnel", "--port", "0"], { PATH });
    const text = await said("This address is another one after every start.");
    expect(text).toContain("Override OpenAI Base URL   https://some-words-here.trycloudflare.com/cursor/v1");
    expect(text).toContain(`the key laptop of codeswitch.yaml (${NAME} setup cursor shows it)`);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    for (let tries = 0; tries < 600 && !existsSync(gone); tries++) await Bun.sleep(20);
    expect(existsSync(gone)).toBe(true);
  });

  test("a tunnel that dies is opened again, and the new address is told with the old one", async () => {
    const place = await newPlace();
    const count = join(place.cwd, "count");
    // The first two die at once, the second without an address.
    const PATH = fake(
      `echo x >> ${count}; n=$(wc -l < ${count} | tr -d ' '); [ $n = 2 ] && { echo "ERR no luck" >&2; exit 1; }
echo "https://words-$n.trycloudflare.com"; [ $n = 1 ] && exit 0; ${FOREVER}`,
    );
    const { child, ended, said } = start(place, ["start", "--tunnel", "--port", "0"], { PATH });
    const text = await said("https://words-3.trycloudflare.com/cursor/v1");
    for (const words of [
      "The tunnel has ended, and nothing reaches the gateway from outside. It is opened again in 1 s.",
      "cloudflared ended with 1. Its last words: ERR no luck It is opened again in 2 s.",
      "ANOTHER ADDRESS",
      "was  https://words-1.trycloudflare.com",
      "now  https://words-3.trycloudflare.com",
    ])
      expect(text).toContain(words);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  test("a JSON log has the address, and when it is lost", async () => {
    const place = await newPlace();
    const count = join(place.cwd, "count");
    const PATH = fake(
      `echo x >> ${count}; n=$(wc -l < ${count} | tr -d ' '); echo "https://words-$n.trycloudflare.com"; [ $n = 1 ] && exit 0; ${FOREVER}`,
    );
    const { child, ended, said } = start(place, ["start", "--tunnel", "--port", "0", "--log-format", "json"], { PATH });
    await said("https://words-2.trycloudflare.com");
    child.kill("SIGTERM");
    const { out, err } = await ended;
    const events = out
      .split("\n")
      .filter((line) => line.includes('"tunnel'))
      .map((line) => JSON.parse(line) as { event: string; url?: string; againInMs?: number });
    expect(events.map(({ event, url, againInMs }) => [event, url ?? againInMs])).toEqual([
      ["tunnel", "https://words-1.trycloudflare.com"],
      ["tunnel-lost", 1000],
      ["tunnel", "https://words-2.trycloudflare.com"],
    ]);
    expect(err).not.toContain("words-");
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
    const place = await newPlace(`auth: { keys: [ { name: me, key: only-15-letters } ] }\n${OPEN}`);
    const { code, err } = await start(place, ["start", "--tunnel", "--port", "0"], { PATH: fake("") }).ended;
    expect(code).toBe(2);
    expect(err).toContain("the key me can be guessed: it has fewer than 16 characters");
    expect(err).not.toContain("only-15-letters");
  });

  test.each([
    ["failed to request quick Tunnel", "cloudflared ended with 1. Its last words: ERR failed to request quick Tunnel"],
    // Its own service's address is no address of a tunnel.
    ['Post "https://api.trycloudflare.com/tunnel": EOF', 'ERR Post "https://api.trycloudflare.com/tunnel": EOF'],
  ])("a program that ends at the first try is a sentence with its last words: %s", async (words, told) => {
    const PATH = fake(`echo 'ERR ${words}' >&2; exit 1`);
    const { code, out, err } = await start(await newPlace(), ["start", "--tunnel", "--port", "0"], { PATH }).ended;
    expect(code).toBe(2);
    expect(err).toContain(told);
    expect(out).not.toContain("Override OpenAI Base URL");
  });
});

describe("the steps for Cursor", () => {
  const REPOSITORY = join(import.meta.dir, "../..");

  test.each(["README.md", "docs/clients/cursor.md"])(
    "of %s work as they stand, pasted into one terminal",
    async (page) => {
      const blocks = readFileSync(join(REPOSITORY, page), "utf8").matchAll(/^```sh\n([^]*?)^```$/gm);
      const steps = [...blocks].map(([, block = ""]) => block).find((block) => block.includes("--tunnel"));
      const { home } = await newPlace("");
      const PATH = `${fake(`echo "https://a-b.trycloudflare.com"; ${FOREVER}`)}:${process.env.PATH}`;
      const shell = spawn("sh", ["-c", steps ?? ""], {
        cwd: REPOSITORY,
        env: { PATH, HOME: home, PORT: "0", npm_config_offline: "true" },
        stdio: ["ignore", "pipe", "inherit"],
        // A terminal's processes are a group, and end together.
        detached: true,
      });
      let out = "";
      for await (const piece of shell.stdout) {
        out += String(piece);
        if (out.includes("every start.")) break;
      }
      const key = out.split("\n")[0] ?? "";
      const url = /is ready on (\S+)/.exec(out)?.[1];
      const answer = await fetch(`${url}/cursor/v1/models`, { headers: { authorization: `Bearer ${key}` } });
      process.kill(-(shell.pid ?? 0), "SIGTERM");
      expect(key).toMatch(/^[0-9a-f]{48}$/);
      expect(out).toContain("Override OpenAI Base URL   https://a-b.trycloudflare.com/cursor/v1");
      expect(out).toContain("npx codeswitch doctor --public-url https://a-b.trycloudflare.com");
      expect(answer.status).toBe(200);
      await expect(ended(url ?? "")).resolves.toBe(true);
    },
  );

  /** Once nothing listens there. */
  async function ended(url: string): Promise<boolean> {
    for (let tries = 0; tries < 600; tries++) {
      if (
        await fetch(`${url}/health`).then(
          () => false,
          () => true,
        )
      )
        return true;
      await Bun.sleep(20);
    }
    return false;
  }
});

describe("an address that stays", () => {
  const YAML = `auth: { keys: [ { name: cursor, key: "${KEY}" } ] }\n${OPEN}`;

  test("a tunnel of one's own is run by its name, and its hostname is told once it is connected", async () => {
    const place = await newPlace(YAML);
    const seen = join(place.cwd, "seen");
    const PATH = fake(`echo "$@" > ${seen}; echo "INF Registered tunnel connection connIndex=0" >&2; ${FOREVER}`);
    const flags = ["--tunnel", "mine", "--public-url", "https://llm.example.com/"];
    const { child, ended, said } = start(place, ["start", "--port", "0", ...flags], { PATH });
    const text = await said("Check it from outside");
    const url = /is ready on (\S+)/.exec(text)?.[1];
    expect(readFileSync(seen, "utf8").trim()).toBe(`tunnel --no-autoupdate run --url ${url} mine`);
    expect(text).toContain("Override OpenAI Base URL   https://llm.example.com/cursor/v1");
    expect(text).not.toContain("another one after every start");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  test("--public-url alone starts nothing, shows the address, and answers what comes through a proxy with the key only", async () => {
    const place = await newPlace(YAML);
    const PATH = fake(`echo STARTED >&2; ${FOREVER}`);
    const args = ["start", "--port", "0", "--public-url", "https://me.example.ts.net"];
    const { child, ended, said } = start(place, args, { PATH });
    const text = await said("Check it from outside");
    expect(text).toContain("Override OpenAI Base URL   https://me.example.ts.net/cursor/v1");
    const url = /is ready on (\S+)/.exec(text)?.[1];
    const outside = { host: "me.example.ts.net", "x-forwarded-for": "203.0.113.7" };
    const statusWith = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/cursor/v1/models`, { headers: { ...outside, ...headers } })).status;
    expect([await statusWith({}), await statusWith({ authorization: `Bearer ${KEY}` })]).toEqual([400, 200]);
    child.kill("SIGTERM");
    const { code, out, err } = await ended;
    expect(code).toBe(0);
    expect(out + err).not.toContain("STARTED");
  });

  test.each([
    [["--public-url", "http://llm.example.com"], "is not HTTPS"],
    [["--public-url", "https://192.168.0.7"], "which nobody outside can call"],
    [["--public-url", "https://llm.example.com/cursor/v1"], "Write the host alone: https://llm.example.com."],
    [["--tunnel", "mine"], "start --tunnel mine --public-url https://llm.example.com"],
    [["--tunnel", "--public-url", "https://llm.example.com"], "is made when it starts"],
    [["--tunnel", "https://llm.example.com"], "start --public-url https://llm.example.com"],
    [["--tunnel=-x", "--public-url", "https://llm.example.com"], '"-x" is no name of a tunnel'],
  ])("%p is answered with what to do", async (flags, words) => {
    const { code, err } = await run(await newPlace(YAML), "start", "--port", "0", ...flags);
    expect(err).toContain(words);
    expect(code).toBe(2);
  });

  test("needs a key as a tunnel does", async () => {
    const { code, err } = await run(
      await newPlace(OPEN),
      "start",
      "--port",
      "0",
      "--public-url",
      "https://a.example.com",
    );
    expect(code).toBe(2);
    expect(err).toContain(
      "A public address makes the gateway public, and without a key anybody could spend your money.",
    );
  });

  test("setup cursor with an address does not tell to make one", async () => {
    const place = await newPlace(YAML);
    const without = await run(place, "setup", "cursor");
    expect(without.out).toContain(`${NAME} start --tunnel makes one`);
    const given = await run(place, "setup", "cursor", "--public-url", "https://127.0.0.1");
    expect(given.out).toContain("https://127.0.0.1/cursor/v1");
    expect(given.out).not.toContain("--tunnel");
  });
});

describe("opening a tunnel again", () => {
  test("waits longer each time, and never more than a minute", () =>
    expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map(waitBefore)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]));

  test("ends at once when the gateway goes while it waits, and opens none after that", async () => {
    const going = new AbortController();
    let opened = 0;
    const dying = () => ({ url: Promise.resolve(`https://${++opened}`), ended: Promise.resolve(), stop: () => {} });
    await keepTunnel(dying, { up: () => {}, down: () => going.abort() }, going.signal);
    expect(opened).toBe(1);
  });

  test("is none where the gateway is going already", async () => {
    const open = (): never => {
      throw new Error("opened");
    };
    await keepTunnel(open, { up: () => {}, down: () => {} }, AbortSignal.abort());
  });

  test("stops the one that stands when the gateway goes", async () => {
    const going = new AbortController();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const standing = () => ({ url: Promise.resolve("https://a"), ended, stop: end });
    const lost: string[] = [];
    await keepTunnel(standing, { up: () => going.abort(), down: (why) => void lost.push(why) }, going.signal);
    expect(lost).toEqual([]);
  });
});
