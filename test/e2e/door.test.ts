/** Who may come in where no key is configured, and who never may. That a closed gateway asks for a key: keys.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, WIRES } from "./wires.ts";
import { rawRequest } from "./raw.ts";

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
