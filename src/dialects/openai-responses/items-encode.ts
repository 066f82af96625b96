/** Entries as items of `input`. Expects repaired entries: each call answered, each result behind its call. */
import { assertNever } from "../../ir/assert-never.ts";
import { unwrapCustomInput, wrapCustomInput } from "../../ir/lower.ts";
import type { CallEntry, Entry, MediaPart, MessageEntry, ReasoningEntry } from "../../ir/request.ts";
import { canRead } from "../../ir/seal.ts";
import type { JsonObject } from "../../wire/json.ts";
import { encodeParts, textPart } from "./parts-encode.ts";
import { encodeResult, type HeldImages } from "./results-encode.ts";
import { encodeTools } from "./tools-encode.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { type Builtin, builtinFields } from "./wire.ts";
import { builtinOf, callId, itemOf, loseMark, wireTool, type Writing } from "./writing.ts";

export function encodeItems(entries: readonly Entry[], w: Writing): readonly JsonObject[] {
  const items: JsonObject[] = [];
  const held: MediaPart[] = [];
  const images: HeldImages = { hold: (part) => void held.push(part) };
  const release = (): void => {
    if (held.length > 0) items.push({ type: "message", role: "user", content: encodeParts(held, "user", w) });
    held.length = 0;
  };
  for (const entry of entries) {
    if (entry.kind !== "result") release();
    const item = encodeEntry(entry, images, w);
    if (item) items.push(item);
  }
  release();
  return items;
}

/** undefined: it has no item here. */
function encodeEntry(entry: Entry, images: HeldImages, w: Writing): JsonObject | undefined {
  switch (entry.kind) {
    case "instructions":
      return undefined;
    case "message":
      return encodeMessage(entry, w);
    case "reasoning":
      return encodeReasoning(entry, w);
    case "call":
      return encodeCall(entry, w);
    case "result":
      return encodeResult(entry, images, w);
    case "tools": {
      const tools = encodeTools(entry.tools, w);
      return { ...itemOf("additional_tools", entry, w), role: entry.role, tools };
    }
    case "opaque":
      if (entry.dialect === OPENAI_RESPONSES) return entry.raw as JsonObject;
      w.losses.meaning(entry, "foreign-item", "dropped", "an item that only its own dialect understands");
      return undefined;
    default:
      return assertNever(entry);
  }
}

function encodeMessage(entry: MessageEntry, w: Writing): JsonObject {
  const at = w.said.place(entry);
  if (entry.effort !== undefined)
    w.losses.hint(`${at}.output_config.effort`, "turn-effort", "dropped", "an effort for one turn only");
  if (entry.name !== undefined)
    w.losses.hint(`${at}.name`, "participant-name", "dropped", "the Responses API knows no names of participants");
  if (entry.seal) w.losses.hint(entry.seal.at ?? at, "seal", "dropped", "the Responses API seals reasoning, not texts");
  const item = itemOf(entry.bare === true ? undefined : "message", entry, w);
  item.role = entry.role;
  item.content = encodeMessageContent(entry, w);
  if (entry.phase !== undefined) item.phase = entry.phase;
  return item;
}

function encodeMessageContent(entry: MessageEntry, w: Writing): string | readonly JsonObject[] {
  if (typeof entry.content !== "string") return encodeParts(entry.content, entry.role, w);
  return w.own ? entry.content : [textPart(entry.content, entry.role, w)];
}

/** Without a store the API knows only reasoning that comes back sealed: it refuses items it cannot open. */
function encodeReasoning(entry: ReasoningEntry, w: Writing): JsonObject | undefined {
  const reader = { dialect: OPENAI_RESPONSES, issuer: w.to.issuer, family: w.to.family };
  const seal = entry.seal && canRead(reader, entry.seal) ? entry.seal : undefined;
  const stored = w.own && entry.seal === undefined && entry.id !== undefined && w.request.state.store !== false;
  if (!seal && !stored) {
    const why = entry.seal ? "sealed by another vendor or for another model" : "without a seal";
    const at = entry.seal?.at ?? w.said.place(entry);
    w.losses.hint(at, "reasoning-replay", "dropped", `reasoning of an earlier turn, ${why}`);
    return undefined;
  }
  const item = itemOf("reasoning", entry, w);
  item.summary = entry.sections.map((text) => ({ type: "summary_text", text }));
  if (w.own && entry.raw !== undefined)
    item.content = entry.raw && entry.raw.map((text) => ({ type: "reasoning_text", text }));
  if (seal) item.encrypted_content = seal.value;
  return item;
}

function encodeCall(entry: CallEntry, w: Writing): JsonObject {
  const at = w.said.place(entry);
  loseMark(entry.mark, w);
  if (entry.caller !== undefined && !w.own)
    w.losses.hint(`${at}.caller`, "call-caller", "dropped", "who made a programmatic call");
  if (entry.seal) w.losses.hint(entry.seal.at ?? at, "seal", "dropped", "the Responses API seals reasoning, not calls");
  const builtin = builtinOf(entry.tool, w);
  if (builtin) return builtinItem(builtin, entry, w);
  const isCustom = entry.tool.via === "custom" && w.to.traits.customTools;
  const item = itemOf(isCustom ? "custom_tool_call" : "function_call", entry, w);
  item.call_id = callId(entry.callId, w);
  Object.assign(item, wireTool(entry.tool, w));
  if (isCustom) item.input = freeText(entry);
  else item.arguments = argumentsText(entry);
  if (w.own && entry.caller !== undefined) item.caller = entry.caller;
  return item;
}

const freeText = ({ input }: CallEntry): string =>
  "text" in input ? input.text : (unwrapCustomInput(input.json) ?? input.json);

const argumentsText = ({ input }: CallEntry): string =>
  "text" in input ? wrapCustomInput(input.text) : input.json.trim() === "" ? "{}" : input.json;

function builtinItem(builtin: Builtin, entry: CallEntry, w: Writing): JsonObject {
  const fields = builtinFields(builtin, "json" in entry.input ? entry.input.json : entry.input.text);
  if (builtin.name === "mcp_approval") return { type: builtin.call, id: entry.callId, ...fields };
  return { ...itemOf(builtin.call, entry, w), call_id: callId(entry.callId, w), ...fields };
}
