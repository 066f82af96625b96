import { describe, expect, test } from "bun:test";
import { ERROR_FACTS, type ErrorKind, GatewayError } from "../../ir/error.ts";
import { isObject, type JsonObject, parseJson } from "../../wire/json.ts";
import { anthropicMessages } from "./index.ts";

const reply = (status: number, type: string, message: string, headers = {}) => ({
  status,
  headers,
  body: JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" }),
});

describe("an upstream's error", () => {
  test.each([
    [400, "invalid_request_error", "messages: bad", "invalid-request"],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context-overflow"],
    [400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2", "context-overflow"],
    [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "quota-exhausted"],
    [400, "invalid_request_error", "Output blocked by content filtering policy", "content-filter"],
    [401, "authentication_error", "invalid x-api-key", "upstream-auth"],
    [403, "permission_error", "no", "upstream-forbidden"],
    [404, "not_found_error", "model: claude-9", "unknown-model"],
    [404, "not_found_error", "Not found", "not-found"],
    [413, "request_too_large", "too big", "body-too-large"],
    [429, "rate_limit_error", "slow", "rate-limited"],
    [500, "api_error", "oops", "upstream-failed"],
    [504, "timeout_error", "late", "upstream-timeout"],
    [529, "overloaded_error", "Overloaded", "overloaded"],
  ])("%i %s %s", (status, type, message, kind) => {
    const error = anthropicMessages.error.decode(reply(status, type, message));
    expect([error.kind, error.message, error.details.code]).toEqual([kind as ErrorKind, message, type]);
  });

  test("keeps the wait and what was said, for the native lane", () => {
    const error = anthropicMessages.error.decode(reply(429, "rate_limit_error", "slow", { "retry-after": "7" }));
    expect(error.details).toMatchObject({
      retryAfter: "7",
      upstreamDialect: "anthropic-messages",
      upstream: { status: 429 },
    });
  });

  test.each([
    ["<html><h1>502 Bad Gateway</h1></html>", 502, "upstream-failed", "502 Bad Gateway"],
    ['{"error":"no such deployment"}', 404, "unknown-model", "no such deployment"],
    ['{"message":"quota"}', 429, "rate-limited", "quota"],
    ["", 503, "unavailable", "the upstream answered 503 without a message"],
    ["null", 400, "invalid-request", "the upstream answered 400 without a message"],
  ])("of a proxy in front of it: %s", (body, status, kind, message) => {
    const error = anthropicMessages.error.decode({ status, headers: {}, body });
    expect([error.kind, error.message]).toEqual([kind as ErrorKind, message]);
  });
});

describe("an error of ours", () => {
  test("no 4xx says api_error, since clients retry on that; every 5xx says something to retry on", () => {
    for (const kind of Object.keys(ERROR_FACTS) as ErrorKind[]) {
      const { status, body } = anthropicMessages.error.encode(new GatewayError(kind, "m"));
      const error = (parseJson(body) as JsonObject).error;
      const type = isObject(error) ? String(error.type) : "";
      if (status < 500) expect([kind, type]).not.toEqual([kind, "api_error"]);
      else expect(["api_error", "overloaded_error", "timeout_error"]).toContain(type);
    }
  });

  test("keeps Retry-After", () => {
    const { headers, body } = anthropicMessages.error.encode(
      new GatewayError("rate-limited", "slow", { retryAfter: "9" }),
    );
    expect(headers["retry-after"]).toBe("9");
    expect(parseJson(body)).toEqual({ type: "error", error: { type: "rate_limit_error", message: "slow" } });
  });
});
