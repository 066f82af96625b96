/** The gateway's errors in OpenAI's words. A 429 says `requests` or `tokens`. Clients retry on `server_error`: no 4xx says it. */
import type { ErrorKind } from "../ir/error.ts";

interface Word {
  readonly type: string;
  readonly code: string | null;
}
export const INVALID = "invalid_request_error";
export const refused = (code: string | null): Word => ({ type: INVALID, code });
export const failed = (code: string | null): Word => ({ type: "server_error", code });

export const OPENAI_WORDS: Readonly<Record<ErrorKind, Word>> = {
  "invalid-request": refused(null),
  "context-overflow": refused("context_length_exceeded"),
  "content-filter": refused("content_filter"),
  unsupported: refused("unsupported_value"),
  unauthenticated: refused("invalid_api_key"),
  forbidden: refused("forbidden"),
  "foreign-seal": refused("invalid_encrypted_content"),
  // Codex retries a 404 without this code six times.
  "unknown-model": refused("model_not_found"),
  "not-found": refused("not_found"),
  "foreign-thread": refused("not_found"),
  "method-not-allowed": refused("method_not_allowed"),
  "request-timeout": refused("request_timeout"),
  "body-too-large": refused("request_too_large"),
  "unsupported-media": refused("unsupported_media_type"),
  "upgrade-required": refused("upgrade_required"),
  "rate-limited": { type: "requests", code: "rate_limit_exceeded" },
  "budget-exceeded": { type: "budget_exceeded", code: "budget_exceeded" },
  "quota-exhausted": { type: "insufficient_quota", code: "insufficient_quota" },
  aborted: refused("request_aborted"),
  internal: failed(null),
  "upstream-failed": failed(null),
  "upstream-unreachable": failed("upstream_unreachable"),
  "upstream-cut": failed("upstream_cut"),
  overloaded: failed("overloaded"),
  "upstream-timeout": failed("upstream_timeout"),
  unavailable: failed("service_unavailable"),
  "gateway-full": failed("service_unavailable"),
  "gateway-stopping": failed("service_unavailable"),
  "upstream-auth": refused("provider_key_refused"),
  "upstream-forbidden": refused("provider_forbidden"),
};
