/** What people do wrong on the command line, as they would: a sentence and an exit code, never a stack. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const ROOT = join(import.meta.dir, "../..");
const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-mistakes-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(FOLDER, name), text);
  return join(FOLDER, name);
};
const A_FILE = file("a-file", "");
const [BROKEN, FOLDERS] = [join(FOLDER, "broken"), join(FOLDER, "folders")];
mkdirSync(BROKEN);
file("broken/secret", "{}");
mkdirSync(join(FOLDERS, "secret"), { recursive: true });
const KEY = { SERVICE_API_KEY: "a-key-of-more-than-16-characters" };
file("off.yaml", "providers: { a: { kind: anthropic } }\nmodels: { m: { provider: a, model: x } }\n");
file("simulator.yaml", "providers: { s: { kind: simulator } }\nmodels: { m: { provider: s, model: demo } }\n");
file("broken.yaml", "providers:\n  a: { kind: anthropic, api_key: sk-CANARY\nmodels: {}\n");
writeFileSync(join(FOLDER, "utf16.yaml"), Buffer.from("\uFEFFmodels: {}\n", "utf16le"));
file("binary.yaml", "\0\u0001models: {}\0");
mkdirSync(join(FOLDER, "with-venv", ".env"), { recursive: true });

type Variables = Readonly<Record<string, string>>;
interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const spawn = (script: string, args: readonly string[], variables: Variables = {}, cwd = FOLDER) => {
  const { PATH = "", SystemRoot = "" } = process.env;
  return Bun.spawn(["node", join(ROOT, "bin", script), ...args], {
    cwd,
    // Never a person's own folders.
    env: { PATH, SystemRoot, HOME: FOLDER, CODESWITCH_DATA_DIR: join(FOLDER, "data"), ...variables },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
};

async function run(
  args: readonly string[],
  variables?: Variables,
  cwd?: string,
  script = "codeswitch.js",
): Promise<Ended> {
  const child = spawn(script, args, variables, cwd);
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

/** The gateway, until `work` is done. */
async function whileStarted<T>(
  args: readonly string[],
  variables: Variables,
  work: (url: string, said: () => string) => Promise<T>,
): Promise<T> {
  const child = spawn("codeswitch.js", ["start", "--port", "0", ...args], variables);
  let said = "";
  const ready = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) {
      said += decoder.decode(bytes, { stream: true });
      const [, url] = /is ready on (\S+)/.exec(said) ?? [];
      // The greeting is printed at once.
      if (url !== undefined && said.endsWith("\n\n")) return url;
    }
    throw new Error(`ended: ${said} ${await child.stderr.text()}`);
  })();
  try {
    return await work(await ready, () => said);
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
}

describe("is a sentence, without a stack", () => {
  test.each<[what: string, args: readonly string[], variables: Variables, code: number, said: string]>([
    [
      "a file of a format that there is not",
      ["export", "--out", "calls.xlsx"],
      {},
      2,
      "--out: what ends in .xlsx cannot be written. Choose --format jsonl, csv, parquet.",
    ],
    [
      "a host that nobody knows",
      ["start", "--port", "0", "--host", "not.a.host"],
      KEY,
      2,
      "not.a.host is not an address of this machine. Choose another: ",
    ],
    [
      "the same in CODESWITCH_HOST",
      ["start", "--port", "0"],
      { ...KEY, CODESWITCH_HOST: "x86_64-conda-linux-gnu" },
      2,
      "x86_64-conda-linux-gnu is not an address of this machine.",
    ],
    [
      "an address of another machine",
      ["start", "--port", "0", "--host", "203.0.113.9"],
      KEY,
      2,
      "203.0.113.9 is not an address of this machine.",
    ],
    [
      "a secret that is too short",
      ["start", "--port", "0"],
      { CODESWITCH_SECRET: "abc" },
      1,
      "environment: CODESWITCH_SECRET has 3 characters, and 32 are the least. Make one: openssl rand -hex 32; or leave it unset, and the data folder gets one of its own.",
    ],
    [
      "a data folder that is a file, rotate",
      ["secret", "rotate"],
      { CODESWITCH_DATA_DIR: A_FILE },
      1,
      `${A_FILE}/secret`,
    ],
    [
      "a data folder that is a file, setup",
      ["setup", "codex", "--yes"],
      { CODESWITCH_DATA_DIR: A_FILE },
      1,
      `${A_FILE} is there already, and is no folder (EEXIST). Move it away, or name another place.`,
    ],
    [
      "a data folder that cannot be made",
      ["secret", "rotate"],
      { CODESWITCH_DATA_DIR: "/proc/nowhere/data" },
      1,
      "/proc/nowhere",
    ],
    [
      "a secret's file that holds none",
      ["secret", "rotate"],
      { CODESWITCH_DATA_DIR: BROKEN },
      1,
      `${join(BROKEN, "secret")} does not hold a secret. Restore it, or delete it`,
    ],
    [
      "a secret's file that is a folder",
      ["secret", "rotate"],
      { CODESWITCH_DATA_DIR: FOLDERS },
      1,
      `${join(FOLDERS, "secret")} does not hold a secret. Restore it, or delete it`,
    ],
    ["a home that is a file", ["setup", "codex", "--yes"], { HOME: A_FILE }, 1, A_FILE],
    ["a file where flags are", ["start", "off.yaml"], {}, 2, "Did you mean --config off.yaml?"],
    ["two configurations", ["config", "check", "off.yaml", "-c", "a.yaml"], {}, 2, "Two configurations are named"],
    ["a configuration in UTF-16", ["config", "check", "utf16.yaml"], {}, 1, "is written in UTF-16. Save it as UTF-8."],
    ["a configuration that is binary", ["config", "check", "binary.yaml"], {}, 1, "binary.yaml"],
    ["a configuration behind a file", ["config", "check", "a-file/x.yaml"], {}, 1, "names a file that does not exist"],
  ])("%s", async (_what, args, variables, code, said) => {
    const ended = await run(args, variables);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(said)]);
    expect(ended.out + ended.err).not.toMatch(/\n\s+at |Error:|\bfailed\b/);
  });

  test("a folder called .env is no configuration", async () => {
    const cwd = join(FOLDER, "with-venv");
    expect(await run(["config", "check"], {}, cwd)).toEqual({
      code: 0,
      out: "The environment is in order: 1 provider, 3 models, 0 keys.\n",
      err: "",
    });
    writeFileSync(join(cwd, "codeswitch.yaml"), readFileSync(join(FOLDER, "simulator.yaml")));
    expect((await run(["config", "check"], {}, cwd)).out).toStartWith("codeswitch.yaml is in order");
  });

  // Bun has no terminals on Windows.
  test.skipIf(process.platform === "win32").each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
    ["Return", "\r"],
  ])("%s at a question", async (_name, keys) => {
    let seen = "";
    const child = Bun.spawn(["node", join(ROOT, "bin/codeswitch.js"), "setup", "codex"], {
      cwd: FOLDER,
      env: { PATH: process.env.PATH ?? "", HOME: FOLDER, CODESWITCH_DATA_DIR: join(FOLDER, "asked") },
      terminal: {
        data: (terminal, bytes) => {
          const before = seen;
          seen += new TextDecoder().decode(bytes);
          if (!before.includes("[y/N]") && seen.includes("[y/N]")) terminal.write(keys);
        },
      },
    });
    expect(await child.exited).toBe(1);
    expect(
      stripVTControlCharacters(seen)
        .trim()
        .split(/[\r\n]+/)
        .at(-1),
    ).toBe("Nothing was changed.");
  });

  test("a reader that stops reading", async () => {
    const child = Bun.spawn(["sh", "-c", `node ${join(ROOT, "bin/codeswitch.js")} config schema | head -n 1`], {
      env: { PATH: process.env.PATH ?? "" },
      stdout: "pipe",
      stderr: "pipe",
    });
    expect([await child.stdout.text(), await child.stderr.text()]).toEqual(["{\n", ""]);
  });
});

test("HOST as build tools set it starts the gateway on this machine alone, with a warning", () =>
  whileStarted([], { HOST: "x86_64-conda-linux-gnu" }, async (url, said) => {
    expect(url).toStartWith("http://127.0.0.1:");
    expect(said()).toContain("HOST is no address, so that it is not read.");
  }));

describe("config check", () => {
  test("takes the file as a word", async () => {
    expect(await run(["config", "check", "simulator.yaml"])).toEqual({
      code: 0,
      out: "simulator.yaml is in order: 1 provider, 1 model, 0 keys.\n",
      err: "",
    });
    expect((await run(["config", "print", "simulator.yaml"])).out).toStartWith("# From simulator.yaml.");
  });

  test("shows the line of the first fault with a caret, and no secret", async () =>
    expect(await run(["config", "check", "broken.yaml"])).toEqual({
      code: 1,
      out: "",
      err: `The configuration has a problem:
broken.yaml:2:6: This is not valid YAML: the { that stands here is never closed. Close it where its part ends.
  2 |   a: { kind: anthropic, api_key: …
    |      ^
`,
    }));

  test("fails where nothing can be answered", async () =>
    expect(await run(["config", "check", "off.yaml"])).toEqual({
      code: 1,
      out: "",
      err: "! Provider a is switched off: it has no api_key. Not served without it: m.\n! off.yaml has nothing that can answer: no provider is switched on. Mend one of those named above.\n",
    }));
});

describe("start tells the truth", () => {
  const ADVICE = /so a simulator answers/;

  test("where every provider is off, nothing answers, and no simulator does", () =>
    whileStarted(["-c", "off.yaml"], {}, async (_url, said) => {
      expect(said()).toContain("Providers  none: nothing can be answered");
      expect(said()).not.toMatch(ADVICE);
      expect(said()).not.toContain("MODEL");
    }));

  test("a simulator that was asked for needs no advice", () =>
    whileStarted(["-c", "simulator.yaml"], {}, async (_url, said) => expect(said()).not.toMatch(ADVICE)));

  test("where there is nothing, a simulator answers, and how to name a .env is told", () =>
    whileStarted([], {}, async (url, said) => {
      expect(said()).toMatch(ADVICE);
      expect(said()).toMatch(/codeswitch(\.js)? start --config \.env/);
      const { choices } = await ask(url, "demo");
      expect(choices?.[0]?.message.content).toContain("codeswitch start --config .env");
    }));

  test("of one of Azure's two variables, at the start and to who asks", () =>
    whileStarted([], { AZURE_BASE_URL: "https://x.openai.azure.com" }, async (url, said) => {
      expect(said()).toContain("Azure is switched off: AZURE_API_KEY is not set.");
      for (const model of ["gpt-high", "gpt-5-low", "gpt-5.1-codex"])
        expect((await ask(url, model)).error?.message).toStartWith(
          `There is no model "${model}". Azure is switched off: AZURE_API_KEY is not set.`,
        );
      expect((await ask(url, "kimi-k2")).error?.message).not.toContain("Azure");
    }));

  test("and so of a file's providers", () =>
    whileStarted(["-c", "off.yaml"], {}, async (url) =>
      expect((await ask(url, "m")).error?.message).toStartWith(
        'There is no model "m". Provider a is switched off: it has no api_key.',
      ),
    ));

  test("a port that a codeswitch has already", () =>
    whileStarted([], {}, async (url) => {
      const { port } = new URL(url);
      const { code, err } = await run(["start", "--port", port]);
      expect(code).toBe(2);
      expect(err).toStartWith(`A codeswitch runs at port ${port} on 127.0.0.1 already. Use that one, or stop it`);
      expect(err).toEndWith(` start --port ${Number(port) + 1}\n`);
    }));

  test("the key is called as it was set", () =>
    whileStarted([], KEY, async (_url, said) => expect(said()).toContain("Keys       SERVICE_API_KEY\n")));

  const outside = Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    .find(({ internal, family, address }) => !internal && family === "IPv4" && !address.startsWith("169.254."));
  const why = outside === undefined ? " (this machine has no network, and so no address for others)" : "";
  test.skipIf(outside === undefined)(`on every address, how other machines reach it${why}`, () =>
    whileStarted(["--host", "0.0.0.0"], KEY, async (url, said) => {
      const other = `http://${outside?.address}:${new URL(url).port}`;
      expect(said()).toContain("for other machines on ");
      expect(said()).toContain(other);
      expect((await fetch(`${other}/healthz`)).status).toBe(200);
    }),
  );
});

interface Answer {
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
  readonly error?: { readonly message: string };
}
async function ask(url: string, model: string): Promise<Answer> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
  return (await response.json()) as Answer;
}

describe("--help of a script of this project says what it does, and does nothing", () => {
  test.each(["bench", "check", "fuzz", "lint", "mutate", "soak", "test", "test-clients"])("%s", async (name) => {
    const { code, out, err } = await run(["--help"], {}, ROOT, `${name}.js`);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toStartWith("`npm ");
  });

  test("a flag that the bench does not have is a sentence", async () => {
    const { code, out, err } = await run(["--nope"], {}, ROOT, "bench.js");
    expect([code, out, err.trimEnd().split("\n").length]).toEqual([2, "", 1]);
    expect(err).toContain("--nope");
  });
});
