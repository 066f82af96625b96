/** A vendor that signs each request and streams in binary frames is a row too: the gateway of a copy calls it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { upstream, type Upstream } from "../e2e/upstream.ts";
import { BINARY_HEADERS, binaryFrame, SIGNATURE, signatureOf } from "../fixtures/signed-vendor.ts";
import { type Copy, copyOfTree } from "./copy.ts";

const KEY = "acme-key-0123456789";
const ROW = (url: string): string => `  vendor({
    id: "acme",
    title: "Acme",
    baseUrl: "${url}",
    keyVariables: ["ACME_API_KEY"],
    keyMeaning: "Your key at Acme: acme-*.",
    hosts: ["api.acme.example"],
    transports: { "openai-chat": { address: ({ base, model }) => \`\${base}/model/\${model}/stream\`, auth: SIGNED, framing: BINARY } },
    models: ["acme-*"],
    prefixes: ["acme/"],
  }),`;

const chunk = (fields: object): Uint8Array =>
  binaryFrame({
    data: JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "acme-large", ...fields }),
  });
const delta = (fields: object, finish: string | null = null): Uint8Array =>
  chunk({ choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const FRAMES = [
  delta({ role: "assistant", content: "Grüße, " }),
  delta({ content: "世界." }, "stop"),
  chunk({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } }),
];

let copy: Copy;
let acme: Upstream;
let gateway: ReturnType<Copy["start"]>;
let url = "";
let times = 0;
beforeAll(async () => {
  acme = upstream(async ({ path, bytes, headers }) => {
    const signature = await signatureOf({ method: "POST", url: acme.url + path, body: bytes }, KEY);
    if (headers.get(SIGNATURE) !== signature)
      return Response.json({ error: { message: "bad signature" } }, { status: 403 });
    // The first is tried again: a signature holds for one attempt.
    if (++times === 1) return Response.json({ error: { message: "overloaded" } }, { status: 503 });
    return new Response(Buffer.concat(FRAMES), { headers: BINARY_HEADERS });
  });
  copy = copyOfTree();
  const fixture = "../../test/fixtures/signed-vendor.ts";
  copy.insert("src/providers/catalog.ts", "import { API_KEY", `import { BINARY, SIGNED } from "${fixture}";`);
  copy.insert("src/providers/catalog.ts", "  // A vendor that is not in the list", ROW(acme.url));
  gateway = copy.start(["src/main.ts", "start"], { PORT: "0", ACME_API_KEY: KEY });
  url = await gateway.until("ready", (out) => /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0]);
}, 30_000);
afterAll(async () => {
  await gateway.stop();
  copy.remove();
  await acme.stop();
});

const post = async (path: string, body: object): Promise<string> => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url + path, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "acme-large", ...body }),
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    expect.stringContaining("text/event-stream"),
  ]);
  return response.text();
};
const messages = [{ role: "user", content: "Go" }];

describe("a vendor with a signature and binary frames", () => {
  test.each([
    ["/v1/chat/completions", { messages, stream: true }],
    ["/v1/messages", { messages, stream: true, max_tokens: 100 }],
    ["/v1/responses", { input: messages, stream: true }],
  ])("answers %s in events, and is asked with a signature over what was sent", async (path, body) => {
    const text = await post(path, body);
    expect(text).toContain("Grüße, ");
    expect(text).toContain("世界.");
    expect(text).toMatch(/^(event|data): /);
    expect(acme.asked.at(-1)).toMatchObject({ path: "/model/acme-large/stream", body: { model: "acme-large" } });
  });
});
