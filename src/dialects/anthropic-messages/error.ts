/** Errors in Anthropic's words. https://docs.claude.com/en/api/errors */
import { ERROR_FACTS, type ErrorKind, errorReply, GatewayError, kindOfStatus } from "../../ir/error.ts";
import { isObject, type Json, type JsonObject, lookup, objectIn, parseJson, textIn } from "../../wire/json.ts";
import { LIMITS } from "../../wire/limits.ts";
import type { Reply } from "../../wire/reply.ts";
import { detailsOf } from "./thread.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

export function decodeError(reply: Reply): GatewayError {
  const said = saidIn(reply.body);
  const kind = kindOf(said, reply.status);
  const retryAfter = reply.headers["retry-after"];
  return new GatewayError(kind, said.message || `the upstream answered ${reply.status} without a message`, {
    ...(said.type === "" ? {} : { code: said.type }),
    ...(reply.status >= 400 && reply.status !== ERROR_FACTS[kind].status ? { status: reply.status } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    upstream: { ...reply, body: reply.body.slice(0, LIMITS.errorBodyBytesMax) },
    upstreamDialect: ANTHROPIC_MESSAGES,
  });
}

/** An error inside a stream or an answer of status 200: only its own words tell what it is. */
export function decodeErrorEvent(event: JsonObject): GatewayError {
  const said = saidOf(event);
  return new GatewayError(kindOf(said, 0), said.message || "the upstream failed in the middle of its answer", {
    ...(said.type === "" ? {} : { code: said.type }),
  });
}

export const encodeError = (error: GatewayError): Reply => errorReply(error, errorBody(error));

export const errorBody = (error: GatewayError): JsonObject => ({
  type: "error",
  error: { type: TYPES[error.kind], message: messageOf(error), ...detailsOf(error) },
});

/** Claude Code compacts the conversation when it reads these words, and gives up on any others. */
const messageOf = ({ kind, message }: GatewayError): string =>
  kind === "context-overflow" && !/prompt is too long/i.test(message) ? `prompt is too long: ${message}` : message;

const INVALID = "invalid_request_error";
const FAILED = "api_error";

// The type decides what clients do, not the status alone: opencode retries a 400 that says api_error (facts: clients.md §4).
const TYPES: Readonly<Record<ErrorKind, string>> = {
  "invalid-request": INVALID,
  "context-overflow": INVALID,
  "content-filter": INVALID,
  unsupported: INVALID,
  unauthenticated: "authentication_error",
  forbidden: "permission_error",
  "foreign-seal": INVALID,
  "unknown-model": "not_found_error",
  "not-found": "not_found_error",
  "foreign-thread": "not_found_error",
  "method-not-allowed": INVALID,
  "request-timeout": "timeout_error",
  "body-too-large": "request_too_large",
  "unsupported-media": INVALID,
  "upgrade-required": INVALID,
  "rate-limited": "rate_limit_error",
  "budget-exceeded": "billing_error",
  "quota-exhausted": "rate_limit_error",
  aborted: INVALID,
  internal: FAILED,
  "upstream-failed": FAILED,
  "upstream-unreachable": FAILED,
  "upstream-cut": FAILED,
  overloaded: "overloaded_error",
  "upstream-timeout": "timeout_error",
  unavailable: "overloaded_error",
  "gateway-full": "overloaded_error",
  "gateway-stopping": "overloaded_error",
  "upstream-auth": "authentication_error",
  "upstream-forbidden": "permission_error",
};

interface Said {
  readonly type: string;
  readonly message: string;
}

function saidIn(body: string): Said {
  try {
    return saidOf(parseJson(body));
  } catch {
    return {
      type: "",
      message: body
        .replace(/<[^<>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim()
        .slice(0, MESSAGE_LENGTH_MAX),
    };
  }
}
const MESSAGE_LENGTH_MAX = 500;

/** `{type:"error", error:{type, message}}`; proxies in front of it write `{error:"…"}` and `{message}`. */
function saidOf(json: Json): Said {
  if (!isObject(json)) return { type: "", message: typeof json === "string" ? json : "" };
  const inner = objectIn(json, "error") ?? (typeof json.error === "string" ? { message: json.error } : json);
  const type = textIn(inner, "type");
  return { type: type === "error" ? "" : type, message: textIn(inner, "message") || textIn(json, "message") };
}

const KINDS: Readonly<Record<string, ErrorKind>> = {
  authentication_error: "upstream-auth",
  permission_error: "upstream-forbidden",
  billing_error: "quota-exhausted",
  request_too_large: "body-too-large",
  rate_limit_error: "rate-limited",
  api_error: "upstream-failed",
  overloaded_error: "overloaded",
  timeout_error: "upstream-timeout",
};

const OVERFLOW = /prompt is too long|exceed(s|ed)? (the )?context (limit|window)|context window|input is too long/i;
const QUOTA = /credit balance is too low|usage limits?\b.{0,200}\bregain|billing/i;
const FILTER = /content filtering policy/i;
/** "messages.1.content.0: Invalid `signature` in `thinking` block". */
const SEAL = /invalid `?signature`? in `?thinking`? block/i;

/** Anthropic says most of it in the message: an overflow and an empty account are both a 400 invalid_request_error. */
function kindOf(said: Said, status: number): ErrorKind {
  if (said.type === INVALID || (said.type === "" && status === 400)) {
    if (OVERFLOW.test(said.message)) return "context-overflow";
    if (QUOTA.test(said.message)) return "quota-exhausted";
    if (FILTER.test(said.message)) return "content-filter";
    if (SEAL.test(said.message)) return "foreign-seal";
    // Azure and other hosts reuse the type on every status.
    return status >= 400 ? kindOfStatus(status) : "invalid-request";
  }
  if (said.type === "not_found_error") return /model/i.test(said.message) ? "unknown-model" : "not-found";
  const known = lookup(KINDS, said.type);
  if (known) return known;
  return status >= 400 ? kindOfStatus(status) : "upstream-failed";
}
