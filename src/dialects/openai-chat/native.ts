/** Is this body Chat through and through? Only then may its bytes pass to a Chat upstream. */
import { hasLeadingThink } from "../../ir/think.ts";
import { isList, isObject, type Json, type JsonObject, listIn, textIn } from "../../wire/json.ts";

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
