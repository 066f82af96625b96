/** Whether one deployment takes a Chat body as it is: what its vendor refuses goes through the encoder, which obeys the same traits. */
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";
import { isNative } from "./native.ts";
import { isOwnFormat, isSigned, thoughtField } from "./seals.ts";
import { listIn, objectIn, objectsIn, textIn } from "./wire.ts";

export function passes(body: JsonObject, traits: Traits): boolean {
  return (
    isNative(body) && FIELDS.every((fits) => fits(body, traits)) && messagesFit(objectsIn(body, "messages"), traits)
  );
}

type Rule = (body: JsonObject, traits: Traits) => boolean;

const has = (body: JsonObject, key: string): boolean => body[key] !== undefined && body[key] !== null;

const FIELDS: readonly Rule[] = [
  // OpenAI's reasoning models refuse max_tokens, Mistral refuses max_completion_tokens.
  (body, traits) => !has(body, traits.maxTokensField === "max_tokens" ? "max_completion_tokens" : "max_tokens"),
  (body, traits) => traits.stop || !has(body, "stop"),
  (body, traits) => traits.usageChunk || !has(body, "stream_options"),
  (body, traits) => traits.parallelSwitch || !has(body, "parallel_tool_calls"),
  (body, traits) => traits.cacheKey || !(has(body, "prompt_cache_key") || has(body, "prompt_cache_retention")),
  (body, traits) => traits.customTools || !objectsIn(body, "tools").some((tool) => tool.type === "custom"),
  (body, traits) => traits.effortField === "thinking" || !has(body, "thinking"),
  (body, traits) => traits.effortField === "reasoning" || !isObject(body.reasoning),
  (body, traits) =>
    traits.effortField === "reasoning_effort" || traits.effortField === "reasoning" || !has(body, "reasoning_effort"),
  (body, traits) => traits.cacheMarks === true || !isMarked(body),
  (body, traits) => formatFits(objectIn(body, "response_format"), traits),
  // "The 'metadata' parameter is only allowed when 'store' is enabled."
  (body) => !has(body, "metadata") || body.store === true,
];

const isMarked = (body: JsonObject): boolean =>
  has(body, "cache_control") ||
  hasMark(listIn(body, "tools")) ||
  listIn(body, "messages").some((message) => isObject(message) && hasMark(listIn(message, "content")));

const hasMark = (list: readonly Json[]): boolean => list.some((one) => isObject(one) && "cache_control" in one);

function formatFits(format: JsonObject | undefined, traits: Traits): boolean {
  if (!format || traits.jsonSchema === "json_schema") return true;
  return format.type === "text" || (format.type === "json_object" && traits.jsonSchema === "json_object");
}

function messagesFit(messages: readonly JsonObject[], traits: Traits): boolean {
  return messages.every((message, index) => {
    const role = textIn(message, "role");
    if (role === "developer" && !traits.developerRole) return false;
    if (index > 0 && !traits.midSystem && (role === "system" || role === "developer")) return false;
    if (hasPart(message, "image_url") && !(role === "tool" ? traits.imageResults : traits.images)) return false;
    return idsFit(message, traits) && thoughtFits(message, traits);
  });
}

const hasPart = (message: JsonObject, type: string): boolean =>
  listIn(message, "content").some((part) => isObject(part) && part.type === type);

function idsFit(message: JsonObject, traits: Traits): boolean {
  const ids = [...objectsIn(message, "tool_calls").map((call) => textIn(call, "id")), textIn(message, "tool_call_id")];
  return ids.every((id) => id === "" || (id.length <= traits.callIdLengthMax && traits.callIdPattern.test(id)));
}

/** Thinking stands in the one field that the vendor reads, or nowhere; a vendor that insists on it finds it. */
function thoughtFits(message: JsonObject, traits: Traits): boolean {
  const field = thoughtField(traits);
  if (THOUGHTS.some((key) => key !== field && has(message, key)) || !sealsFit(message, traits)) return false;
  return (
    !traits.reasoningRequired ||
    field === "none" ||
    listIn(message, "tool_calls").length === 0 ||
    textIn(message, field) !== "" ||
    listIn(message, "reasoning_details").length > 0
  );
}

const THOUGHTS = ["reasoning_content", "reasoning"];

/** So do seals: this model's own. */
function sealsFit(message: JsonObject, traits: Traits): boolean {
  if (traits.reasoningReplay !== "reasoning_details" && has(message, "reasoning_details")) return false;
  const isForeign = (detail: JsonObject): boolean => !isOwnFormat(detail, traits.sealMaker);
  if (objectsIn(message, "reasoning_details").some(isForeign)) return false;
  const isExtra = (one: JsonObject): boolean => has(one, "extra_content");
  if (!traits.extraContent && (isExtra(message) || objectsIn(message, "tool_calls").some(isExtra))) return false;
  return !traits.signedCalls || isSigned(message, traits);
}
