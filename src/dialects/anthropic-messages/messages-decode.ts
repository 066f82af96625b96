/** Messages become entries: blocks keep their order, results and calls stand for themselves. */
import type { CallEntry, Entry, MessageEntry, Part, ReasoningEntry, ResultEntry } from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import { unreadOf } from "../../ir/unread.ts";
import {
  describe,
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  objectIn,
  optionalBoolean,
  optionalString,
  pathOf,
  requiredString,
  ShapeError,
  textIn,
  without,
} from "../../wire/json.ts";
import { decodeContent, decodePart } from "./parts-decode.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

export function decodeMessages(messages: readonly Json[]): Entry[] {
  const entries: Entry[] = [];
  messages.forEach((value, index) => {
    const at = pathOf("messages", index);
    decodeMessage(objectAt(value, at), at, entries);
  });
  return entries;
}

function decodeMessage(message: JsonObject, at: string, entries: Entry[]): void {
  switch (message.role) {
    case "user":
      return decodeUser(message, at, entries);
    case "assistant":
      return decodeAssistant(message, at, entries);
    // Claude Code says what changed in the middle of a conversation (facts: clients.md §2).
    case "system":
      return void entries.push(decodeSystem(message, at));
    default:
      throw new ShapeError(pathOf(at, "role"), '"user", "assistant" or "system"', message.role);
  }
}

const MESSAGE_KEYS = new Set(["role", "content"]);
const EFFORT_KEYS = new Set(["effort"]);

/** An effort of its own, and what else stands beside it, such as `clear_at`. */
function decodeSystem(message: JsonObject, at: string): MessageEntry {
  const { output_config: _, ...others } = without(message, MESSAGE_KEYS);
  const config = objectIn(message, "output_config");
  const effort = config && optionalString(config, "effort", pathOf(at, "output_config"));
  const rest = config && unreadOf(config, EFFORT_KEYS);
  const hints = rest ? { ...others, output_config: rest } : others;
  const content = decodeContent(message.content, pathOf(at, "content"));
  const entry: Draft<MessageEntry> = { kind: "message", role: "system", content, at };
  if (effort !== undefined) entry.effort = effort;
  if (Object.keys(hints).length > 0) entry.hints = hints;
  return entry;
}

function decodeUser(message: JsonObject, at: string, entries: Entry[]): void {
  const path = pathOf(at, "content");
  if (isList(message.content)) return grouped("user", message, at, decodeUserBlock, entries);
  const content = decodeContent(message.content, path);
  entries.push(withUnread({ kind: "message", role: "user", content, at }, message, MESSAGE_KEYS));
}

const decodeUserBlock = (block: JsonObject, at: string): Part | Entry =>
  block.type === "tool_result" ? decodeResult(block, at) : decodePart(block, at);

function decodeAssistant(message: JsonObject, at: string, entries: Entry[]): void {
  const { content } = message;
  if (isList(content)) return grouped("assistant", message, at, decodeAssistantBlock, entries);
  if (content === undefined || content === null) return;
  if (typeof content !== "string")
    throw new ShapeError(pathOf(at, "content"), "a string or a list of content blocks", content);
  entries.push(withUnread({ kind: "message", role: "assistant", content, at }, message, MESSAGE_KEYS));
}

function decodeAssistantBlock(block: JsonObject, at: string): Part | Entry {
  switch (block.type) {
    case "text":
      return decodePart(block, at);
    case "thinking":
      return decodeThinking(block, at);
    case "redacted_thinking":
      return decodeRedacted(block, at);
    case "tool_use":
      return decodeCall(block, at);
    case "tool_result":
      return decodeResult(block, at);
    default:
      requiredString(block, "type", at);
      return { kind: "opaque", dialect: ANTHROPIC_MESSAGES, raw: block };
  }
}

/** Parts that follow each other are one message; an entry between them is an entry of its own. What nobody reads of the message travels with its first words. */
function grouped(
  role: "user" | "assistant",
  message: JsonObject,
  at: string,
  decode: (block: JsonObject, at: string) => Part | Entry,
  entries: Entry[],
): void {
  const path = pathOf(at, "content");
  let hasWords = false;
  let parts: Part[] | undefined;
  (message.content as readonly Json[]).forEach((value, index) => {
    const where = pathOf(path, index);
    const found = placed(decode(objectAt(value, where), where), where);
    if (isEntry(found, role)) {
      entries.push(found);
      parts = undefined;
    } else if (parts) parts.push(found);
    else {
      const entry: MessageEntry = { kind: "message", role, content: (parts = [found]), at };
      entries.push(hasWords ? entry : withUnread(entry, message, MESSAGE_KEYS));
      hasWords = true;
    }
  });
}

const isEntry = (found: Part | Entry, role: "user" | "assistant"): found is Entry =>
  found.kind === "reasoning" ||
  found.kind === "call" ||
  found.kind === "result" ||
  (found.kind === "opaque" && role === "assistant");

const THINKING_KEYS = new Set(["type", "thinking", "signature", "data"]);

/** Claude Code replays `signature: ""` of thinking that nobody signed (facts: clients.md §2): that is no seal. */
function decodeThinking(block: JsonObject, at: string): ReasoningEntry {
  const seal = readSeal(optionalString(block, "signature", at), ANTHROPIC_MESSAGES, pathOf(at, "signature"));
  const text = optionalString(block, "thinking", at) ?? "";
  const entry: Draft<ReasoningEntry> = { kind: "reasoning", sections: text === "" ? [] : [text] };
  if (seal) entry.seal = seal;
  return withUnread(entry, block, THINKING_KEYS);
}

function decodeRedacted(block: JsonObject, at: string): ReasoningEntry {
  const seal = readSeal(requiredString(block, "data", at), ANTHROPIC_MESSAGES, pathOf(at, "data"));
  const entry: Draft<ReasoningEntry> = { kind: "reasoning", sections: [], redacted: true };
  if (seal) entry.seal = seal;
  return withUnread(entry, block, THINKING_KEYS);
}

const CALL_KEYS = new Set(["type", "id", "name", "input", "caller", "cache_control"]);

function decodeCall(block: JsonObject, at: string): CallEntry {
  const call: Draft<CallEntry> = {
    kind: "call",
    callId: optionalString(block, "id", at) ?? "",
    tool: { via: "function", name: requiredString(block, "name", at) },
    input: { json: inputText(block.input, at) },
  };
  if (block.caller !== undefined) call.caller = block.caller;
  return withUnread(withMark(call, block, at), block, CALL_KEYS);
}

function inputText(input: Json | undefined, at: string): string {
  if (input === undefined || input === null) return "{}";
  if (isObject(input)) return JSON.stringify(input);
  // Some clients replay the arguments as the text they arrived in.
  if (typeof input === "string") return input;
  throw new ShapeError(pathOf(at, "input"), "an object", describe(input));
}

const RESULT_KEYS = new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]);

function decodeResult(block: JsonObject, at: string): ResultEntry {
  const isError = optionalBoolean(block, "is_error", at);
  const content = decodeContent(block.content, pathOf(at, "content"));
  const result: Draft<ResultEntry> = { kind: "result", callId: textIn(block, "tool_use_id"), via: "function", content };
  if (isError !== undefined) result.isError = isError;
  return withUnread(withMark(result, block, at), block, RESULT_KEYS);
}
