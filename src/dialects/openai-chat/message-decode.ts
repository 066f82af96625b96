/** Messages become entries, in their own order: a user message may hold results, an assistant one thinking, text and calls. */
import { unwrapCustomInput } from "../../ir/lower.ts";
import type { LossList } from "../../ir/loss.ts";
import type { CallInput, Content, Entry, Part, Role, ToolRef } from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { stripThink } from "../../ir/think.ts";
import { lookup, isList, isObject, type Json, type JsonObject, objectAt, pathOf, ShapeError } from "../../wire/json.ts";
import { decodeContent, decodePart, isText, loseUnread, markOf } from "./part-decode.ts";
import type { FindTool } from "./tool-decode.ts";
import { CHAT, objectIn, objectsIn, textIn } from "./wire.ts";

/** What reading one message needs of the others. */
export interface Reading {
  readonly find: FindTool;
  readonly losses: LossList;
  /** How each call id was called, for the results that follow. */
  readonly vias: Map<string, ToolRef["via"]>;
}

export function decodeMessages(messages: readonly Json[], reading: Reading): readonly Entry[] {
  return messages.flatMap((json, index) => {
    const at = pathOf("messages", index);
    const message = objectAt(json, at);
    const item = message.role === undefined ? lookup(ITEMS, textIn(message, "type")) : undefined;
    if (item) return item(message, at, reading);
    loseUnread(message, READ, at, reading.losses);
    return decodeMessage(message, at, reading);
  });
}

const READ: ReadonlySet<string> = new Set(
  // index, status and type are left-overs of answers that clients replay; tool_name is Ollama's word for name.
  "role content name tool_calls tool_call_id function_call refusal reasoning_content reasoning reasoning_details thinking_blocks id type status index tool_name is_error cache_control output_config phase".split(
    " ",
  ),
);

function decodeMessage(message: JsonObject, at: string, reading: Reading): readonly Entry[] {
  const content = pathOf(at, "content");
  switch (message.role) {
    case "system":
    case "developer":
      return [plain(message.role, message, decodeContent(message.content, content))];
    case "user":
      return userEntries(message, content, reading);
    case "assistant":
      return assistantEntries(message, at, reading);
    case "tool":
    case "function":
      return [result(textIn(message, "tool_call_id"), message, decodeContent(message.content, content), reading)];
    default:
      throw new ShapeError(pathOf(at, "role"), "system, developer, user, assistant or tool", message.role);
  }
}

function plain(role: Role, message: JsonObject, content: Content): Entry {
  const name = textIn(message, "name");
  const effort = textIn(objectIn(message, "output_config") ?? {}, "effort");
  return {
    kind: "message",
    role,
    content: marked(content, message),
    ...(name ? { name } : {}),
    ...(effort ? { effort } : {}),
  };
}

/** A cache mark on the message itself belongs to its last part. */
function marked(content: Content, message: JsonObject): Content {
  const { mark } = markOf(message);
  if (!mark) return content;
  const parts: readonly Part[] = typeof content === "string" ? [{ kind: "text", text: content }] : content;
  return parts.map((part, index) =>
    index === parts.length - 1 && (part.kind === "text" || part.kind === "media") ? { ...part, mark } : part,
  );
}

function userEntries(message: JsonObject, at: string, reading: Reading): readonly Entry[] {
  if (!isList(message.content)) return [plain("user", message, decodeContent(message.content, at))];
  const entries: Entry[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) entries.push(plain("user", message, parts));
    parts = [];
  };
  message.content.forEach((json, index) => {
    const part = isObject(json) ? json : undefined;
    if (part?.type !== "tool_result") return void parts.push(decodePart(json, pathOf(at, index)));
    flush();
    const inner = decodeContent(part.content, pathOf(pathOf(at, index), "content"));
    entries.push(result(textIn(part, "tool_use_id"), part, inner, reading));
  });
  flush();
  return entries.length > 0 ? entries : [plain("user", message, [])];
}

function result(callId: string, wire: JsonObject, content: Content, reading: Reading): Entry {
  const name = textIn(wire, "name") || textIn(wire, "tool_name");
  const via = reading.vias.get(callId) ?? (name ? reading.find(name).via : "function");
  return {
    kind: "result",
    callId,
    via,
    content,
    ...(name ? { name } : {}),
    ...(wire.is_error === true ? { isError: true } : {}),
    ...markOf(wire),
  };
}

function assistantEntries(message: JsonObject, at: string, reading: Reading): readonly Entry[] {
  const entries: Entry[] = [...reasoningOf(message)];
  const { content } = message;
  if (isList(content)) entries.push(...assistantParts(message, content, pathOf(at, "content"), reading));
  else {
    const text = decodeContent(content, pathOf(at, "content"));
    const stripped = typeof text === "string" ? stripThink(text) : text;
    if (stripped.length > 0) entries.push(plain("assistant", message, stripped));
  }
  const refusal = textIn(message, "refusal");
  if (refusal) entries.push(plain("assistant", message, [{ kind: "refusal", text: refusal }]));
  entries.push(...calls(message, at, reading));
  return entries;
}

/** Every vendor's word for the thinking of an earlier turn; the first one found counts, for they repeat each other. */
function reasoningOf(message: JsonObject): readonly Entry[] {
  const blocks = objectsIn(message, "thinking_blocks").flatMap((block) => thinking(block));
  if (blocks.length > 0) return blocks;
  const details = objectsIn(message, "reasoning_details");
  const told = details.map((one) => textIn(one, "text") || textIn(one, "summary")).join("");
  const text = textIn(message, "reasoning_content") || textIn(message, "reasoning") || told;
  return text ? [{ kind: "reasoning", sections: [text] }] : [];
}

/** Anthropic's thinking blocks, which Cursor's bodies and LiteLLM's clients hold; Mistral's has a list inside. */
function thinking(block: JsonObject): readonly Entry[] {
  if (block.type === "redacted_thinking") {
    const seal = readSeal(textIn(block, "data"), "anthropic");
    return seal ? [{ kind: "reasoning", sections: [], seal, redacted: true }] : [];
  }
  if (block.type !== "thinking") return [];
  const text = isList(block.thinking)
    ? objectsIn(block, "thinking")
        .map((one) => textIn(one, "text"))
        .join("")
    : textIn(block, "thinking");
  const seal = readSeal(textIn(block, "signature"), "anthropic");
  return text || seal ? [{ kind: "reasoning", sections: text ? [text] : [], ...(seal ? { seal } : {}) }] : [];
}

function assistantParts(message: JsonObject, content: readonly Json[], at: string, reading: Reading): readonly Entry[] {
  const entries: Entry[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) entries.push(plain("assistant", message, parts));
    parts = [];
  };
  content.forEach((json, index) => {
    const path = pathOf(at, index);
    const own = isObject(json) ? blockEntries(json, path, reading) : undefined;
    if (own) {
      flush();
      entries.push(...own);
      return;
    }
    const part = decodePart(json, path);
    const leading = entries.every((entry) => entry.kind === "reasoning") && parts.length === 0;
    const read = leading && part.kind === "text" ? { ...part, text: stripThink(part.text) } : part;
    if (read.kind !== "text" || read.text !== "") parts.push(read);
  });
  flush();
  return entries;
}

/** Blocks that are entries of their own; undefined: an ordinary part. */
function blockEntries(block: JsonObject, at: string, reading: Reading): readonly Entry[] | undefined {
  const type = textIn(block, "type");
  if (isText(type) || type === "") return undefined;
  if (type === "thinking" || type === "redacted_thinking") return thinking(block);
  if (type === "tool_use")
    return [call(textIn(block, "id"), nameIn(block, at), argumentsOf(block.input), reading, block)];
  if (type === "server_tool_use" || type === "mcp_tool_use" || type === "compaction" || type.endsWith("_tool_result"))
    return [{ kind: "opaque", dialect: "anthropic", raw: block }];
  return undefined;
}

function calls(message: JsonObject, at: string, reading: Reading): readonly Entry[] {
  const legacy = objectIn(message, "function_call");
  const entries = legacy
    ? [call("", nameIn(legacy, pathOf(at, "function_call")), argumentsOf(legacy.arguments), reading, {})]
    : [];
  const wire = message.tool_calls;
  if (wire === undefined || wire === null) return entries;
  if (!isList(wire)) throw new ShapeError(pathOf(at, "tool_calls"), "a list", wire);
  return [...entries, ...wire.map((json, index) => toolCall(json, pathOf(pathOf(at, "tool_calls"), index), reading))];
}

function toolCall(json: Json, at: string, reading: Reading): Entry {
  const wire = objectAt(json, at);
  const custom = objectIn(wire, "custom");
  if (custom) {
    reading.vias.set(textIn(wire, "id"), "custom");
    const tool: ToolRef = { ...reading.find(nameIn(custom, at)), via: "custom" };
    return { kind: "call", callId: textIn(wire, "id"), tool, input: { text: argumentsOf(custom.input) } };
  }
  // Flat calls ({id, name, arguments}) come from Responses-shaped histories.
  const body = objectIn(wire, "function") ?? wire;
  const extra = objectIn(wire, "extra_content");
  const entry = call(
    textIn(wire, "id") || textIn(wire, "call_id"),
    nameIn(body, at),
    argumentsOf(body.arguments),
    reading,
    wire,
  );
  return extra && entry.kind === "call"
    ? { ...entry, seal: { dialect: CHAT, issuer: "", family: "", value: JSON.stringify(extra) } }
    : entry;
}

function call(callId: string, name: string, json: string, reading: Reading, wire: JsonObject): Entry {
  const tool = reading.find(name);
  if (callId !== "") reading.vias.set(callId, tool.via);
  // Cursor replays a freeform call as a function whose arguments are the raw text; other clients keep our `{"input": …}`.
  const input: CallInput = tool.via === "custom" ? { text: unwrapCustomInput(json) ?? json } : { json };
  return { kind: "call", callId, tool, input, ...markOf(wire) };
}

const argumentsOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);

function nameIn(wire: JsonObject, at: string): string {
  if (typeof wire.name === "string") return wire.name;
  throw new ShapeError(pathOf(at, "name"), "the name of the tool that was called", wire.name);
}

type ItemReader = (item: JsonObject, at: string, reading: Reading) => readonly Entry[];

/** Items of the Responses dialect that stand among the messages. */
const ITEMS: Readonly<Record<string, ItemReader | undefined>> = {
  function_call: (item, at, reading) => [
    call(textIn(item, "call_id"), nameIn(item, at), argumentsOf(item.arguments), reading, {}),
  ],
  custom_tool_call: (item, at, reading) => {
    reading.vias.set(textIn(item, "call_id"), "custom");
    const tool: ToolRef = { ...reading.find(nameIn(item, at)), via: "custom" };
    return [{ kind: "call", callId: textIn(item, "call_id"), tool, input: { text: argumentsOf(item.input) } }];
  },
  function_call_output: (item, at, reading) => [output(item, at, reading)],
  custom_tool_call_output: (item, at, reading) => [output(item, at, reading)],
  reasoning: (item) => {
    const sections = objectsIn(item, "summary").map((one) => textIn(one, "text"));
    const seal = readSeal(textIn(item, "encrypted_content"), "openai-responses");
    return sections.length > 0 || seal ? [{ kind: "reasoning", sections, ...(seal ? { seal } : {}) }] : [];
  },
};

const output = (item: JsonObject, at: string, reading: Reading): Entry =>
  result(textIn(item, "call_id"), {}, decodeContent(item.output, pathOf(at, "output")), reading);
