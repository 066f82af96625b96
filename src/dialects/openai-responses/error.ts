/** Errors in OpenAI's words. Clients look at `type` and `code`, not only at the status: `server_error` in a 4xx makes them retry. */
import type { Dialect } from "../dialect.ts";
import { type ErrorDetails, type ErrorKind, errorReply, GatewayError, kindOfStatus } from "../../ir/error.ts";
import type { Reply } from "../../wire/reply.ts";
import { isObject, type Json, type JsonObject, parseOr } from "../../wire/json.ts";
import { failed, INVALID, OPENAI_WORDS, refused } from "../openai-errors.ts";
import { table } from "./wire.ts";

export const error: Dialect["error"] = { decode: decodeError, encode: encodeError };

function decodeError(reply: Reply): GatewayError {
  const told = toldError(parseOr(reply.body, null));
  const kind = kindOf(told, reply.status);
  const retryAfter = retryAfterOf(reply.headers, told.message);
  const details: ErrorDetails = {
    status: reply.status,
    ...(told.code !== undefined && { code: told.code }),
    ...(told.param !== undefined && { param: told.param }),
    ...(retryAfter !== undefined && { retryAfter }),
    upstream: reply,
  };
  return new GatewayError(kind, told.message || `the upstream answered ${reply.status} without saying why`, details);
}

interface Told {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

/** OpenAI: `{error:{message,type,code}}`. Azure: `{error:{code,message}}` or `{statusCode,message}`. Proxies: `{error:"…"}`, `{detail}`, `{message}`. */
function toldError(body: Json): Told {
  if (!isObject(body)) return { message: "" };
  const error = isObject(body.error) ? body.error : body;
  const plain = typeof body.error === "string" ? body.error : undefined;
  const message = [error.message, plain, error.detail, error.msg].find(
    (text) => typeof text === "string" && text !== "",
  );
  return {
    message: typeof message === "string" ? message : "",
    ...word("type", error.type),
    ...word("code", error.code ?? error.statusCode),
    ...word("param", error.param),
  };
}

const word = (key: "type" | "code" | "param", value: Json | undefined): { readonly [key: string]: string } =>
  typeof value === "string" || typeof value === "number" ? { [key]: String(value) } : {};

/** The error of a stream: an `error` event, flat or nested, or the `error` of a failed response. */
export function eventError(raw: Json | undefined): GatewayError {
  const told = toldError(isObject(raw) ? raw : null);
  const kind = kindOf(told.type === "error" ? { ...told, type: "" } : told, undefined);
  const retryAfter = kind === "rate-limited" ? retryAfterOf({}, told.message) : undefined;
  return new GatewayError(kind, told.message || "the upstream failed without saying why", {
    ...(told.code !== undefined && { code: told.code }),
    ...(told.param !== undefined && { param: told.param }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

const KINDS = table<ErrorKind>({
  insufficient_quota: "quota-exhausted",
  billing_hard_limit_reached: "quota-exhausted",
  usage_limit_reached: "quota-exhausted",
  rate_limit_exceeded: "rate-limited",
  rate_limit_error: "rate-limited",
  too_many_requests: "rate-limited",
  ratelimitreached: "rate-limited",
  context_length_exceeded: "context-overflow",
  content_filter: "content-filter",
  content_policy_violation: "content-filter",
  responsibleaipolicyviolation: "content-filter",
  model_not_found: "unknown-model",
  deploymentnotfound: "unknown-model",
  // https://platform.openai.com/docs/guides/reasoning: of another organization, or another resource of Azure's.
  invalid_encrypted_content: "foreign-seal",
  invalid_prompt: "invalid-request",
  invalid_request_error: "invalid-request",
  server_is_overloaded: "overloaded",
  slow_down: "overloaded",
  overloaded_error: "overloaded",
  server_error: "upstream-failed",
  internal_error: "upstream-failed",
});

/** Code, then type, then the text; the status decides what they leave open. */
function kindOf(told: Told, status: number | undefined): ErrorKind {
  const known = KINDS.get(told.code?.toLowerCase() ?? "") ?? KINDS.get(told.type?.toLowerCase() ?? "");
  const numeric = Number(told.code);
  const effective = status ?? (numeric >= 400 && numeric < 600 ? numeric : undefined);
  if (CONTEXT_FULL.test(told.message) && (effective ?? 400) < 500) return "context-overflow";
  if (known && fits(known, status)) return known;
  if (effective === 404) return MODEL_MISSING.test(told.message) ? "unknown-model" : "not-found";
  return effective === undefined ? (known ?? "upstream-failed") : kindOfStatus(effective);
}

/** A 401 that calls itself `invalid_request_error` is still about the key, and a 5xx is never the caller's fault. */
const fits = (kind: ErrorKind, status: number | undefined): boolean =>
  status === undefined || (kind !== "invalid-request" && kind !== "upstream-failed");

const CONTEXT_FULL =
  /maximum context length|context window|context_length_exceeded|input is too long|exceeds the (model's )?context/i;
const MODEL_MISSING = /model|deployment/i;

/** `retry-after-ms` is Azure's; Azure's text says "Please retry after 26 seconds", OpenAI's "Please try again in 1.2s". */
function retryAfterOf(headers: Readonly<Record<string, string>>, message: string): string | undefined {
  if (headers["retry-after"]) return headers["retry-after"];
  const ms = Number(headers["retry-after-ms"]);
  if (ms > 0) return String(Math.ceil(ms / 1000));
  const told = /(?:retry after|try again in) (\d+(?:\.\d+)?)\s*(ms|s\b|sec)/i.exec(message);
  if (!told) return undefined;
  return String(Math.max(Math.ceil(Number(told[1]) / (told[2] === "ms" ? 1000 : 1)), 1));
}

const WORDS: typeof OPENAI_WORDS = {
  ...OPENAI_WORDS,
  "rate-limited": { type: "rate_limit_error", code: "rate_limit_exceeded" },
  internal: failed("internal_error"),
  "upstream-failed": failed("server_error"),
  overloaded: failed("server_is_overloaded"),
  unavailable: failed("unavailable"),
  "gateway-full": failed("unavailable"),
  "gateway-stopping": failed("unavailable"),
  "upstream-auth": refused("invalid_api_key"),
  "upstream-forbidden": refused("forbidden"),
};

/** Codex gives up on a 429 without Retry-After. */
const RETRY_AFTER_DEFAULT: Partial<Record<ErrorKind, string>> = { "rate-limited": "5", "quota-exhausted": "60" };

function encodeError(error: GatewayError): Reply {
  const retryAfter =
    error.details.retryAfter ?? RETRY_AFTER_DEFAULT[error.kind] ?? (error.status === 429 ? "5" : undefined);
  return errorReply(error, { error: errorObject(error) }, { retryAfter });
}

export function errorObject(error: GatewayError): JsonObject {
  const words = WORDS[error.kind];
  const serverWord = error.status < 500 && words.type === "server_error";
  return {
    message: error.message,
    type: serverWord ? INVALID : words.type,
    param: error.details.param ?? null,
    code: (serverWord ? undefined : words.code) ?? ownCode(error) ?? null,
  };
}

/** Azure's numbers say nothing that the status does not. */
const ownCode = (error: GatewayError): string | undefined =>
  error.details.code === undefined || /^\d+$/.test(error.details.code) || error.details.code === "server_error"
    ? undefined
    : error.details.code;

/**
 * Codex stops at once on context_length_exceeded, insufficient_quota and invalid_prompt, and tries again on everything
 * else; the wait it reads out of the text of rate_limit_exceeded. https://github.com/openai/codex codex-api/src/sse
 */
export function failure(error: GatewayError): { readonly code: string; readonly message: string } {
  const { retryAfter } = error.details;
  if (error.kind === "rate-limited") {
    const wait = retryAfter !== undefined && /^\d+$/.test(retryAfter) && !/try again in/i.test(error.message);
    return {
      code: "rate_limit_exceeded",
      message: wait ? `${error.message} Please try again in ${retryAfter}s.` : error.message,
    };
  }
  const code = FAILURES[error.kind] ?? (error.status < 500 ? "invalid_prompt" : "server_error");
  return { code, message: error.message };
}
const FAILURES: Partial<Record<ErrorKind, string>> = {
  "context-overflow": "context_length_exceeded",
  "quota-exhausted": "insufficient_quota",
  overloaded: "server_is_overloaded",
};
