import { describe, expect, test } from "bun:test";
import { ERROR_FACTS, type ErrorKind, GatewayError } from "../../ir/error.ts";
import { decodeError, encodeError } from "./error.ts";

const said = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  decodeError({ status, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
const openai = (message: string, type: string, code: string | null = null, param: string | null = null) => ({
  error: { message, type, param, code },
});

describe("what upstreams say", () => {
  for (const [status, body, kind, message] of [
    [400, openai("Bad field", "invalid_request_error", "unknown_parameter", "x"), "invalid-request", "Bad field"],
    [
      400,
      openai("This model's maximum context length is 10 tokens", "invalid_request_error", "context_length_exceeded"),
      "context-overflow",
      "This model's maximum context length is 10 tokens",
    ],
    [
      429,
      openai("Tokens a minute exceeded; the maximum context length is 10 tokens", "requests", "rate_limit_exceeded"),
      "rate-limited",
      "Tokens a minute exceeded; the maximum context length is 10 tokens",
    ],
    [413, { message: "prompt is too long" }, "context-overflow", "prompt is too long"],
    [
      400,
      { error: { code: "content_filter", message: "filtered", innererror: { code: "ResponsibleAIPolicyViolation" } } },
      "content-filter",
      "filtered",
    ],
    [
      404,
      openai("The model `x` does not exist", "invalid_request_error", "model_not_found"),
      "unknown-model",
      "The model `x` does not exist",
    ],
    [404, { error: { code: "DeploymentNotFound", message: "No deployment" } }, "unknown-model", "No deployment"],
    [429, openai("Rate limit reached", "tokens", "rate_limit_exceeded"), "rate-limited", "Rate limit reached"],
    [
      429,
      openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
      "quota-exhausted",
      "You exceeded your current quota",
    ],
    [402, openai("Insufficient Balance", "unknown_error"), "quota-exhausted", "Insufficient Balance"],
    [
      401,
      openai("Incorrect API key provided: sk-abc***xyz", "invalid_request_error", "invalid_api_key"),
      "upstream-auth",
      "Incorrect API key provided: sk-…",
    ],
    [500, { error: "boom" }, "upstream-failed", "boom"],
    [503, { detail: "starting" }, "unavailable", "starting"],
    [
      422,
      { detail: [{ loc: ["body", "seed"], msg: "Extra inputs are not permitted" }] },
      "invalid-request",
      "body.seed: Extra inputs are not permitted",
    ],
    [
      422,
      { object: "error", message: { detail: [{ loc: ["body", "x"], msg: "no" }] }, type: "invalid_request_error" },
      "invalid-request",
      "body.x: no",
    ],
    [
      400,
      [{ error: { code: 400, message: "Invalid argument", status: "INVALID_ARGUMENT" } }],
      "invalid-request",
      "Invalid argument",
    ],
    [
      502,
      "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
      "upstream-failed",
      "502 Bad Gateway",
    ],
    [500, "", "upstream-failed", "the upstream answered 500 without a message"],
    [500, "null", "upstream-failed", "the upstream answered 500 without a message"],
  ] as const)
    test(`${status} ${JSON.stringify(body).slice(0, 60)}`, () => {
      const error = said(status, body);
      expect([error.kind, error.message]).toEqual([kind, message]);
      expect(error.status).toBe(status);
    });
  test("what must travel on", () => {
    const error = said(429, openai("Slow", "requests", "rate_limit_exceeded", "p"), { "retry-after": "7" });
    expect(error.details).toMatchObject({
      retryAfter: "7",
      code: "rate_limit_exceeded",
      param: "p",
      upstream: { status: 429 },
    });
    expect(said(429, "{}", { "retry-after-ms": "1500" }).details.retryAfter).toBe("2");
  });
});

describe("what clients hear", () => {
  const printed = (error: GatewayError) => ({
    ...encodeError(error),
    error: (JSON.parse(encodeError(error).body) as { error: unknown }).error,
  });
  test("OpenAI's shape, with Retry-After", () => {
    const reply = printed(new GatewayError("rate-limited", "Slow", { retryAfter: "7" }));
    expect(reply.status).toBe(429);
    expect(reply.headers["retry-after"]).toBe("7");
    expect(reply.error).toEqual({ message: "Slow", type: "requests", param: null, code: "rate_limit_exceeded" });
  });
  test("an unknown model is said as Codex reads it, whatever the vendor called it", () => {
    expect(printed(new GatewayError("unknown-model", "No", { code: "DeploymentNotFound" })).error).toMatchObject({
      type: "invalid_request_error",
      code: "model_not_found",
    });
  });
  test("no 4xx says server_error, every 5xx does", () => {
    for (const kind of Object.keys(ERROR_FACTS) as ErrorKind[]) {
      const { status, error } = printed(new GatewayError(kind, "x"));
      expect([kind, (error as { type: string }).type === "server_error"]).toEqual([kind, status >= 500]);
    }
  });
  test("every kind is read back as itself or as its neighbour upstream", () => {
    for (const kind of [
      "context-overflow",
      "content-filter",
      "unknown-model",
      "rate-limited",
      "quota-exhausted",
      "invalid-request",
    ] as const)
      expect(decodeError(encodeError(new GatewayError(kind, "x"))).kind).toBe(kind);
  });
});
