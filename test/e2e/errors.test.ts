/**
 * Errors that the coding tools act on, through every crossing. Claude Code, Codex and OpenCode read the status, the body's
 * type and code, and Retry-After; each does something else when one of them is wrong (docs/clients/claude-code.md).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startOver, startThree } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, type Wire, WIRES } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const STATUSES = [400, 401, 403, 404, 429, 500, 503, 529] as const;
type Status = (typeof STATUSES)[number];

/** As the vendors write them; the wording is what nobody may touch within one dialect. */
const ANTHROPIC: Readonly<Record<Status, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  500: "api_error",
  503: "api_error",
  529: "overloaded_error",
};
const OPENAI: Readonly<Record<Status, readonly [type: string, code: string | null]>> = {
  400: ["invalid_request_error", "unsupported_parameter"],
  401: ["invalid_request_error", "invalid_api_key"],
  403: ["invalid_request_error", "unsupported_country_region_territory"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["requests", "rate_limit_exceeded"],
  500: ["server_error", null],
  503: ["server_error", null],
  529: ["server_error", null],
};
const MESSAGE = "The model `x` said: «no», 1.0";
const bodyOf = (wire: Wire, status: Status): string =>
  wire === "messages"
    ? `{ "type":"error","error":{"type":"${ANTHROPIC[status]}","message":${JSON.stringify(MESSAGE)}},"request_id":"req_1" }`
    : `{ "error":{"message":${JSON.stringify(MESSAGE)},"type":"${OPENAI[status][0]}","param":null,"code":${JSON.stringify(OPENAI[status][1])}} }`;

/** What a client decides on, and what its vendor's support asks for. */
const TOLD = {
  "retry-after-ms": "30000",
  "x-should-retry": "false",
  "request-id": "req_1",
  "x-request-id": "req_2",
  "x-ratelimit-remaining-requests": "0",
  "anthropic-ratelimit-unified-status": "rejected",
  "anthropic-ratelimit-tokens-reset": "2026-11-22T14:00:00Z",
};
const UNTOLD = { "set-cookie": "a=b", "x-internal-host": "pod-1", via: "proxy" };

let status: Status = 400;
let gateway: Running;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream =>
    upstream(() => {
      // A long wait is the caller's to decide, so nothing is tried again here.
      const headers = { "content-type": "application/json", "retry-after": "30", ...TOLD, ...UNTOLD };
      return new Response(bodyOf(wire, status), { status, headers });
    });
  ({ gateway, stop } = await startOver(serve));
});
afterAll(() => stop?.());

for (const { client, upstream: behind } of CROSSINGS)
  describe(`${client} over ${behind}`, () => {
    for (const one of STATUSES)
      for (const stream of [false, true])
        test(`${one}, ${stream ? "streamed" : "whole"}`, async () => {
          status = one;
          const response = await post(gateway.url, PATH[client], bodyFor(client, behind, { stream }));
          const text = await response.text();
          expect(response.status).toBe(one);
          expect(response.headers.get("content-type")).toContain("application/json");
          if (one === 429) expect(response.headers.get("retry-after")).toBe("30");
          if (client === behind) return expect(text).toBe(bodyOf(behind, one));
          CHECKS[client](JSON.parse(text) as Fields, one);
        });
  });

/** What each client decides on. */
const CHECKS: Readonly<Record<Wire, (body: Fields, status: Status) => void>> = {
  // 401 and 5xx are tried again, 403 and 404 end the call, 400 begins the ladder of dropped features.
  messages: (body, one) => {
    const error = body["error"] as Fields;
    expect(body["type"]).toBe("error");
    expect(error["message"]).toContain(MESSAGE);
    const expected = one === 503 ? ["api_error", "overloaded_error"] : [ANTHROPIC[one]];
    expect(expected).toContain(error["type"] as string);
  },
  chat: (body, one) => openAiError(body, one),
  // Codex: a 404 with any other code is tried six times; context_length_exceeded stops it at once.
  responses: (body, one) => openAiError(body, one),
};

/** OpenCode takes `server_error` in a 4xx for a 5xx, and asks again. */
function openAiError(body: Fields, one: Status): void {
  const { message, type, code, param } = body["error"] as Fields;
  expect(message).toContain(MESSAGE);
  expect(param).toBeNull();
  if (one < 500) expect([type, code]).not.toContain("server_error");
  else expect(type).toBe("server_error");
  if (one === 401) expect(code).toMatch(/key/);
  if (one === 404) expect(code).toBe("model_not_found");
  if (one === 429) expect(code).toBe("rate_limit_exceeded");
}

for (const { client, upstream: behind } of CROSSINGS)
  for (const stream of [false, true])
    test(`a refusal keeps its vendor's limits, waits and ids: ${client} over ${behind}, ${stream ? "streamed" : "whole"}`, async () => {
      for (status of STATUSES) expectTold(await post(gateway.url, PATH[client], bodyFor(client, behind, { stream })));
    });

test("so does one of a count of tokens", async () => {
  status = 400;
  expectTold(await post(gateway.url, "/v1/messages/count_tokens", bodyFor("messages", "messages")));
});

test.each(CROSSINGS)(
  "so does an error inside of a 200: $client over $upstream",
  async ({ client, upstream: behind }) => {
    const inside = upstream(
      () => new Response(bodyOf(behind, 400), { headers: { "content-type": "application/json", ...TOLD, ...UNTOLD } }),
    );
    const open = await startThree({ chat: inside.url, responses: inside.url, messages: inside.url });
    const responses = [false, true].map((stream) => post(open.url, PATH[client], bodyFor(client, behind, { stream })));
    for (const response of await Promise.all(responses)) {
      expect(response.status).toBe(400);
      expectTold(response);
    }
    await open.stop();
    await inside.stop();
  },
);

function expectTold({ headers }: Response): void {
  for (const [name, value] of Object.entries(TOLD)) expect(`${name}: ${headers.get(name)}`).toBe(`${name}: ${value}`);
  for (const name of Object.keys(UNTOLD)) expect(headers.has(name)).toBe(false);
}

test("a full context is told in the words that each client compacts at", async () => {
  const full = upstream(({ path }) =>
    path.includes("messages")
      ? Response.json(
          {
            type: "error",
            error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
          },
          { status: 400 },
        )
      : Response.json(
          {
            error: {
              message: "Your input exceeds the context window of this model.",
              type: "invalid_request_error",
              param: "input",
              code: "context_length_exceeded",
            },
          },
          { status: 400 },
        ),
  );
  const asked = await startThree({ chat: full.url, responses: full.url, messages: full.url });
  const told = async (client: Wire, behind: Wire): Promise<string> =>
    (await post(asked.url, PATH[client], bodyFor(client, behind))).text();
  for (const { client, upstream: behind } of CROSSINGS)
    expect(await told(client, behind)).toMatch(
      client === "messages" ? /prompt is too long/i : /context_length_exceeded|prompt is too long/,
    );
  await asked.stop();
  await full.stop();
});

test.each(WIRES)("an error of %s that breaks off is told whole, in the caller's words", async (wire) => {
  const half = (): Response =>
    new Response(bodyOf(wire, 400).slice(0, 60), { status: 400, headers: { "content-type": "application/json" } });
  const server = upstream(half);
  const open = await startThree({ chat: server.url, responses: server.url, messages: server.url });
  const response = await post(open.url, PATH[wire], bodyFor(wire, wire));
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).not.toBe("");
  await open.stop();
  await server.stop();
});
