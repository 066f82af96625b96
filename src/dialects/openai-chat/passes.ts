/** Whether one deployment takes a Chat body as it is: what its vendor refuses goes through the encoder, which obeys the same traits. */
import { isList, isObject, type Json, type JsonObject, listIn, objectIn, objectsIn, textIn } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";
import { isNative } from "./native.ts";
import { isOwnFormat, isSigned, thoughtField } from "./seals.ts";

export const passes = (body: JsonObject, traits: Traits): boolean =>
  isNative(body) && FIELDS.every((fits) => fits(body, traits)) && messagesFit(listIn(body, "messages"), traits);

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

/** Asked of every message of every native call, so it makes nothing on its way. */
function messagesFit(messages: readonly Json[], traits: Traits): boolean {
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    if (isObject(message) && !messageFits(message, index, traits)) return false;
  }
  return true;
}

function messageFits(message: JsonObject, index: number, traits: Traits): boolean {
  const { role } = message;
  if (role === "developer" && !traits.developerRole) return false;
  if (index > 0 && !traits.midSystem && (role === "system" || role === "developer")) return false;
  const { content, tool_calls: calls } = message;
  if (isList(content) && !(role === "tool" ? traits.imageResults : traits.images) && content.some(isImage))
    return false;
  if (isList(calls) && !calls.every((call) => !isObject(call) || callFits(call, traits))) return false;
  return idFits(message.tool_call_id, traits) && thoughtFits(message, traits);
}

const isImage = (part: Json): boolean => isObject(part) && part.type === "image_url";

const callFits = (call: JsonObject, traits: Traits): boolean =>
  idFits(call.id, traits) && (traits.extraContent === true || !has(call, "extra_content"));

const idFits = (id: Json | undefined, traits: Traits): boolean =>
  typeof id !== "string" || id === "" || (id.length <= traits.callIdLengthMax && traits.callIdPattern.test(id));

/** Thinking stands in the one field that the vendor reads, or nowhere; a vendor that insists on it finds it. */
function thoughtFits(message: JsonObject, traits: Traits): boolean {
  const field = thoughtField(traits);
  if (field !== "reasoning_content" && has(message, "reasoning_content")) return false;
  if (field !== "reasoning" && has(message, "reasoning")) return false;
  if (!sealsFit(message, traits)) return false;
  return (
    !traits.reasoningRequired ||
    field === "none" ||
    listIn(message, "tool_calls").length === 0 ||
    textIn(message, field) !== "" ||
    listIn(message, "reasoning_details").length > 0
  );
}

/** So do seals: this model's own. */
function sealsFit(message: JsonObject, traits: Traits): boolean {
  if (has(message, "reasoning_details")) {
    if (traits.reasoningReplay !== "reasoning_details") return false;
    if (objectsIn(message, "reasoning_details").some((detail) => !isOwnFormat(detail, traits.sealMaker))) return false;
  }
  if (!traits.extraContent && has(message, "extra_content")) return false;
  return !traits.signedCalls || isSigned(message, traits);
}
