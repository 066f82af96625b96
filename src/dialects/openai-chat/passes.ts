/** Whether one deployment takes a Chat body as it is: what its vendor refuses goes through the encoder, which obeys the same traits. */
import { isList, isObject, type Json, type JsonObject, listIn, objectIn, objectsIn, textIn } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";
import { hasLeadingThink } from "../../ir/think.ts";
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

/** Anything mixed, and anything that vendors refuse and we repair (empty tool_calls, missing ids), is not native. */
export function isNative(body: JsonObject): boolean {
  const messages = body.messages;
  if (!isList(messages) || messages.length === 0) return false;
  if (FOREIGN_KEYS.some((key) => body[key] !== undefined && body[key] !== null)) return false;
  if (isObject(body.reasoning) && body.reasoning.summary !== undefined) return false;
  const called = new Set<string>();
  return (
    toolsAreNative(body.tools) &&
    choiceIsNative(body.tool_choice) &&
    messages.every((one) => isObject(one) && messageIsNative(one, called))
  );
}

/** Top-level fields of Responses and Anthropic, which Chat vendors refuse or ignore. */
const FOREIGN_KEYS =
  "input system instructions max_output_tokens text include truncation previous_response_id conversation output_config stop_sequences".split(
    " ",
  );

function toolsAreNative(tools: Json | undefined): boolean {
  if (tools === undefined || tools === null) return true;
  return isList(tools) && tools.length > 0 && tools.every((tool) => isObject(tool) && toolIsNative(tool));
}

function toolIsNative(tool: JsonObject): boolean {
  if ("input_schema" in tool) return false;
  if (tool.type === "function") return named(tool.function);
  if (tool.type === "custom") return named(tool.custom);
  // A vendor's own tool (Kimi's builtin_function, Groq's browser_search) is its vendor's business.
  return typeof tool.type === "string" && tool.name === undefined && tool.parameters === undefined;
}

function choiceIsNative(choice: Json | undefined): boolean {
  if (choice === undefined || choice === null || typeof choice === "string") return true;
  if (!isObject(choice)) return false;
  return named(choice.function) || named(choice.custom) || isObject(choice.allowed_tools);
}

const named = (value: Json | undefined): boolean => isObject(value) && textIn(value, "name") !== "";

function messageIsNative(message: JsonObject, called: Set<string>): boolean {
  if ("cache_control" in message || "thinking_blocks" in message) return false;
  switch (message.role) {
    case "system":
    case "developer":
      return contentIsNative(message.content, TEXT_ONLY);
    case "user":
      return contentIsNative(message.content, USER_PARTS);
    case "assistant":
      return assistantIsNative(message, called);
    case "tool":
      return called.has(textIn(message, "tool_call_id")) && contentIsNative(message.content, TOOL_PARTS);
    case "function":
      return textIn(message, "name") !== "" && contentIsNative(message.content, TEXT_ONLY);
    default:
      return false;
  }
}

const TEXT_ONLY: ReadonlySet<string> = new Set(["text"]);
const USER_PARTS: ReadonlySet<string> = new Set(["text", "image_url", "input_audio", "file", "video_url"]);
// OpenAI takes text there, Kimi and others images as well.
const TOOL_PARTS: ReadonlySet<string> = new Set(["text", "image_url"]);
const ASSISTANT_PARTS: ReadonlySet<string> = new Set(["text", "refusal"]);

function contentIsNative(content: Json | undefined, types: ReadonlySet<string>): boolean {
  if (typeof content === "string") return true;
  return isList(content) && content.length > 0 && content.every((part) => isObject(part) && partIsNative(part, types));
}

function partIsNative(part: JsonObject, types: ReadonlySet<string>): boolean {
  if (!types.has(textIn(part, "type"))) return false;
  switch (part.type) {
    case "text":
      return typeof part.text === "string";
    case "image_url":
      return isObject(part.image_url) && typeof part.image_url.url === "string";
    case "input_audio":
      return isObject(part.input_audio);
    case "file":
      return isObject(part.file);
    default:
      return true;
  }
}

function assistantIsNative(message: JsonObject, called: Set<string>): boolean {
  const { content, tool_calls: calls } = message;
  if (
    calls !== undefined &&
    calls !== null &&
    !(isList(calls) && calls.length > 0 && calls.every((call) => callIsNative(call, called)))
  )
    return false;
  const speaks =
    isList(calls) || isObject(message.function_call) || textIn(message, "refusal") !== "" || isObject(message.audio);
  if (content === undefined || content === null) return speaks;
  return contentIsNative(content, ASSISTANT_PARTS) && !hasLeadingThink(firstText(message));
}

function firstText(message: JsonObject): string {
  if (typeof message.content === "string") return message.content;
  const first = listIn(message, "content")[0];
  return isObject(first) ? textIn(first, "text") : "";
}

function callIsNative(call: Json, called: Set<string>): boolean {
  if (!isObject(call) || textIn(call, "id") === "") return false;
  called.add(textIn(call, "id"));
  // Mistral's calls have no type.
  if (call.type === "custom")
    return named(call.custom) && isObject(call.custom) && typeof call.custom.input === "string";
  return named(call.function) && isObject(call.function) && typeof call.function.arguments === "string";
}
