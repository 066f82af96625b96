/** A browser's page at the gateway: the one that the configuration names, and every other. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, WHOLE, wholeStream, WIRES } from "./wires.ts";

const OURS = "https://a.example";
const STRANGERS = ["https://b.example", "https://a.example.evil", "http://a.example", "null"];
const KEY = { authorization: "Bearer sesame-open-7f" };
const ASKED = "authorization,content-type,x-stainless-lang";

let server: Upstream;
let gateway: Running;
beforeAll(async () => {
  server = upstream((asked) =>
    asked.body["stream"] === true
      ? new Response(wholeStream("chat"), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE.chat),
  );
  gateway = await start({
    providers: [provider("p", "chat", server.url)],
    models: [{ name: "m", targets: [target("p", "chat")] }],
    keys: [{ name: "page", key: "sesame-open-7f" }],
    server: { corsOrigins: [OURS] },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await server?.stop();
});

/** What of an answer speaks to a browser. */
async function spoken(method: string, path: string, headers: Record<string, string>, body?: object) {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { ...(body && { "content-type": "application/json" }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  const spoken = [...response.headers].filter(([name]) => name.startsWith("access-control-"));
  return { status: response.status, headers: Object.fromEntries(spoken), vary: response.headers.get("vary") };
}
const ALLOWED = {
  "access-control-allow-origin": OURS,
  "access-control-expose-headers":
    "x-codeswitch-request-id, x-codeswitch-target, x-codeswitch-lane, x-codeswitch-losses, x-codeswitch-lost, x-codeswitch-hints, x-codeswitch-estimated, retry-after",
};
test("a page may read every header of ours that an answer has", async () => {
  const body = JSON.stringify(bodyFor("messages", "m"));
  for (const path of [PATH.messages, `${PATH.messages}/count_tokens`]) {
    const headers = { "content-type": "application/json", origin: OURS, ...KEY };
    const response = await fetch(gateway.url + path, { method: "POST", headers, body });
    await response.arrayBuffer();
    expect(response.status).toBe(200);
    const ours = [...response.headers.keys()].filter((name) => name.startsWith("x-codeswitch-"));
    expect(ours.length).toBeGreaterThan(1);
    const readable = (response.headers.get("access-control-expose-headers") ?? "").split(", ");
    expect(ours.filter((name) => !readable.includes(name))).toEqual([]);
  }
});

const preflight = { "access-control-request-method": "POST", "access-control-request-headers": ASKED };

for (const path of [...WIRES.map((wire) => PATH[wire]), "/v1/models"])
  describe(path, () => {
    test("a preflight of the page that is named passes without a key", async () => {
      const { status, headers } = await spoken("OPTIONS", path, { origin: OURS, ...preflight });
      expect(status).toBe(204);
      expect(headers).toEqual({
        ...ALLOWED,
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": ASKED,
        "access-control-max-age": "600",
      });
    });
    for (const origin of STRANGERS)
      test(`a preflight of ${origin} is allowed nothing`, async () => {
        const { status, headers } = await spoken("OPTIONS", path, { origin, ...preflight });
        expect([status >= 400, headers]).toEqual([true, {}]);
      });
  });

for (const wire of WIRES)
  for (const stream of [false, true])
    test(`an answer of ${wire} may be read by the page that is named, and by no other: stream ${stream}`, async () => {
      const asked = (headers: Record<string, string>) =>
        spoken("POST", PATH[wire], { ...KEY, ...headers }, bodyFor(wire, "m", { stream }));
      expect(await asked({ origin: OURS })).toEqual({ status: 200, headers: ALLOWED, vary: "origin" });
      expect(await asked({})).toMatchObject({ status: 200, headers: {} });
      for (const origin of STRANGERS) expect((await asked({ origin })).headers).toEqual({});
    });

test("the page that is named may read why it was refused; its origin is no key", async () => {
  const asked = server.asked.length;
  const refused = await spoken("POST", PATH.chat, { origin: OURS }, bodyFor("chat", "m"));
  expect([refused.status, refused.headers]).toEqual([401, ALLOWED]);
  expect(server.asked.length).toBe(asked);
});
