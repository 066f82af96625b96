/** A message, of whichever dialect: an assistant's tool calls and a user's tool results inside it become entries of their own. */
import type { CallEntry, Content, Entry, MessageEntry, Part, ResultEntry, Role } from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { unreadOf } from "../../ir/unread.ts";
import { placed } from "../../ir/field-names.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  optionalList,
  optionalString,
  pathOf,
  ShapeError,
} from "../../wire/json.ts";
import { decodeContent, decodePart, markOf } from "./parts-decode.ts";
import { jsonText, table } from "./wire.ts";

export function decodeMessage(item: JsonObject, path: string): readonly Entry[] {
  const role = optionalString(item, "role", path);
  if (role === "tool" || role === "function") return [toolMessage(item, path)];
  if (!isRole(role))
    throw new ShapeError(pathOf(path, "role"), "system, developer, user, assistant or tool", item.role);
  const head = messageHead(item, role, path);
  const calls = optionalList(item, "tool_calls", path) ?? [];
  return [
    ...replayedThinking(item, role, path),
    ...messageBody(item, head, path),
    ...calls.map((call, at) => chatCall(call, pathOf(pathOf(path, "tool_calls"), at))),
  ];
}

const isRole = (role: string | undefined): role is Role =>
  role === "system" || role === "developer" || role === "user" || role === "assistant";

type Head = Omit<MessageEntry, "content">;

function messageHead(item: JsonObject, role: Role, path: string): Head {
  const phase = optionalString(item, "phase", path);
  const name = optionalString(item, "name", path);
  return {
    kind: "message",
    role,
    ...(phase !== undefined && { phase }),
    ...(name !== undefined && { name }),
    ...unreadOf(item, MESSAGE_KEYS),
    ...(typeof item.id === "string" && { id: item.id }),
    ...(typeof item.status === "string" && { status: item.status }),
    ...(item.type === undefined && { bare: true as const }),
  };
}

/** Read here, or a field of Chat that the Responses API refuses. */
const MESSAGE_KEYS = new Set(
  `type id status role content phase name tool_calls tool_call_id function_call reasoning_content reasoning reasoning_details
  refusal annotations audio cache_control`.split(/\s+/),
);

/** Kimi and DeepSeek demand it back; Chat clients write it beside the content. */
function replayedThinking(item: JsonObject, role: Role, path: string): readonly Entry[] {
  const text = item.reasoning_content;
  return role === "assistant" && typeof text === "string" && text !== ""
    ? [{ kind: "reasoning", sections: [text], at: pathOf(path, "reasoning_content") }]
    : [];
}

function messageBody(item: JsonObject, head: Head, path: string): readonly Entry[] {
  const { content } = item;
  if (content === undefined || content === null) return [];
  if (!isList(content)) return [{ ...head, content: decodeContent(content, pathOf(path, "content")) }];
  return decodeBlocks(content, head, (index) => pathOf(pathOf(path, "content"), index));
}

/** Keeps the order: text, calls and thinking of one Anthropic message follow each other as they stood. */
export function decodeBlocks(
  content: readonly Json[],
  head: Head,
  placeOf: (index: number) => string,
): readonly Entry[] {
  const entries: Entry[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) entries.push({ ...head, content: parts });
    parts = [];
  };
  content.forEach((value, index) => {
    const at = placeOf(index);
    const block = isObject(value) && typeof value.type === "string" ? BLOCKS.get(value.type) : undefined;
    if (!block) return void parts.push(decodePart(value, at));
    flush();
    entries.push(placed(block(value as JsonObject, at), at));
  });
  flush();
  return entries.length > 0 ? entries : [{ ...head, content: [] }];
}

const TOOL_USE_KEYS = new Set(["type", "id", "name", "input", "cache_control"]);
const TOOL_RESULT_KEYS = new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]);
const THINKING_KEYS = new Set(["type", "thinking", "signature", "data"]);

const BLOCKS = table<(block: JsonObject, path: string) => Entry>({
  tool_use: (block, path) => ({
    kind: "call",
    callId: jsonText(block.id),
    tool: { via: "function", name: optionalString(block, "name", path) ?? "" },
    input: { json: JSON.stringify(block.input ?? {}) },
    ...markOf(block, path),
    ...unreadOf(block, TOOL_USE_KEYS),
  }),
  tool_result: (block, path): ResultEntry => ({
    kind: "result",
    callId: jsonText(block.tool_use_id),
    via: "function",
    content: decodeContent(block.content, pathOf(path, "content")),
    ...(block.is_error === true && { isError: true }),
    ...markOf(block, path),
    ...unreadOf(block, TOOL_RESULT_KEYS),
  }),
  thinking: (block, path) => {
    const signature = typeof block.signature === "string" ? block.signature : undefined;
    const seal = readSeal(signature, "anthropic", pathOf(path, "signature"));
    const sections = [jsonText(block.thinking)];
    return { kind: "reasoning", sections, ...(seal && { seal }), ...unreadOf(block, THINKING_KEYS) };
  },
  redacted_thinking: (block, path) => {
    const seal = readSeal(jsonText(block.data), "anthropic", pathOf(path, "data"));
    return { kind: "reasoning", sections: [], redacted: true, ...(seal && { seal }) };
  },
});

function toolMessage(item: JsonObject, path: string): ResultEntry {
  const name = optionalString(item, "name", path);
  const content: Content = decodeContent(item.content, pathOf(path, "content"));
  return {
    kind: "result",
    callId: jsonText(item.tool_call_id),
    via: "function",
    content,
    ...(name !== undefined && { name }),
    ...unreadOf(item, MESSAGE_KEYS),
  };
}

const CALL_KEYS = new Set(["id", "type", "index", "function", "custom"]);

function chatCall(value: Json, path: string): CallEntry {
  const call = objectAt(value, path);
  const custom = isObject(call.custom) ? call.custom : undefined;
  const called = custom ?? (isObject(call.function) ? call.function : undefined);
  const name = called && optionalString(called, "name", path);
  if (!called || name === undefined)
    throw new ShapeError(pathOf(path, "function"), "an object with the called tool's name", call.function);
  return {
    kind: "call",
    callId: jsonText(call.id),
    tool: { via: custom ? "custom" : "function", name },
    input: custom ? { text: jsonText(custom.input) } : { json: jsonText(called.arguments) },
    at: path,
    ...unreadOf(call, CALL_KEYS),
  };
}
