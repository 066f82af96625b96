/** A message, of whichever dialect: an assistant's tool calls and a user's tool results inside it become entries of their own. */
import { namesIn } from "../../wire/name-list.ts";
import type {
  CallEntry,
  Content,
  Entry,
  MessageEntry,
  Part,
  ReasoningEntry,
  ResultEntry,
  Role,
} from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
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
import { decodeContent, decodePart } from "./parts-decode.ts";
import { jsonText, table, withIds } from "./wire.ts";

export function decodeMessage(item: JsonObject, path: string): readonly Entry[] {
  const role = optionalString(item, "role", path);
  if (role === "tool" || role === "function") return [toolMessage(item, path)];
  if (!isRole(role))
    throw new ShapeError(pathOf(path, "role"), "system, developer, user, assistant or tool", item.role);
  const calls = optionalList(item, "tool_calls", path);
  const body = messageBody(item, messageMaker(item, role, path), path);
  const thinking = replayedThinking(item, role, path);
  if (!calls && !thinking) return body;
  return [
    ...(thinking ? [thinking] : []),
    ...body,
    ...(calls ?? []).map((call, at) => chatCall(call, pathOf(pathOf(path, "tool_calls"), at))),
  ];
}

const isRole = (role: string | undefined): role is Role =>
  role === "system" || role === "developer" || role === "user" || role === "assistant";

/** One item may become several messages, each with what the item says beside its content. */
type MessageMaker = (content: Content) => MessageEntry;

function messageMaker(item: JsonObject, role: Role, path: string): MessageMaker {
  const phase = optionalString(item, "phase", path);
  const name = optionalString(item, "name", path);
  return (content) => {
    const entry: Draft<MessageEntry> = { kind: "message", role, content };
    if (phase !== undefined) entry.phase = phase;
    if (name !== undefined) entry.name = name;
    if (item.type === undefined) entry.bare = true;
    return withIds(withUnread(entry, item, MESSAGE_KEYS), item);
  };
}

/** Read here, or a field of Chat that the Responses API refuses. */
const MESSAGE_KEYS =
  namesIn(`type id status role content phase name tool_calls tool_call_id function_call reasoning_content reasoning reasoning_details
  refusal annotations audio cache_control`);

/** Kimi and DeepSeek demand it back; Chat clients write it beside the content. */
function replayedThinking(item: JsonObject, role: Role, path: string): ReasoningEntry | undefined {
  const text = item.reasoning_content;
  return role === "assistant" && typeof text === "string" && text !== ""
    ? { kind: "reasoning", sections: [text], at: pathOf(path, "reasoning_content") }
    : undefined;
}

function messageBody(item: JsonObject, message: MessageMaker, path: string): readonly Entry[] {
  const { content } = item;
  if (content === undefined || content === null) return [];
  const at = pathOf(path, "content");
  if (!isList(content)) return [message(decodeContent(content, at))];
  return decodeBlocks(content, message, (index) => pathOf(at, index));
}

/** Keeps the order: text, calls and thinking of one Anthropic message follow each other as they stood. */
export function decodeBlocks(
  content: readonly Json[],
  message: MessageMaker,
  placeOf: (index: number) => string,
): readonly Entry[] {
  const entries: Entry[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) entries.push(message(parts));
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
  return entries.length > 0 ? entries : [message([])];
}

const TOOL_USE_KEYS = new Set(["type", "id", "name", "input", "cache_control"]);
const TOOL_RESULT_KEYS = new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]);
const THINKING_KEYS = new Set(["type", "thinking", "signature", "data"]);

const BLOCKS = table<(block: JsonObject, path: string) => Entry>({
  tool_use: (block, path) => {
    const call: CallEntry = {
      kind: "call",
      callId: jsonText(block.id),
      tool: { via: "function", name: optionalString(block, "name", path) ?? "" },
      input: { json: JSON.stringify(block.input ?? {}) },
    };
    return withUnread(withMark(call, block, path), block, TOOL_USE_KEYS);
  },
  tool_result: (block, path) => {
    const content = decodeContent(block.content, pathOf(path, "content"));
    const callId = jsonText(block.tool_use_id);
    const result: Draft<ResultEntry> = { kind: "result", callId, via: "function", content };
    if (block.is_error === true) result.isError = true;
    return withUnread(withMark(result, block, path), block, TOOL_RESULT_KEYS);
  },
  thinking: (block, path) => {
    const signature = typeof block.signature === "string" ? block.signature : undefined;
    const seal = readSeal(signature, "anthropic-messages", pathOf(path, "signature"));
    const entry: ReasoningEntry = { kind: "reasoning", sections: [jsonText(block.thinking)], ...(seal && { seal }) };
    return withUnread(entry, block, THINKING_KEYS);
  },
  redacted_thinking: (block, path) => {
    const seal = readSeal(jsonText(block.data), "anthropic-messages", pathOf(path, "data"));
    return { kind: "reasoning", sections: [], redacted: true, ...(seal && { seal }) };
  },
});

function toolMessage(item: JsonObject, path: string): ResultEntry {
  const name = optionalString(item, "name", path);
  const content: Content = decodeContent(item.content, pathOf(path, "content"));
  const callId = jsonText(item.tool_call_id);
  const result: Draft<ResultEntry> = { kind: "result", callId, via: "function", content };
  if (name !== undefined) result.name = name;
  return withUnread(result, item, MESSAGE_KEYS);
}

const CALL_KEYS = new Set(["id", "type", "index", "function", "custom"]);

function chatCall(value: Json, path: string): CallEntry {
  const call = objectAt(value, path);
  const custom = isObject(call.custom) ? call.custom : undefined;
  const called = custom ?? (isObject(call.function) ? call.function : undefined);
  const name = called && optionalString(called, "name", path);
  if (!called || name === undefined)
    throw new ShapeError(pathOf(path, "function"), "an object with the called tool's name", call.function);
  const entry: CallEntry = {
    kind: "call",
    callId: jsonText(call.id),
    tool: { via: custom ? "custom" : "function", name },
    input: custom ? { text: jsonText(custom.input) } : { json: jsonText(called.arguments) },
    at: path,
  };
  return withUnread(entry, call, CALL_KEYS);
}
