/** Errors in Chat's words, and in the words of everybody who claims the dialect. */
import {
  ERROR_FACTS,
  type ErrorDetails,
  type ErrorKind,
  errorReply,
  GatewayError,
  kindOfStatus,
} from "../../ir/error.ts";
import { isList, isObject, type Json, type JsonObject, objectIn, parseJson, textIn } from "../../wire/json.ts";
import type { Reply } from "../../wire/reply.ts";
import { OPENAI_WORDS } from "../openai-errors.ts";
import { LIMITS } from "../../wire/limits.ts";

export function decodeError(reply: Reply): GatewayError {
  const said = saidIn(reply.body);
  const kind = kindOf(said, reply.status);
  return new GatewayError(
    kind,
    withoutKeys(said.message || `the upstream answered ${reply.status} without a message`),
    {
      ...detailsOf(said),
      ...(reply.status >= 400 && reply.status !== ERROR_FACTS[kind].status ? { status: reply.status } : {}),
      ...retryAfterOf(reply.headers),
      upstream: { ...reply, body: reply.body.slice(0, LIMITS.errorBodyBytesMax) },
    },
  );
}

/** An error that arrives in a stream or in an answer of status 200: only its own words tell what it is. */
export function decodeErrorFrame(frame: Json): GatewayError {
  const said = saidOf(frame);
  const kind = kindOf(said, Number(said.code) >= 400 ? Number(said.code) : 0);
  return new GatewayError(
    kind,
    withoutKeys(said.message || "the upstream failed in the middle of its answer"),
    detailsOf(said),
  );
}

export const encodeError = (error: GatewayError): Reply => errorReply(error, { error: errorObject(error) });

/** `code` is what clients decide by: Codex retries a 404 that does not say model_not_found (facts: clients.md §3). */
export function errorObject(error: GatewayError): JsonObject {
  const word = OPENAI_WORDS[error.kind];
  return {
    message: error.message,
    type: word.type,
    param: error.details.param ?? null,
    code: word.code ?? error.details.code ?? null,
  };
}

/** What an error body says, in whatever shape. */
interface Said {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string;
}

function saidIn(body: string): Said {
  try {
    return saidOf(parseJson(body));
  } catch {
    return nothingBut(plainText(body));
  }
}

/** `{error:{…}}`, `{error:"…"}`, Gemini's `[{error:…}]`, FastAPI's `{detail}`, vLLM's and Mistral's `{message}`. */
function saidOf(json: Json): Said {
  if (isList(json)) return saidOf(json[0] ?? "");
  if (typeof json === "string") return nothingBut(json);
  if (!isObject(json)) return nothingBut("");
  const inner = objectIn(json, "error") ?? (typeof json.error === "string" ? { message: json.error } : json);
  const message = textIn(inner, "message") || detailOf(inner) || textIn(json, "message") || detailOf(json);
  return {
    message,
    type: textIn(inner, "type") || textIn(inner, "status"),
    code: wordOf(inner.code) || wordOf(json.code),
    param: wordOf(inner.param),
  };
}

const nothingBut = (message: string): Said => ({ message, type: "", code: "", param: "" });
const wordOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

/** FastAPI: a sentence, or a list of `{loc, msg}`. Mistral puts the same under `message`. */
function detailOf(object: JsonObject): string {
  const detail = object.detail ?? object.message ?? object.errors;
  if (typeof detail === "string") return detail;
  if (isObject(detail)) return textIn(detail, "message") || detailOf(detail);
  if (!isList(detail)) return "";
  return detail
    .map((item) =>
      isObject(item)
        ? [place(item), textIn(item, "msg") || textIn(item, "message")].filter(Boolean).join(": ")
        : wordOf(item),
    )
    .filter(Boolean)
    .join("; ");
}
const place = (item: JsonObject): string => (isList(item.loc) ? item.loc.map(wordOf).join(".") : "");

/** A proxy's HTML page: its title or its words. */
function plainText(body: string): string {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  return (title ?? body.replace(/<[^<>]*>/g, " ")).replace(/\s+/g, " ").trim().slice(0, 500);
}

const OVERFLOW =
  /context_length_exceeded|maximum context length|context window|exceeds? (the )?(model's )?(maximum )?context|prompt is too long|input is too long|too many (input )?tokens|exceeded model token limit/i;
const QUOTA =
  /insufficient_quota|exceeded your current quota|insufficient[_ ]balance|credit balance|billing|payment required|out of credits/i;
const FILTER = /content_filter|content_policy_violation|ResponsibleAIPolicyViolation/i;
const NO_MODEL = /model_not_found|DeploymentNotFound|model .{1,100}(does not exist|not found)|unknown model/i;

/** The body's own words before the status: a 400 may be an overflow, a 429 an empty account. */
function kindOf(said: Said, status: number): ErrorKind {
  const words = `${said.code} ${said.type} ${said.message}`;
  if (OVERFLOW.test(words) && status !== 429) return "context-overflow";
  if (status === 402 || (QUOTA.test(words) && [0, 400, 403, 429].includes(status))) return "quota-exhausted";
  if (FILTER.test(`${said.code} ${said.type}`)) return "content-filter";
  if (NO_MODEL.test(words) && [0, 400, 404].includes(status)) return "unknown-model";
  return status >= 400 ? kindOfStatus(status) : kindOfWords(said);
}

function kindOfWords(said: Said): ErrorKind {
  const words = `${said.type} ${said.code}`.toLowerCase();
  if (/rate_limit|resource_exhausted|too_many_requests/.test(words)) return "rate-limited";
  if (/overloaded|insufficient_system_resource/.test(words)) return "overloaded";
  if (/unavailable/.test(words)) return "unavailable";
  if (/timeout|deadline/.test(words)) return "upstream-timeout";
  if (/invalid_api_key|authentication|unauthenticated/.test(words)) return "upstream-auth";
  if (/permission/.test(words)) return "upstream-forbidden";
  if (/invalid_request|invalid_argument|badrequest/.test(words)) return "invalid-request";
  return "upstream-failed";
}

function detailsOf(said: Said): ErrorDetails {
  return {
    ...(said.param ? { param: said.param } : {}),
    // A status in the place of a code (OpenRouter, Gemini) is no word.
    ...(said.code && !/^\d+$/.test(said.code) ? { code: said.code } : {}),
  };
}

function retryAfterOf(headers: Reply["headers"]): { retryAfter?: string } {
  const told = headers["retry-after"];
  if (told) return { retryAfter: told };
  const ms = Number(headers["retry-after-ms"] ?? Number.NaN);
  return Number.isFinite(ms) && ms >= 0 ? { retryAfter: String(Math.ceil(ms / 1000)) } : {};
}

/** Vendors repeat a refused key, masked or not: it is ours, and not the caller's to see. */
const withoutKeys = (message: string): string => message.replace(/\b(sk|key|gsk|xai)-[^\s"'<>,;)]{3,}/g, "$1-…");
