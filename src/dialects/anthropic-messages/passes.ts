/** Whether one deployment takes a Messages body as it is. */
import { namesIn } from "../../wire/name-list.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";

/** Bytes may pass unless they hold a system turn in mid-conversation, which older models refuse, or a thread that nobody holds. */
export function passes(body: JsonObject, traits: Traits): boolean {
  const isSystem = (message: Json): boolean => isObject(message) && message.role === "system";
  if (body.thread !== undefined && body.thread !== null && !traits.threads) return false;
  return isNative(body) && (traits.midSystem || !(body.messages as readonly Json[]).some(isSystem));
}

/**
 * True when every message and tool is of this dialect, so that the bytes may pass as they are. Blocks and tools that we
 * have never heard of count: the vendor knows its own protocol better.
 */
export function isNative(body: JsonObject): boolean {
  const { messages, tools } = body;
  if (!isList(messages)) return false;
  return (
    messages.every(isNativeMessage) &&
    (tools === undefined || tools === null || (isList(tools) && tools.every(isNativeTool)))
  );
}

const ROLES = new Set<Json | undefined>(["user", "assistant", "system"]);
// Parts of the OpenAI dialects, which Cursor mixes into one list (facts: cursor-azure.md §2).
const FOREIGN_BLOCKS = namesIn("image_url input_text output_text input_image input_file refusal input_audio file");

function isNativeMessage(message: Json): boolean {
  if (!isObject(message) || !ROLES.has(message.role) || message.tool_calls !== undefined) return false;
  const { content } = message;
  if (typeof content === "string") return true;
  if (content === undefined) return message.role === "system" && isObject(message.output_config);
  return (
    isList(content) &&
    content.every((block) => isObject(block) && typeof block.type === "string" && !FOREIGN_BLOCKS.has(block.type))
  );
}

const isNativeTool = (tool: Json): boolean =>
  isObject(tool) && tool.type !== "function" && tool.function === undefined && tool.custom === undefined;
