/** Messages become entries, in their own order: a user message may hold results, an assistant one thinking, text and calls. */
import { namesIn } from "../../wire/name-list.ts";
import { unwrapCustomInput } from "../../ir/lower.ts";
import type { LossList } from "../../ir/loss.ts";
import type {
  CallEntry,
  CallInput,
  Content,
  Entry,
  MessageEntry,
  Part,
  ResultEntry,
  Role,
  TextPart,
  ToolRef,
} from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { stripThink } from "../../ir/think.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import { loseUnread, unreadOf } from "../../ir/unread.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  lookup,
  objectAt,
  objectIn,
  objectsIn,
  pathOf,
  ShapeError,
  textIn,
} from "../../wire/json.ts";
import { decodeContent, decodePart, isText } from "./parts-decode.ts";
import type { FindTool } from "./tools-decode.ts";
import { reasoningOf, sign, thinking } from "./reasoning-decode.ts";
import { sealOf } from "./seals.ts";

/** What reading one message needs of the others. */
export interface MessageContext {
  readonly find: FindTool;
  readonly losses: LossList;
  /** How each call id was called, for the results that follow. */
  readonly vias: Map<string, ToolRef["via"]>;
}

export function decodeMessages(messages: readonly Json[], reading: MessageContext): readonly Entry[] {
  const all: Entry[] = [];
  messages.forEach((json, index) => {
    const at = pathOf("messages", index);
    const message = objectAt(json, at);
    const item = message.role === undefined ? lookup(ITEMS, textIn(message, "type")) : undefined;
    const entries = (item ?? decodeMessage)(message, at, reading);
    if (!item) noteUnread(entries, message, at, reading);
    for (const entry of entries) all.push(placed(entry, at));
  });
  return all;
}

/** What nobody reads of a message travels with its first words; without words it is told at once. */
function noteUnread(entries: readonly Entry[], message: JsonObject, at: string, reading: MessageContext): void {
  const { annotations } = message;
  // An answer without any says so, and a client that replays it means nothing by it.
  const hints = unreadOf(message, isList(annotations) && annotations.length === 0 ? READ_UNCITED : READ);
  if (!hints) return;
  const first = entries.find(
    (entry) => entry.kind === "message" || (entry.kind === "result" && entry.at === undefined),
  );
  if (first) (first as Draft<MessageEntry | ResultEntry>).hints = hints;
  else loseUnread(reading.losses, at, hints);
}

// index, status and type are left-overs of answers that clients replay, parsed is what OpenAI's SDK made of one; tool_name is Ollama's word for name.
const READ: ReadonlySet<string> = namesIn(
  "role content name tool_calls tool_call_id function_call refusal reasoning_content reasoning reasoning_details thinking_blocks extra_content parsed id type status index tool_name is_error cache_control output_config phase",
);
const READ_UNCITED: ReadonlySet<string> = new Set([...READ, "annotations"]);

function decodeMessage(message: JsonObject, at: string, reading: MessageContext): readonly Entry[] {
  const content = pathOf(at, "content");
  switch (message.role) {
    case "system":
    case "developer":
      return [plain(message.role, message, decodeContent(message.content, content), at)];
    case "user":
      return userEntries(message, at, reading);
    case "assistant":
      return assistantEntries(message, at, reading);
    case "tool":
    case "function":
      return [result(textIn(message, "tool_call_id"), message, decodeContent(message.content, content), at, reading)];
    default:
      throw new ShapeError(pathOf(at, "role"), "system, developer, user, assistant or tool", message.role);
  }
}

function plain(role: Role, message: JsonObject, content: Content, at: string): Entry {
  const name = textIn(message, "name");
  const config = objectIn(message, "output_config");
  const effort = config && textIn(config, "effort");
  const phase = textIn(message, "phase");
  const entry: Draft<MessageEntry> = { kind: "message", role, content: marked(content, message, at) };
  if (name) entry.name = name;
  if (effort) entry.effort = effort;
  if (phase) entry.phase = phase;
  return entry;
}

/** A cache mark on the message itself belongs to its last part. */
function marked(content: Content, message: JsonObject, at: string): Content {
  if (message.cache_control === undefined) return content;
  const parts: readonly Part[] = typeof content === "string" ? [{ kind: "text", text: content }] : content;
  const last = parts.at(-1);
  if (last?.kind === "text" || last?.kind === "media") withMark(last, message, at);
  return isObject(message.cache_control) ? parts : content;
}

function userEntries(message: JsonObject, at: string, reading: MessageContext): readonly Entry[] {
  const path = pathOf(at, "content");
  if (!isList(message.content)) return [plain("user", message, decodeContent(message.content, path), at)];
  const entries: Entry[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) entries.push(plain("user", message, parts, at));
    parts = [];
  };
  message.content.forEach((json, index) => {
    const place = pathOf(path, index);
    const part = isObject(json) ? json : undefined;
    if (part?.type !== "tool_result") return void parts.push(decodePart(json, place));
    flush();
    const inner = decodeContent(part.content, pathOf(place, "content"));
    const block = result(textIn(part, "tool_use_id"), part, inner, place, reading);
    entries.push(withUnread(placed(block, place), part, RESULT_KEYS));
  });
  flush();
  return entries.length > 0 ? entries : [plain("user", message, [], at)];
}

const RESULT_KEYS: ReadonlySet<string> = namesIn("type tool_use_id content name tool_name is_error cache_control");

function result(callId: string, wire: JsonObject, content: Content, at: string, reading: MessageContext): ResultEntry {
  const name = textIn(wire, "name") || textIn(wire, "tool_name");
  const via = reading.vias.get(callId) ?? (name ? reading.find(name).via : "function");
  const entry: Draft<ResultEntry> = { kind: "result", callId, via, content };
  if (name) entry.name = name;
  if (wire.is_error === true) entry.isError = true;
  return withMark(entry, wire, at);
}

function assistantEntries(message: JsonObject, at: string, reading: MessageContext): readonly Entry[] {
  const entries: Entry[] = [...reasoningOf(message, at)];
  const { content } = message;
  if (isList(content)) assistantParts(message, content, at, reading, entries);
  else {
    const text = decodeContent(content, pathOf(at, "content"));
    const stripped = typeof text === "string" ? stripThink(text) : text;
    if (stripped.length > 0) entries.push(plain("assistant", message, stripped, at));
  }
  const refusal = textIn(message, "refusal");
  if (refusal) entries.push(plain("assistant", message, [{ kind: "refusal", text: refusal }], at));
  sign(entries, message, at);
  calls(message, at, reading, entries);
  return entries;
}

function assistantParts(
  message: JsonObject,
  content: readonly Json[],
  at: string,
  reading: MessageContext,
  entries: Entry[],
): void {
  let parts: Part[] = [];
  /** Nothing but thinking came so far. */
  let leading = true;
  const flush = (): void => {
    if (parts.length > 0) entries.push(plain("assistant", message, parts, at));
    parts = [];
  };
  content.forEach((json, index) => {
    const path = pathOf(pathOf(at, "content"), index);
    const own = isObject(json) ? blockEntries(json, path, reading) : undefined;
    if (own) {
      flush();
      for (const entry of own) entries.push(placed(entry, path));
      leading &&= own.every((entry) => entry.kind === "reasoning");
      return;
    }
    const part = decodePart(json, path);
    if (leading && part.kind === "text") (part as Draft<TextPart>).text = stripThink(part.text);
    if (part.kind === "text" && part.text === "") return;
    parts.push(part);
    leading = false;
  });
  flush();
}

/** Blocks that are entries of their own; undefined: an ordinary part. */
function blockEntries(block: JsonObject, at: string, reading: MessageContext): readonly Entry[] | undefined {
  const type = textIn(block, "type");
  if (isText(type) || type === "") return undefined;
  if (type === "thinking" || type === "redacted_thinking") return thinking(block, at);
  if (type === "tool_use") {
    const found = call(textIn(block, "id"), nameIn(block, at), argumentsOf(block.input), reading, at, block);
    return [withUnread(found, block, TOOL_USE_KEYS)];
  }
  if (type === "server_tool_use" || type === "mcp_tool_use" || type === "compaction" || type.endsWith("_tool_result"))
    return [{ kind: "opaque", dialect: "anthropic-messages", raw: block }];
  return undefined;
}

const TOOL_USE_KEYS: ReadonlySet<string> = namesIn("type id name input cache_control");

function calls(message: JsonObject, at: string, reading: MessageContext, entries: Entry[]): void {
  const legacy = objectIn(message, "function_call");
  if (legacy) {
    const path = pathOf(at, "function_call");
    entries.push(call("", nameIn(legacy, path), argumentsOf(legacy.arguments), reading, path));
  }
  const wire = message.tool_calls;
  if (wire === undefined || wire === null) return;
  const path = pathOf(at, "tool_calls");
  if (!isList(wire)) throw new ShapeError(path, "a list", wire);
  wire.forEach((json, index) => entries.push(toolCall(json, pathOf(path, index), reading)));
}

const CALL_KEYS: ReadonlySet<string> = namesIn(
  "id call_id type index function custom name arguments extra_content cache_control",
);

function toolCall(json: Json, at: string, reading: MessageContext): CallEntry {
  const wire = objectAt(json, at);
  const custom = objectIn(wire, "custom");
  if (custom) {
    reading.vias.set(textIn(wire, "id"), "custom");
    const tool: ToolRef = { ...reading.find(nameIn(custom, at)), via: "custom" };
    const input = { text: argumentsOf(custom.input) };
    return withUnread({ kind: "call", callId: textIn(wire, "id"), tool, input, at }, wire, CALL_KEYS);
  }
  // Flat calls ({id, name, arguments}) come from Responses-shaped histories.
  const body = objectIn(wire, "function") ?? wire;
  const id = textIn(wire, "id") || textIn(wire, "call_id");
  const entry = call(id, nameIn(body, at), argumentsOf(body.arguments), reading, at, wire);
  const extra = objectIn(wire, "extra_content");
  if (extra) entry.seal = { ...sealOf(extra), at: pathOf(at, "extra_content") };
  return withUnread(entry, wire, CALL_KEYS);
}

function call(
  callId: string,
  name: string,
  json: string,
  reading: MessageContext,
  at: string,
  wire: JsonObject = {},
): Draft<CallEntry> {
  const tool = reading.find(name);
  if (callId !== "") reading.vias.set(callId, tool.via);
  // Cursor replays a freeform call as a function whose arguments are the raw text; other clients keep our `{"input": …}`.
  const input: CallInput = tool.via === "custom" ? { text: unwrapCustomInput(json) ?? json } : { json };
  return withMark({ kind: "call", callId, tool, input, at }, wire, at);
}

const argumentsOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);

function nameIn(wire: JsonObject, at: string): string {
  if (typeof wire.name === "string") return wire.name;
  throw new ShapeError(pathOf(at, "name"), "the name of the tool that was called", wire.name);
}

type ItemReader = (item: JsonObject, at: string, reading: MessageContext) => readonly Entry[];

/** Items of the Responses dialect that stand among the messages. */
const ITEMS: Readonly<Record<string, ItemReader | undefined>> = {
  function_call: (item, at, reading) => [
    call(textIn(item, "call_id"), nameIn(item, at), argumentsOf(item.arguments), reading, at),
  ],
  custom_tool_call: (item, at, reading) => {
    reading.vias.set(textIn(item, "call_id"), "custom");
    const tool: ToolRef = { ...reading.find(nameIn(item, at)), via: "custom" };
    return [{ kind: "call", callId: textIn(item, "call_id"), tool, input: { text: argumentsOf(item.input) } }];
  },
  function_call_output: (item, at, reading) => [output(item, at, reading)],
  custom_tool_call_output: (item, at, reading) => [output(item, at, reading)],
  reasoning: (item, at) => {
    const sections = objectsIn(item, "summary").map((one) => textIn(one, "text"));
    const seal = readSeal(textIn(item, "encrypted_content"), "openai-responses", pathOf(at, "encrypted_content"));
    return sections.length > 0 || seal ? [{ kind: "reasoning", sections, ...(seal ? { seal } : {}) }] : [];
  },
};

const output = (item: JsonObject, at: string, reading: MessageContext): Entry =>
  result(textIn(item, "call_id"), {}, decodeContent(item.output, pathOf(at, "output")), at, reading);
