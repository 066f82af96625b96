/** Paths as clients build them from a base URL, right and wrong: answered, or told what to change. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startThree } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, post, WHOLE, type Wire, WIRES } from "./wires.ts";

let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream => upstream(() => Response.json(WHOLE[wire]));
  servers = { chat: serve("chat"), responses: serve("responses"), messages: serve("messages") };
  gateway = await startThree(
    { chat: servers.chat.url, responses: servers.responses.url, messages: servers.messages.url },
    { keys: [{ name: "someone", key: "test-key" }] },
  );
});
afterAll(async () => {
  await gateway?.stop();
  for (const wire of WIRES) await servers?.[wire].stop();
});

const KEY = { authorization: "Bearer test-key" };
const ask = (method: string, path: string, headers: Record<string, string> = KEY): Promise<Response> =>
  method === "POST" ? post(gateway.url, path, "{}", headers) : fetch(gateway.url + path, { method, headers });
const messageAt = async (method: string, path: string): Promise<string> => {
  const response = await ask(method, path);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(response.status).toBe(404);
  return error.message;
};

describe("a base URL without /v1", () => {
  test.each([
    ["/chat/completions", "chat"],
    ["/responses", "responses"],
    ["/messages", "messages"],
  ] as const)("is as good as one with it: %s", async (path, wire) => {
    const response = await post(gateway.url, path, bodyFor(wire, wire), KEY);
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ id: WHOLE[wire]["id"] })]);
  });
  test("is as good for counting, and for models", async () => {
    const counted = await post(gateway.url, "/messages/count_tokens", bodyFor("messages", "chat"), KEY);
    expect([counted.status, await counted.json()]).toEqual([200, { input_tokens: expect.any(Number) }]);
    const paths = ["/models", "/models/chat"];
    for (const path of paths) expect((await fetch(gateway.url + path, { headers: KEY })).status).toBe(200);
  });
  test("is told its errors in its own words", async () => {
    const response = await post(gateway.url, "/messages", "{", KEY);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  });
});

describe("a path in front of a right one is what has to go", () => {
  test.each([
    ["POST", "/v1/v1/messages", "/v1/messages is; take the first /v1 off"],
    ["POST", "/v1/v1/messages/count_tokens", "/v1/messages/count_tokens is; take the first /v1 off"],
    ["POST", "/v1/v1/chat/completions", "/v1/chat/completions is; take the first /v1 off"],
    ["POST", "/v1/v1/responses", "/v1/responses is; take the first /v1 off"],
    ["GET", "/v1/v1/models", "/v1/models is; take the first /v1 off"],
    ["POST", "/api/v1/messages", "/v1/messages is; take /api off"],
    ["POST", "/anthropic/v1/messages", "/v1/messages is; take /anthropic off"],
    ["POST", "/v1/messages/v1/messages", "/v1/messages is; take the first /v1/messages off"],
    ["POST", "/v1beta/openai/chat/completions", "/chat/completions is; take /v1beta/openai off"],
    ["POST", "/v1/chat/completions/chat/completions", "/chat/completions is; take /v1/chat/completions off"],
  ])("%s %s: %s", async (method, path, advice) => {
    expect(await messageAt(method, path)).toContain(`${advice} the base URL.`);
  });
});

describe("what is not there is not called a matter of the base URL", () => {
  test.each([
    ["POST", "/v1/embeddings", "embeddings"],
    ["POST", "/embeddings", "embeddings"],
    ["POST", "/v1/images/generations", "images"],
    ["POST", "/v1/audio/speech", "audio"],
    ["POST", "/v1/moderations", "moderations"],
    ["GET", "/v1/files", "files"],
    ["POST", "/v1/messages/batches", "batches"],
    ["POST", "/v1/completions", "completions"],
    ["GET", "/v1/responses/resp_1", "responses/resp_1"],
    ["POST", "/api/chat", "api/chat"],
    ["POST", "/nothing", "nothing"],
  ])("%s %s", async (method, path, word) => {
    const message = await messageAt(method, path);
    expect(message).toContain(word);
    expect(message).toContain(
      "This gateway answers POST at /v1/chat/completions, /v1/responses, /v1/messages and /v1/messages/count_tokens, and GET at /v1/models.",
    );
    expect(message).not.toContain("base URL");
  });
});

describe("Google's own protocol", () => {
  test.each([
    ["POST", "/v1beta/models/gemini-2.5-pro:generateContent"],
    ["POST", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"],
    ["POST", "/v1/models/gemini-2.5-pro:generateContent"],
    ["POST", "/v1alpha/models/gemini-2.5-pro:countTokens"],
    ["POST", "/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent"],
    ["POST", "/v1/projects/p/locations/l/publishers/anthropic/models/claude:streamRawPredict"],
    ["GET", "/v1beta/models"],
  ])("%s %s is refused in a body that Google's clients read, with what to use instead", async (method, path) => {
    const response = await ask(method, path, { "x-goog-api-key": "test-key" });
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/json"]);
    const message = expect.stringMatching(/This gateway does not speak generateContent.*\/v1\/chat\/completions/);
    expect(await response.json()).toEqual({ error: { code: 404, message, status: "NOT_FOUND" } });
  });
  test("is refused so whatever the method", async () => {
    const path = "/v1beta/models/gemini-2.5-pro:generateContent";
    const response = await ask("PUT", path);
    expect(await response.json()).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
  });
});
