/** Whether a body is a true Responses body, which may pass as bytes, or one of the mixtures that Cursor posts. */
import { namesIn } from "../../wire/name-list.ts";
import type { Traits } from "../traits.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { ID_LENGTH_MAX } from "./wire.ts";

/** Fields of Chat and Messages that the Responses API refuses. */
const FOREIGN_KEYS =
  `messages max_tokens max_completion_tokens reasoning_effort response_format functions function_call stop
  stop_sequences seed frequency_penalty presence_penalty top_k system thinking`.split(/\s+/);

/** A freeform tool must be written anew for a server that has none. */
export const passes = (body: JsonObject, traits: Traits): boolean =>
  isNative(body) &&
  (traits.customTools || customNames(body.tools).size === 0) &&
  (traits.parallelSwitch || body.parallel_tool_calls == null);

export function isNative(body: JsonObject): boolean {
  if (FOREIGN_KEYS.some((key) => body[key] !== undefined)) return false;
  if (isObject(body.stream_options) && body.stream_options.include_usage !== undefined) return false;
  if (!isNativeChoice(body.tool_choice) || !listOf(body.tools, isNativeTool)) return false;
  if (typeof body.input === "string" || body.input === undefined) return true;
  const custom = customNames(body.tools);
  return isList(body.input) && body.input.every((item) => isNativeItem(item, custom));
}

const listOf = (value: Json | undefined, is: (item: Json) => boolean): boolean =>
  value === undefined || value === null || (isList(value) && value.every(is));

const isNativeTool = (tool: Json): boolean =>
  isObject(tool) &&
  typeof tool.type === "string" &&
  !isObject(tool.function) &&
  !isObject(tool.custom) &&
  tool.input_schema === undefined &&
  !/_\d{8}$/.test(tool.type);

const isNativeChoice = (choice: Json | undefined): boolean =>
  !isObject(choice) ||
  (!isObject(choice.function) && !isObject(choice.custom) && !["tool", "any", "auto"].includes(String(choice.type)));

const customNames = (tools: Json | undefined): ReadonlySet<unknown> =>
  new Set(isList(tools) ? tools.flatMap((tool) => (isObject(tool) && tool.type === "custom" ? [tool.name] : [])) : []);

/** Parts of Chat and Messages; vendors refuse them in `input`. */
const FOREIGN_PARTS = namesIn("text image_url image document file tool_use tool_result thinking redacted_thinking");

function isNativeItem(item: Json, custom: ReadonlySet<unknown>): boolean {
  if (!isObject(item)) return false;
  if (typeof item.call_id === "string" && item.call_id.length > ID_LENGTH_MAX) return false;
  if (item.type === "function_call") return typeof item.call_id === "string" && !custom.has(item.name);
  if (item.type !== undefined && item.type !== "message")
    return typeof item.type === "string" && !FOREIGN_PARTS.has(item.type);
  if (item.role === "tool" || item.role === "function" || item.tool_calls !== undefined) return false;
  if (item.role === undefined || item.content === undefined || item.content === null) return false;
  return typeof item.content === "string" || listOf(item.content, isNativePart);
}

const isNativePart = (part: Json): boolean =>
  isObject(part) && typeof part.type === "string" && !FOREIGN_PARTS.has(part.type) && part.cache_control === undefined;
