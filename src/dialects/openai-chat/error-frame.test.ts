/** An error inside a 200 has no status: its own words say which kind it is, and the kind says whether another target may answer. */
import { expect, test } from "bun:test";
import type { ErrorKind } from "../../ir/error.ts";
import type { JsonObject } from "../../wire/json.ts";
import { decodeErrorFrame } from "./error.ts";

const FRAMES: readonly (readonly [error: JsonObject, kind: ErrorKind])[] = [
  [{ type: "invalid_request_error" }, "invalid-request"],
  [{ code: "invalid_request_error" }, "invalid-request"],
  [{ status: "INVALID_ARGUMENT" }, "invalid-request"],
  [{ type: "BadRequestError" }, "invalid-request"],
  [{ type: "rate_limit_error" }, "rate-limited"],
  [{ status: "RESOURCE_EXHAUSTED" }, "rate-limited"],
  [{ code: "too_many_requests" }, "rate-limited"],
  [{ type: "overloaded_error" }, "overloaded"],
  [{ code: "insufficient_system_resource" }, "overloaded"],
  [{ status: "UNAVAILABLE" }, "unavailable"],
  [{ type: "timeout_error" }, "upstream-timeout"],
  [{ status: "DEADLINE_EXCEEDED" }, "upstream-timeout"],
  [{ code: "invalid_api_key" }, "upstream-auth"],
  [{ type: "authentication_error" }, "upstream-auth"],
  [{ status: "UNAUTHENTICATED" }, "upstream-auth"],
  [{ type: "permission_error" }, "upstream-forbidden"],
  [{ code: "context_length_exceeded" }, "context-overflow"],
  [{ code: "insufficient_quota" }, "quota-exhausted"],
  [{ code: "content_filter" }, "content-filter"],
  [{ code: "model_not_found" }, "unknown-model"],
  [{ code: 400 }, "invalid-request"],
  [{ code: 429 }, "rate-limited"],
  [{ code: 503, type: "invalid_request_error" }, "unavailable"],
  [{ code: 200 }, "upstream-failed"],
  [{ type: "server_error" }, "upstream-failed"],
  [{}, "upstream-failed"],
];
test.each(FRAMES)("%j", (error, kind) => {
  const found = decodeErrorFrame({ error: { message: "No.", ...error } });
  expect([found.kind, found.message]).toEqual([kind, "No."]);
});
