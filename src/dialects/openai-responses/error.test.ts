import { expect, test } from "bun:test";
import { ERROR_FACTS, type ErrorKind, GatewayError } from "../../ir/error.ts";
import { openaiResponses } from "./index.ts";

const decode = (status: number, body: unknown, headers: Record<string, string> = {}): GatewayError =>
  openaiResponses.error.decode({ status, headers, body: typeof body === "string" ? body : JSON.stringify(body) });

test.each<[string, GatewayError, ErrorKind]>([
  [
    "a wrong deployment (Azure)",
    decode(404, {
      error: { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist." },
    }),
    "unknown-model",
  ],
  ["a wrong path (Azure)", decode(404, { error: { code: "404", message: "Resource not found" } }), "not-found"],
  [
    "a wrong key (Azure)",
    decode(401, { statusCode: 401, message: "Unauthorized. Access token is missing." }),
    "upstream-auth",
  ],
  [
    "a wrong key (OpenAI)",
    decode(401, { error: { type: "invalid_request_error", code: "invalid_api_key", message: "Incorrect API key" } }),
    "upstream-auth",
  ],
  [
    "a filtered prompt (Azure)",
    decode(400, {
      error: { code: "content_filter", message: "filtered", innererror: { code: "ResponsibleAIPolicyViolation" } },
    }),
    "content-filter",
  ],
  [
    "a full context",
    decode(400, { error: { code: "context_length_exceeded", type: "invalid_request_error", message: "too long" } }),
    "context-overflow",
  ],
  [
    "a full context in words",
    decode(400, { error: { message: "This model's maximum context length is 8192 tokens" } }),
    "context-overflow",
  ],
  [
    "no money",
    decode(429, { error: { type: "insufficient_quota", code: "insufficient_quota", message: "x" } }),
    "quota-exhausted",
  ],
  ["too fast", decode(429, { error: { code: "429", message: "Please retry after 26 seconds." } }), "rate-limited"],
  [
    "a server's fault that calls itself ours",
    decode(500, { error: { type: "invalid_request_error", message: "x" } }),
    "upstream-failed",
  ],
  ["a page", decode(502, "<html>Bad gateway</html>"), "upstream-failed"],
  ["a sentence", decode(422, { detail: "bad field" }), "invalid-request"],
])("%s", (_name, error, kind) => expect(error.kind).toBe(kind));

test("the wait is found in the header, in milliseconds, or in the text", () => {
  expect(decode(429, {}, { "retry-after": "3" }).details.retryAfter).toBe("3");
  expect(decode(429, {}, { "retry-after-ms": "1500" }).details.retryAfter).toBe("2");
  expect(decode(429, { error: { message: "Please retry after 26 seconds." } }).details.retryAfter).toBe("26");
  expect(decode(429, { error: { message: "Please try again in 120ms." } }).details.retryAfter).toBe("1");
});

test("no error in the 4xx says server_error, every 429 says how long to wait", () => {
  for (const kind of Object.keys(ERROR_FACTS) as ErrorKind[])
    for (const status of [undefined, 400, 429]) {
      const reply = openaiResponses.error.encode(
        new GatewayError(kind, "x", status === undefined ? {} : { status, code: "server_error" }),
      );
      if (reply.status < 500) expect(reply.body).not.toContain("server_error");
      if (reply.status === 429) expect(reply.headers["retry-after"]).toMatch(/^\d+$/);
    }
});

test("a model that nobody has is a 404 on which Codex stops", () => {
  const reply = openaiResponses.error.encode(new GatewayError("unknown-model", "No model gpt-9.", { param: "model" }));
  expect(reply.status).toBe(404);
  expect(JSON.parse(reply.body)).toEqual({
    error: { message: "No model gpt-9.", type: "invalid_request_error", param: "model", code: "model_not_found" },
  });
});

test("the vendor's finer word reaches the caller, and Azure's numbers do not", () => {
  const told = (code: unknown) => {
    const error = decode(400, { error: { message: "No.", type: "invalid_request_error", code, param: "input" } });
    const { body } = openaiResponses.error.encode(error);
    return [error.details.code, (JSON.parse(body) as { error: { code: unknown; param: unknown } }).error];
  };
  const said = { message: "No.", type: "invalid_request_error", param: "input" };
  expect(told("unsupported_parameter")).toEqual(["unsupported_parameter", { ...said, code: "unsupported_parameter" }]);
  expect(told(400)).toEqual(["400", { ...said, code: null }]);
  expect(told(null)).toEqual([undefined, { ...said, code: null }]);
});
