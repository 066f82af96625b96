/** Messages become entries: blocks keep their order, results and calls stand for themselves. */
import type { CallEntry, Entry, MessageEntry, Part, ReasoningEntry, ResultEntry } from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { unreadOf } from "../../ir/unread.ts";
import { placed } from "../../ir/field-names.ts";
import {
  describe,
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  optionalBoolean,
  optionalString,
  pathOf,
  requiredString,
  ShapeError,
  without,
} from "../../wire/json.ts";
import { decodeContent, decodePart } from "./parts-decode.ts";
import { DIALECT, markOf, objectIn, textIn } from "./wire.ts";

export function decodeMessages(messages: readonly Json[]): Entry[] {
  return messages.flatMap((value, index) => {
    const at = pathOf("messages", index);
    return decodeMessage(objectAt(value, at), at).map((entry) => placed(entry, at));
  });
}

function decodeMessage(message: JsonObject, at: string): Entry[] {
  switch (message.role) {
    case "user":
      return decodeUser(message, at);
    case "assistant":
      return decodeAssistant(message, at);
    // Claude Code says what changed in the middle of a conversation (facts: clients.md §2).
    case "system":
      return [decodeSystem(message, at)];
    default:
      throw new ShapeError(pathOf(at, "role"), '"user", "assistant" or "system"', message.role);
  }
}

const MESSAGE_KEYS = new Set(["role", "content"]);
interface Hints {
  readonly hints?: Readonly<Record<string, Json>>;
}

/** An effort of its own, and what else stands beside it, such as `clear_at`. */
function decodeSystem(message: JsonObject, at: string): Entry {
  const { output_config: _, ...others } = without(message, MESSAGE_KEYS);
  const config = objectIn(message, "output_config");
  const effort = config && optionalString(config, "effort", pathOf(at, "output_config"));
  const rest = config && without(config, new Set(["effort"]));
  const hints = { ...others, ...(rest && Object.keys(rest).length > 0 && { output_config: rest }) };
  return {
    kind: "message",
    role: "system",
    content: decodeContent(message.content, pathOf(at, "content")),
    ...(effort !== undefined && { effort }),
    ...(Object.keys(hints).length > 0 && { hints }),
  };
}

function decodeUser(message: JsonObject, at: string): Entry[] {
  const hints = unreadOf(message, MESSAGE_KEYS);
  const path = pathOf(at, "content");
  if (!isList(message.content))
    return [{ kind: "message", role: "user", content: decodeContent(message.content, path), ...hints }];
  const entries = grouped("user", message.content, path, (block, where) =>
    block.type === "tool_result" ? decodeResult(block, where) : decodePart(block, where),
  );
  return withHints(entries, hints);
}

function decodeAssistant(message: JsonObject, at: string): Entry[] {
  const hints = unreadOf(message, MESSAGE_KEYS);
  const path = pathOf(at, "content");
  if (typeof message.content === "string")
    return [{ kind: "message", role: "assistant", content: message.content, ...hints }];
  if (message.content === undefined || message.content === null) return [];
  if (!isList(message.content)) throw new ShapeError(path, "a string or a list of content blocks", message.content);
  return withHints(grouped("assistant", message.content, path, decodeAssistantBlock), hints);
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
      return { kind: "opaque", dialect: DIALECT, raw: block };
  }
}

/** Parts that follow each other are one message; an entry between them is an entry of its own. */
function grouped(
  role: "user" | "assistant",
  blocks: readonly Json[],
  at: string,
  decode: (block: JsonObject, at: string) => Part | Entry,
): Entry[] {
  const entries: Entry[] = [];
  let parts: Part[] | undefined;
  blocks.forEach((value, index) => {
    const where = pathOf(at, index);
    const found = placed(decode(objectAt(value, where), where), where);
    if (isEntry(found, role)) {
      entries.push(found);
      parts = undefined;
    } else if (parts) parts.push(found);
    else entries.push({ kind: "message", role, content: (parts = [found]) });
  });
  return entries;
}

const isEntry = (found: Part | Entry, role: "user" | "assistant"): found is Entry =>
  found.kind === "reasoning" ||
  found.kind === "call" ||
  found.kind === "result" ||
  (found.kind === "opaque" && role === "assistant");

function withHints(entries: readonly Entry[], { hints }: Hints): Entry[] {
  const first = hints && entries.find((entry) => entry.kind === "message");
  return entries.map((entry) => (entry === first ? { ...(entry as MessageEntry), hints } : entry));
}

const THINKING_KEYS = new Set(["type", "thinking", "signature", "data"]);

/** Claude Code replays `signature: ""` of thinking that nobody signed (facts: clients.md §2): that is no seal. */
function decodeThinking(block: JsonObject, at: string): ReasoningEntry {
  const seal = readSeal(optionalString(block, "signature", at), DIALECT, pathOf(at, "signature"));
  const text = optionalString(block, "thinking", at) ?? "";
  return {
    kind: "reasoning",
    sections: text === "" ? [] : [text],
    ...(seal && { seal }),
    ...unreadOf(block, THINKING_KEYS),
  };
}

function decodeRedacted(block: JsonObject, at: string): ReasoningEntry {
  const seal = readSeal(requiredString(block, "data", at), DIALECT, pathOf(at, "data"));
  return { kind: "reasoning", sections: [], redacted: true, ...(seal && { seal }), ...unreadOf(block, THINKING_KEYS) };
}

const CALL_KEYS = new Set(["type", "id", "name", "input", "caller", "cache_control"]);

function decodeCall(block: JsonObject, at: string): CallEntry {
  const mark = markOf(block, at);
  return {
    kind: "call",
    callId: optionalString(block, "id", at) ?? "",
    tool: { via: "function", name: requiredString(block, "name", at) },
    input: { json: inputText(block.input, at) },
    ...(block.caller !== undefined && { caller: block.caller }),
    ...(mark && { mark }),
    ...unreadOf(block, CALL_KEYS),
  };
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
  const mark = markOf(block, at);
  const isError = optionalBoolean(block, "is_error", at);
  return {
    kind: "result",
    callId: textIn(block, "tool_use_id"),
    via: "function",
    content: decodeContent(block.content, pathOf(at, "content")),
    ...(isError !== undefined && { isError }),
    ...(mark && { mark }),
    ...unreadOf(block, RESULT_KEYS),
  };
}
