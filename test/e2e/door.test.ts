/** Who may come in where no key is configured, and who never may. That a closed gateway asks for a key: keys.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startGateway } from "../../src/gateway.ts";
import { logOf } from "../../src/observe/log.ts";
import { configOf, provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, WIRES } from "./wires.ts";
import { headOf, rawRequest, talk } from "./raw.ts";

let server: Upstream;
beforeAll(() => void (server = upstream(() => Response.json(WHOLE.chat))));
afterAll(() => server?.stop());

const setup = (more: object = {}) => ({
  providers: [provider("p", "chat", server.url)],
  models: [{ name: "m", targets: [target("p", "chat")] }],
  ...more,
});

describe("without keys", () => {
  let gateway: Running;
  beforeAll(async () => void (gateway = await start(setup())));
  afterAll(() => gateway?.stop());
  const body = JSON.stringify(bodyFor("chat", "m"));
  const ask = (headers: Record<string, string>, path: string = PATH.chat) =>
    rawRequest(gateway.url, {
      method: "POST",
      path,
      headers: { "content-type": "application/json", ...headers },
      body,
    });

  for (const host of ["localhost", "localhost:4141", "127.0.0.1:9", "[::1]:4141", "LOCALHOST"])
    test(`Host ${host} is served, whatever Authorization says`, async () => {
      expect((await ask({ host, authorization: "Bearer anything" })).status).toBe(200);
    });

  const OUTSIDE: readonly Record<string, string>[] = [
    { host: "gateway.example.com" },
    { host: "abc.trycloudflare.com" },
    { host: "localhost.evil.com" },
    { host: "127.0.0.1.nip.io" },
    { host: "10.0.0.5:4141" },
    { forwarded: "for=1.2.3.4" },
    { "x-forwarded-for": "1.2.3.4" },
    { "x-forwarded-host": "x.example.com" },
    { "x-forwarded-anything": "1" },
    { "cf-connecting-ip": "1.2.3.4" },
    { "cf-ray": "8" },
    { origin: "https://evil.example.com" },
    { origin: "null" },
    { origin: "http://localhost.evil.com" },
  ];
  for (const headers of OUTSIDE)
    test(`${JSON.stringify(headers)} is refused with the fix`, async () => {
      const asked = server.asked.length;
      for (const path of [...WIRES.map((wire) => PATH[wire]), "/cursor/chat/completions"]) {
        const reply = await ask({ host: "localhost", ...headers }, path);
        expect([path, reply.status]).toEqual([path, 403]);
        expect(reply.body).toMatch(/key/i);
      }
      expect(server.asked.length).toBe(asked);
    });

  test("a local page is no foreign origin", async () => {
    expect((await ask({ host: "localhost", origin: "http://localhost:3000" })).status).toBe(200);
  });

  test("health is told to everybody, and nothing but health", async () => {
    for (const path of ["/health", "/ready", "/cursor/health"]) {
      const reply = await rawRequest(gateway.url, {
        method: "GET",
        path,
        headers: { host: "gateway.example.com" },
        body: "",
      });
      expect([path, reply.status, reply.body]).toEqual([path, 200, '{"status":"ok"}']);
    }
  });

  test("no CORS headers, and a simple request of a page is refused", async () => {
    const preflight = await fetch(gateway.url + PATH.chat, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example.com", "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const reply = await ask({ host: "localhost", "content-type": type });
      expect([type, reply.status]).toEqual([type, 415]);
    }
    expect((await ask({ host: "localhost", "content-type": "application/json; charset=utf-8" })).status).toBe(200);
  });
});

test("another address without keys is refused at the start", async () => {
  await expect(start(setup({ server: { host: "0.0.0.0" } }))).rejects.toThrow(/key/i);
});

describe("with keys", () => {
  let gateway: Running;
  beforeAll(async () => {
    gateway = await start(
      setup({
        keys: [{ name: "laptop", key: "sesame-open-7f" }],
      }),
    );
  });
  afterAll(() => gateway?.stop());

  test("a consumer's log-in token is refused by name and goes nowhere", async () => {
    const jwt = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(40)}.${"b".repeat(40)}`;
    for (const [token, name] of [
      ["sk-ant-oat01-abcdefghijklmnop", /claude/i],
      [jwt, /chatgpt/i],
    ] as const) {
      const asked = server.asked.length;
      const response = await post(gateway.url, PATH.messages, bodyFor("messages", "m"), {
        authorization: `Bearer ${token}`,
      });
      const text = await response.text();
      expect([401, 403]).toContain(response.status);
      expect(text).toMatch(name);
      expect(text).not.toContain(token);
      expect(server.asked.length).toBe(asked);
    }
  });
});

/** A gateway that writes down what it warns of. */
async function startNoting(more: object) {
  const lines: { message: string; fields: Record<string, unknown> }[] = [];
  const warn = (message: string, fields = {}) => void lines.push({ message, fields });
  const log = { info: () => {}, warn, write: () => {} };
  return { lines, ...(await startGateway(configOf(setup(more)), { log })) };
}
const KEYS = { keys: [{ name: "laptop", key: "sesame-open-7f-0123456789" }] };
const ID = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe("a Host that cannot be read", () => {
  for (const [how, more] of [
    ["without keys", {}],
    ["with keys", KEYS],
  ] as const)
    test(`is a 400 with an id, ${how}`, async () => {
      const gateway = await start(setup(more));
      const asked = server.asked.length;
      for (const host of [
        "",
        "%",
        "a b",
        "[::1",
        "localhost:80:80",
        "evil.com@localhost",
        "localhost/x",
        "localhost\\x",
      ])
        for (const path of [PATH.chat, "/health", "/v1/models"]) {
          const headers = { host, "content-type": "application/json" };
          const reply = await rawRequest(gateway.url, { method: "POST", path, headers, body: "{}" });
          expect([host, path, reply.status]).toEqual([host, path, 400]);
          expect(reply.headers["x-codeswitch-request-id"]).toMatch(ID);
          expect(JSON.parse(reply.body).error.message).toContain("The Host header");
        }
      expect(server.asked.length).toBe(asked);
      await gateway.stop();
    });
});

describe("every reply has an id of its own", () => {
  test("whatever was asked, and whoever answered", async () => {
    const gateway = await start({
      ...setup(KEYS),
      server: { bodyBytesMax: 1024, corsOrigins: ["https://chat.example.com"] },
    });
    const origin = "https://chat.example.com";
    const json = { "content-type": "application/json" };
    const key = { authorization: `Bearer ${KEYS.keys[0]?.key}`, ...json };
    const ask = (method: string, path: string, headers: Record<string, string> = {}, body = "") =>
      rawRequest(gateway.url, { method, path, headers, body });
    const replies = {
      200: await ask("POST", PATH.chat, key, JSON.stringify(bodyFor("chat", "m"))),
      "200 of HEAD": await ask("HEAD", "/health"),
      204: await ask("OPTIONS", PATH.chat, { origin }),
      400: await ask("POST", PATH.chat, key, "no JSON"),
      401: await ask("POST", PATH.chat, json, "{}"),
      404: await ask("GET", "/nothing"),
      405: await ask("DELETE", PATH.chat),
      413: await ask("POST", PATH.chat, key, "x".repeat(2_000)),
      "413 of a body that is only announced": await talk(gateway.url, (write) =>
        write(headOf({ method: "POST", path: PATH.chat, headers: key, body: "" }, { "content-length": "9000000000" })),
      ),
      415: await ask("POST", PATH.chat, { ...key, "content-type": "text/plain" }, "{}"),
      426: await ask("GET", "/v1/responses", key),
    };
    for (const [what, { status, headers }] of Object.entries(replies)) {
      expect([what, status]).toEqual([what, Number(what.slice(0, 3))]);
      expect([what, headers["x-codeswitch-request-id"]]).toEqual([what, expect.stringMatching(ID)]);
    }
    expect(new Set(Object.values(replies).map(({ headers }) => headers["x-codeswitch-request-id"])).size).toBe(11);
    await gateway.stop();
  });
});

describe("who is turned away stands in the log", () => {
  test("once for each try, with the reason and without the key", async () => {
    const gateway = await startNoting(KEYS);
    const tries = [{}, { authorization: "Bearer wrong-key-CANARY-0123" }, { "x-api-key": `sk-ant-oat01-CANARY` }];
    for (const headers of tries as Record<string, string>[]) {
      const path = `${PATH.chat}?key=CANARY`;
      expect((await post(gateway.url, path, "no JSON CANARY", headers)).status).toBe(401);
    }
    expect(gateway.lines.map(({ message }) => message)).toEqual([
      "turned away 127.0.0.1 POST /v1/chat/completions: No API key came with the request",
      "turned away 127.0.0.1 POST /v1/chat/completions: The API key is not one of this gateway's keys",
      "turned away 127.0.0.1 POST /v1/chat/completions: The key is a Claude subscription log-in token (sk-ant-oat…)",
    ]);
    expect(JSON.stringify(gateway.lines)).not.toContain("CANARY");
    await gateway.stop();
  });

  test("where there is no key: who came from elsewhere", async () => {
    const gateway = await startNoting({});
    const headers = { "content-type": "application/json", "x-client-ip": "1.2.3.4" };
    expect((await rawRequest(gateway.url, { method: "POST", path: PATH.chat, headers, body: "{}" })).status).toBe(403);
    expect(gateway.lines[0]?.fields).toEqual({
      event: "turned-away",
      peer: "127.0.0.1",
      method: "POST",
      path: PATH.chat,
      why: "This gateway has no key configured, and the request came through a proxy or tunnel (header x-client-ip)",
      leftOut: 0,
    });
    await gateway.stop();
  });

  test("and who asks where there is nothing, since a wrong base URL is", async () => {
    const gateway = await startNoting(KEYS);
    for (const path of ["/cursor/chat/completion", "/team/v1/messages?key=CANARY"])
      expect((await post(gateway.url, path, "{}", {})).status).toBe(404);
    expect((await fetch(`${gateway.url}${PATH.chat}`)).status).toBe(405);
    expect(gateway.lines.map(({ message }) => message)).toEqual([
      "turned away 127.0.0.1 POST /cursor/chat/completion: There is nothing at /cursor/chat/completion",
      "turned away 127.0.0.1 POST /team/v1/messages: There is nothing at /team/v1/messages; /v1/messages is; take /team off the base URL.",
      "turned away 127.0.0.1 GET /v1/chat/completions: GET is not answered at /v1/chat/completions; POST is.",
    ]);
    await gateway.stop();
  });

  test("in a line that a person reads, or an object that a program does", async () => {
    const written: string[] = [];
    const print = (line: string) => void written.push(line);
    for (const format of ["text", "json"] as const) {
      const gateway = await startGateway(configOf(setup(KEYS)), { log: logOf(format, print) });
      expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(401);
      await gateway.stop();
    }
    expect(written[0]).toMatch(
      /^\d\d:\d\d:\d\d warning: turned away 127\.0\.0\.1 GET \/v1\/models: No API key came with the request$/,
    );
    expect(JSON.parse(written[1] ?? "")).toMatchObject({
      time: expect.stringMatching(/^\d{4}-/),
      level: "warn",
      event: "turned-away",
      peer: "127.0.0.1",
      path: "/v1/models",
    });
  });

  test("in a flood by a few lines, and the rest by its number", async () => {
    const gateway = await startNoting(KEYS);
    for (let index = 0; index < 200; index++) await fetch(`${gateway.url}/v1/models`);
    expect(gateway.lines.length).toBeGreaterThanOrEqual(20);
    expect(gateway.lines.length).toBeLessThan(60);
    await gateway.stop();
  });
});

describe("web pages of origins that the configuration names", () => {
  const origin = "https://chat.example.com";
  const server = { corsOrigins: [origin] };
  const preflight = (url: string) =>
    rawRequest(url, {
      method: "OPTIONS",
      path: PATH.chat,
      headers: { origin, "access-control-request-method": "POST" },
      body: "",
    });

  test("call where there is a key, and may read the answer", async () => {
    const gateway = await start(setup({ ...KEYS, server }));
    expect(await preflight(gateway.url)).toMatchObject({
      status: 204,
      headers: { "access-control-allow-origin": origin },
    });
    const headers = { origin, authorization: `Bearer ${KEYS.keys[0]?.key}` };
    const reply = await post(gateway.url, PATH.chat, bodyFor("chat", "m"), headers);
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
    await gateway.stop();
  });

  test("are told so at the preflight already where there is none", async () => {
    const gateway = await start(setup({ server }));
    expect((await preflight(gateway.url)).status).toBe(403);
    const reply = await rawRequest(gateway.url, {
      method: "POST",
      path: PATH.chat,
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify(bodyFor("chat", "m")),
    });
    expect(reply.status).toBe(403);
    await gateway.stop();
  });
});

describe("a key that can be guessed", () => {
  const short = { keys: [{ name: "short", key: "only-15-letters" }] };
  test("is refused on an address that others reach", async () => {
    await expect(start(setup({ ...short, server: { host: "0.0.0.0" } }))).rejects.toThrow(
      /the key short can be guessed: fewer than 16/,
    );
  });
  test("serves this machine", async () => {
    const gateway = await start(setup(short));
    expect((await fetch(`${gateway.url}/v1/models`, { headers: { "x-api-key": "only-15-letters" } })).status).toBe(200);
    await gateway.stop();
  });
});

test("what a stranger sends costs its length, and not the square of it", async () => {
  const gateway = await start(setup(KEYS));
  const long = 14_000;
  const SHAPES: readonly (readonly [path: string, headers: Record<string, string>])[] = [
    [`/${"/".repeat(long)}x`, {}],
    [`/openai/deployments/${"/chat/completions".repeat(long / 17)}x`, {}],
    [`/v1/models/${"%2e".repeat(long / 3)}`, {}],
    [PATH.chat, { authorization: `Bearer a${" ".repeat(long)}b` }],
    [PATH.chat, { authorization: `${" ".repeat(long)}Bearer` }],
    [PATH.chat, { authorization: `Bearer eyJ${"a".repeat(long)}` }],
    [PATH.chat, { authorization: `Bearer a${"\t".repeat(long)}b` }],
    [PATH.chat, { "x-api-key": `a${" ".repeat(long)}b` }],
    [PATH.chat, { "user-agent": "co-pilot ".repeat(long / 9) }],
    [PATH.chat, { origin: `http://${"a.".repeat(long / 2)}` }],
    [PATH.chat, { host: `localhost${":1".repeat(long / 2)}` }],
  ];
  const ask = (path: string, headers: Record<string, string>) =>
    rawRequest(gateway.url, { method: "GET", path, headers, body: "" });
  await ask("/", {});
  for (const [path, headers] of SHAPES) {
    const started = process.cpuUsage();
    for (let index = 0; index < 5; index++) expect((await ask(path, headers)).status).toBeGreaterThanOrEqual(400);
    const spent = process.cpuUsage(started).user / 5_000;
    // Where a pattern went back and forth it was 190 to 290 ms.
    expect([path.slice(0, 30), JSON.stringify(headers).slice(0, 40), spent < 40]).toEqual([
      path.slice(0, 30),
      JSON.stringify(headers).slice(0, 40),
      true,
    ]);
  }
  await gateway.stop();
});
