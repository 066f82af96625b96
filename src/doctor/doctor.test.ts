/** Each fault that a provider, a model or a machine can have, and the sentence for it. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config, ProviderConfig } from "../config/config.ts";
import { DEFAULTS } from "../config/default.ts";
import { startSimulator } from "../simulator/index.ts";
import { sqliteStore } from "../store/sqlite.ts";
import { type Observed, probeModel } from "./probe-model.ts";
import type { Finding } from "./finding.ts";
import { keeperIn } from "./observations.ts";
import { checkMachine } from "./check-machine.ts";
import { checkModel } from "./check-model.ts";
import { checkProvider, type Patience } from "./check-provider.ts";

const closing: (() => void)[] = [];
const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-doctor-"));
afterAll(() => {
  for (const close of closing) close();
  rmSync(FOLDER, { recursive: true });
});

const patience = (more: Partial<Patience> = {}): Patience => ({
  now: Date.now,
  timeoutMs: 2_000,
  slowMs: 1_000,
  ...more,
});

function vendor(reply: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: reply });
  closing.push(() => void server.stop(true));
  return `http://127.0.0.1:${server.port}`;
}

const provider = (baseUrl: string, more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  name: "v",
  kind: "openai-compatible",
  baseUrl,
  apiKey: "vendor-key-0123456789",
  headers: {},
  firstByteMs: 1_000,
  idleMs: 1_000,
  ...more,
});

function configOf(one: ProviderConfig, model = "gpt-5", more: Partial<Config> = {}): Config {
  return {
    ...DEFAULTS,
    server: {
      host: "127.0.0.1",
      port: 4141,
      bodyBytesMax: 1_000,
      corsOrigins: [],
      heartbeatMs: 0,
      drainMs: 0,
      workers: 1,
    },
    keys: [],
    providers: { [one.name]: one },
    models: [{ name: "m", targets: [{ provider: one.name, model }] }],
    log: { format: "text" },
    source: "a test",
    warnings: [],
    ...more,
  };
}

const check = (baseUrl: string, more: Partial<Patience> = {}, model = "gpt-5"): Promise<Finding[]> => {
  const one = provider(baseUrl);
  return checkProvider(configOf(one, model), one, patience(more));
};
const list = (...ids: readonly string[]): Response => Response.json({ data: ids.map((id) => ({ id })) });
const only = (findings: readonly Finding[]): Finding => {
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
};

describe("a provider", () => {
  test("that is in order is told with its time", async () => {
    const { state, says } = only(await check(`${vendor(() => list("gpt-5"))}/v1`));
    expect(state).toBe("ok");
    expect(says).toMatch(/answers in \d+ ms, and takes the key/);
  });

  test("that nobody is: unreachable", async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Response("") });
    const url = `http://127.0.0.1:${server.port}/v1`;
    await server.stop(true);
    expect(only(await check(url))).toMatchObject({ state: "fault", check: "unreachable" });
    expect(only(await check(url)).says).toContain("nothing listens there. Check host and port");
  });

  test("whose name is wrong: unreachable, with the host in the sentence", async () => {
    const found = only(await check("http://no-such-host.invalid/v1"));
    expect(found.state).toBe("fault");
    expect(found.says).toContain("no-such-host.invalid");
  });

  test.each([
    [401, "key", "The key is refused (status 401: No such key.). Check the api_key of v"],
    [403, "key", "The key is known and may not do this"],
    [429, "limit", "says that a limit is reached (status 429"],
    [500, "reach", "It is reached and fails (status 500: No such key.)"],
    [400, "address", "refuses the question"],
  ])("that answers %d", async (status, about, words) => {
    const found = only(await check(vendor(() => Response.json({ error: { message: "No such key." } }, { status }))));
    expect(found.check).toBe(about);
    expect(found.says).toContain(words);
  });

  test("that repeats the key: it is not told", async () => {
    const answers = [
      () => Response.json({ error: { message: "No such key: Bearer vendor-key-0123456789" } }, { status: 401 }),
      () => new Response("<b>vendor-key-0123456789</b>"),
      () => new Response("vendor-key-0123456789", { status: 500 }),
    ];
    for (const answer of answers) {
      const { says } = only(await check(vendor(answer)));
      expect(says).not.toContain("vendor-key");
      expect(says).toContain("[redacted]");
    }
  });

  test("that redirects: the final address is named, and not followed", async () => {
    const url = vendor((request) =>
      new URL(request.url).pathname === "/new" ? list() : Response.redirect("https://other.example/v1/models", 301),
    );
    expect(only(await check(url)).says).toContain("redirect to https://other.example/v1/models, which is not followed");
  });

  test("that is a web page", async () => {
    const url = vendor(
      () => new Response("<!doctype html><title>Welcome</title>", { headers: { "content-type": "text/html" } }),
    );
    expect(only(await check(url)).says).toContain('something that is no JSON ("<!doctype html><title>Welcome<")');
  });

  test("that has no such path: base_url is named", async () => {
    const url = vendor(() => new Response("Not Found", { status: 404 }));
    expect(only(await check(`${url}/wrong`))).toMatchObject({ state: "fault", check: "address" });
    expect(only(await check(`${url}/wrong`)).says).toContain(
      "/wrong/chat/completions. Write base_url as the vendor's SDK takes it",
    );
  });

  test("that keeps no list is asked a model instead", async () => {
    const url = vendor((request) =>
      request.method === "GET"
        ? new Response("", { status: 404 })
        : Response.json({ choices: [{ message: { content: "Hi" } }] }),
    );
    expect(only(await check(url))).toMatchObject({ state: "ok", check: "model" });
  });

  test("that does not list a model: the nearest name", async () => {
    const found = await check(
      vendor(() => list("gpt-5.1", "other")),
      {},
      "gpt-51",
    );
    expect(found.at(-1)?.says).toContain('Its list does not name gpt-51. Did you mean "gpt-5.1"?');
  });

  test("that is slow", async () => {
    const url = vendor(() => list("gpt-5"));
    expect((await check(url, { slowMs: -1 }))[0]).toMatchObject({ state: "warning", check: "slow" });
  });

  test("that says nothing in time", async () => {
    const url = vendor(() => new Promise<Response>(() => {}));
    expect(only(await check(url, { timeoutMs: 100 }))).toMatchObject({ state: "fault", check: "timeout" });
  });

  test("whose clock is another: by how much, and which way", async () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    const url = vendor(() => {
      const reply = list("gpt-5");
      reply.headers.set("date", new Date(noon).toUTCString());
      return reply;
    });
    for (const [by, words] of [
      [600_000, "clock is 600 seconds ahead of"],
      [-600_000, "clock is 600 seconds behind"],
    ] as const) {
      const [found] = await check(url, { now: () => noon + by });
      expect(found).toMatchObject({ state: "warning", check: "clock", says: expect.stringContaining(words) });
    }
  });

  test("that closes the connection", async () => {
    const url = await rawServer((socket) => socket.destroy());
    expect(only(await check(url))).toMatchObject({ state: "fault", check: "unreachable" });
  });

  test("that speaks plain HTTP where TLS is asked for", async () => {
    const url = (await rawServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))).replace(
      "http:",
      "https:",
    );
    expect(only(await check(url))).toMatchObject({ state: "fault" });
  });

  const openssl = Bun.which("openssl");
  test.skipIf(openssl === null)("whose certificate is self-signed (skipped without openssl)", async () => {
    const [key, cert] = [join(FOLDER, "key.pem"), join(FOLDER, "cert.pem")];
    const made = Bun.spawnSync([
      ...[openssl ?? "", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"],
      ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
    ]);
    expect(made.exitCode).toBe(0);
    const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, tls, fetch: () => list("gpt-5") });
    closing.push(() => void server.stop(true));
    const found = only(await check(`https://127.0.0.1:${server.port}/v1`));
    expect(found.check).toBe("tls");
    expect(found.says).toContain(
      "self-signed, which nothing here trusts. If it is your own authority, name its file in NODE_EXTRA_CA_CERTS",
    );
  });
});

async function rawServer(each: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer(each).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

const OBSERVED: Observed = {
  provider: "v",
  model: "m",
  dialect: "openai-chat",
  at: "2026-01-01T00:00:00.000Z",
  streaming: true,
  tools: true,
  images: false,
  thinking: false,
  efforts: [],
  verbosities: [],
};

describe("a model", () => {
  test("that is not there", async () => {
    const url = vendor(() =>
      Response.json({ error: { message: "The model gpt-9 does not exist", code: "model_not_found" } }, { status: 404 }),
    );
    const found = only(await checkModel(provider(url), { provider: "v", model: "gpt-9" }, 1_000));
    expect(found).toMatchObject({ state: "fault", check: "model" });
    expect(found.says).toContain("It has no model called gpt-9");
  });

  test.each(["openai-chat", "openai-responses", "anthropic-messages"] as const)(
    "in %s: what it does is seen and kept",
    async (dialect) => {
      const simulator = startSimulator({});
      closing.push(simulator.stop);
      const one = provider(dialect === "anthropic-messages" ? simulator.url : `${simulator.url}/v1`, {
        kind: "openai-compatible",
      });
      const { observed, findings } = await probeModel(one, { provider: "v", model: "sim-tool", dialect }, () => 0);
      expect(observed).toMatchObject({ dialect, streaming: true, tools: true, at: "1970-01-01T00:00:00.000Z" });
      expect(findings[0]?.says).toContain("It does: streaming, tools");
      if (!observed) throw new Error("nothing was observed");
      const dir = join(FOLDER, dialect);
      const keeper = keeperIn(dir);
      expect([...(await keeper.keep(observed)), ...(await keeper.keep(observed))]).toEqual([]);
      const { provider: name, model, at, dialect: _, ...values } = observed;
      const store = await sqliteStore(dir);
      expect(await store.capabilities.get(name, model)).toEqual([
        { provider: name, model, dialect, observed: JSON.stringify(values), probedAt: Date.parse(at) },
      ]);
      await store.close();
    },
  );

  test("that was observed while the database does not work is one warning, however many follow", async () => {
    const dir = join(FOLDER, "no-folder");
    writeFileSync(dir, "");
    const keeper = keeperIn(dir);
    const warned = only(await keeper.keep(OBSERVED));
    expect(warned).toMatchObject({ state: "warning", check: "data" });
    expect(warned.says).toContain(`The data folder ${dir} cannot be used`);
    expect(await keeper.keep(OBSERVED)).toEqual([]);
  });

  test("that fails is one sentence, and nothing is kept", async () => {
    const url = vendor(() => Response.json({ error: { message: "No." } }, { status: 500 }));
    const { observed, findings } = await probeModel(provider(url), { provider: "v", model: "m" }, () => 0);
    expect(observed).toBeUndefined();
    expect(only(findings).says).toBe(
      "It is reached and fails (status 500: No.). Wait, or look at the vendor's status page.",
    );
  });
});

describe("a machine", () => {
  const says = (config: Config, variables: Record<string, string>): string =>
    checkMachine(config, variables)
      .map((found) => `${found.state} ${found.says}`)
      .join("\n");
  const local = configOf(provider("http://127.0.0.1:11434/v1"));

  test("without anything odd", () => expect(says(local, {})).not.toMatch(/^(warning|fault)/m));
  test.each([
    [{ HTTPS_PROXY: "proxy:3128" }, "fault HTTPS_PROXY is set, and is no address of a proxy"],
    [
      { HTTP_PROXY: "http://me:secret@proxy.example:3128" },
      "warning HTTP_PROXY is set, and NO_PROXY does not name 127.0.0.1",
    ],
    [
      { HTTP_PROXY: "http://proxy.example:3128", NO_PROXY: "127.0.0.1" },
      "noted HTTP_PROXY is set: providers are called through proxy.example:3128",
    ],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, "fault NODE_TLS_REJECT_UNAUTHORIZED is 0"],
  ])("%p", (variables, words) => {
    const all = says(local, variables as Record<string, string>);
    expect(all).toContain(words);
    expect(all).not.toContain("secret@");
  });

  test("keys that are short, or the vendor's own", () => {
    const keys = [
      { name: "a", key: "short" },
      { name: "b", key: "vendor-key-0123456789" },
    ];
    const all = says(configOf(provider("https://v.example/v1"), "m", { keys }), {});
    expect(all).toContain("The key a is shorter than 16 characters");
    expect(all).toContain("The key b is the same as the api_key of the provider v");
  });
});

describe("one model that is asked for a word", () => {
  const judged = async (status: number, message: string): Promise<Finding> => {
    const url = vendor(() => Response.json({ error: { message } }, { status }));
    return only(await checkModel(provider(url), { provider: "v", model: "m" }, 1_000));
  };
  test("is there, though it thought for longer than the few tokens last", async () => {
    const says = "Could not finish the message because max_tokens or model output limit was reached.";
    expect(await judged(400, says)).toMatchObject({ state: "ok", check: "model" });
  });
  test("and does not take this dialect, is told with the dialect", async () => {
    const { state, says } = await judged(400, "The operation does not work with the specified model.");
    expect(state).toBe("fault");
    expect(says).toContain("Check its target's dialect, now openai-chat");
  });
});
