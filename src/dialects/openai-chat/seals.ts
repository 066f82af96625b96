/**
 * What vendors of Chat seal. OpenRouter: `reasoning_details`, a list beside the words of an answer
 * (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks). Gemini: `extra_content`
 * on a call, or on the message (https://ai.google.dev/gemini-api/docs/thought-signatures#openai). As a seal's value the one
 * is a JSON list, the other an object.
 */
import type { Seal } from "../../ir/seal.ts";
import { isList, isObject, type JsonObject, objectIn, objectsIn, parseOr, textIn } from "../../wire/json.ts";
import type { ReplyContext } from "../dialect.ts";
import type { Traits } from "../traits.ts";
import { OPENAI_CHAT } from "./id.ts";

export type Sealed = { readonly details: readonly JsonObject[] } | { readonly extra: JsonObject };

export const sealOf = (value: readonly JsonObject[] | JsonObject, from?: ReplyContext["from"]): Seal => ({
  dialect: OPENAI_CHAT,
  ...(from ?? { issuer: "", family: "" }),
  value: JSON.stringify(value),
});

/** undefined: no vendor of Chat wrote it. */
export function readSealed({ dialect, value }: Seal): Sealed | undefined {
  if (dialect !== OPENAI_CHAT) return undefined;
  const json = parseOr(value, undefined);
  if (isList(json)) return { details: json.filter(isObject) };
  return isObject(json) ? { extra: json } : undefined;
}

/** What of a seal this deployment reads; undefined: nothing. */
export function readableBy({ sealMaker, reasoningReplay, extraContent }: Traits, seal: Seal): Sealed | undefined {
  const sealed = readSealed(seal);
  if (!sealed) return undefined;
  // Whoever made it knows it.
  if ("extra" in sealed) return extraContent || seal.issuer !== "" ? sealed : undefined;
  if (reasoningReplay !== "reasoning_details") return undefined;
  const details = sealed.details.filter((detail) => isOwnFormat(detail, sealMaker));
  return details.length > 0 ? { details } : undefined;
}

/** `anthropic-claude-v1`, `openai-responses-v1`, `azure-openai-responses-v1`, `google-gemini-v1`, `xai-responses-v1`; others are nobody's: `unknown`. */
const MAKER = /anthropic|openai|google|xai/;

/** A host of many makers says in each entry whose it is, and another maker's model refuses it. */
export function isOwnFormat(detail: JsonObject, sealMaker: string | undefined): boolean {
  const [maker] = MAKER.exec(textIn(detail, "format")) ?? [];
  return sealMaker === undefined || maker === undefined || maker === sealMaker;
}

/** Gemini's own word for "this call is not mine"; it is checked for, and nothing is read from it: …/thought-signatures#faqs */
const NOT_SIGNED = "skip_thought_signature_validator";
export const UNSIGNED_EXTRA: JsonObject = { google: { thought_signature: NOT_SIGNED } };
/** The same over OpenRouter, as clients of it are known to send it (RooCodeInc/Roo-Code#10759). */
export const unsignedDetail = (callId: string): JsonObject => ({
  type: "reasoning.encrypted",
  data: NOT_SIGNED,
  id: callId,
  format: "google-gemini-v1",
  index: 0,
});

/** Where thoughts without a seal stand. */
export const thoughtField = ({ reasoningReplay }: Traits): string =>
  reasoningReplay === "reasoning_details" ? "reasoning" : reasoningReplay;

export const isSignature = (extra: JsonObject | undefined): boolean =>
  extra !== undefined && textIn(objectIn(extra, "google") ?? {}, "thought_signature") !== "";
/** Google's entries name the call that they sign. */
export const holdsSealOf = (callId: string, details: readonly JsonObject[]): boolean =>
  details.some((detail) => textIn(detail, "data") !== "" && [callId, ""].includes(textIn(detail, "id")));

/** Whether a message of the caller's brings what a model wants of its first call. */
export function isSigned(message: JsonObject, { reasoningReplay }: Traits): boolean {
  const [first] = objectsIn(message, "tool_calls");
  if (!first) return true;
  return reasoningReplay === "reasoning_details"
    ? holdsSealOf(textIn(first, "id"), objectsIn(message, "reasoning_details"))
    : isSignature(objectIn(first, "extra_content"));
}

/**
 * The pieces of a stream as the list that the vendor wants back: a piece goes on with the last entry of its type and
 * index. Texts, data and signatures grow; a repeated one does not.
 */
export function folded(pieces: readonly JsonObject[]): readonly JsonObject[] {
  const list: JsonObject[] = [];
  const places = new Map<string, number>();
  for (const piece of pieces) {
    const { type, index = null } = piece;
    const key = JSON.stringify([type, index]);
    const at = places.get(key);
    const entry = at === undefined ? undefined : list[at];
    if (at !== undefined && entry && goesOn(entry, piece)) list[at] = grown(entry, piece);
    else places.set(key, list.push(piece) - 1);
  }
  return list;
}

/** Encrypted entries have an id of their own, if any, and Google's have one index. */
function goesOn(entry: JsonObject, piece: JsonObject): boolean {
  const [before, now] = [textIn(entry, "id"), textIn(piece, "id")];
  return before === now || (piece.type !== "reasoning.encrypted" && (before === "" || now === ""));
}

export const GROWING: readonly string[] = ["text", "summary", "data", "signature"];

function grown(entry: JsonObject, piece: JsonObject): JsonObject {
  const next: Record<string, JsonObject[string]> = { ...entry };
  for (const [key, value] of Object.entries(piece)) {
    const before = entry[key];
    if (!GROWING.includes(key) || typeof before !== "string" || typeof value !== "string") {
      if (value !== null && value !== undefined) next[key] = value;
    } else if (key === "text" || key === "summary" || before !== value) next[key] = before + value;
  }
  return next;
}
