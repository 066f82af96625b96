/** Entries as items of `input`. Expects repaired entries: each call answered, each result behind its call. */
import { unwrapCustomInput, wrapCustomInput } from "../../ir/lower.ts";
import type { CallEntry, Entry, MediaPart, MessageEntry, ReasoningEntry } from "../../ir/request.ts";
import { canRead } from "../../ir/seal.ts";
import type { JsonObject } from "../../wire/json.ts";
import { encodeParts, textPart } from "./parts-encode.ts";
import { encodeResult, type HeldImages } from "./results-encode.ts";
import { encodeTools } from "./tools-encode.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { type Builtin, builtinFields } from "./wire.ts";
import { builtinOf, callId, hint, ids, loseMark, meaning, wireTool, type Writing } from "./writing.ts";

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
    items.push(...encodeEntry(entry, images, w));
  }
  release();
  return items;
}

function encodeEntry(entry: Entry, images: HeldImages, w: Writing): readonly JsonObject[] {
  switch (entry.kind) {
    case "instructions":
      return [];
    case "message":
      return [encodeMessage(entry, w)];
    case "reasoning":
      return encodeReasoning(entry, w);
    case "call":
      return [encodeCall(entry, w)];
    case "result":
      return [encodeResult(entry, images, w)];
    case "tools": {
      const tools = encodeTools(entry.tools, w);
      return [{ type: "additional_tools", ...ids(entry, w), role: entry.role, tools }];
    }
    case "opaque":
      if (entry.dialect === OPENAI_RESPONSES) return [entry.raw as JsonObject];
      meaning(w, w.said.place(entry), "foreign-item", "dropped", "an item that only its own dialect understands");
      return [];
  }
}

function encodeMessage(entry: MessageEntry, w: Writing): JsonObject {
  const at = w.said.place(entry);
  if (entry.effort !== undefined)
    hint(w, `${at}.output_config.effort`, "turn-effort", "dropped", "an effort for one turn only");
  if (entry.name !== undefined)
    hint(w, `${at}.name`, "participant-name", "dropped", "the Responses API knows no names of participants");
  if (entry.seal) hint(w, entry.seal.at ?? at, "seal", "dropped", "the Responses API seals reasoning, not texts");
  return {
    ...(entry.bare !== true && { type: "message" }),
    ...ids(entry, w),
    role: entry.role,
    content: encodeMessageContent(entry, w),
    ...(entry.phase !== undefined && { phase: entry.phase }),
  };
}

function encodeMessageContent(entry: MessageEntry, w: Writing): string | readonly JsonObject[] {
  if (typeof entry.content !== "string") return encodeParts(entry.content, entry.role, w);
  return w.own ? entry.content : [textPart(entry.content, entry.role, w)];
}

/** Without a store the API knows only reasoning that comes back sealed: it refuses items it cannot open. */
function encodeReasoning(entry: ReasoningEntry, w: Writing): readonly JsonObject[] {
  const reader = { dialect: OPENAI_RESPONSES, issuer: w.to.issuer, family: w.to.family };
  const seal = entry.seal && canRead(reader, entry.seal) ? entry.seal : undefined;
  const stored = w.own && entry.seal === undefined && entry.id !== undefined && w.request.state.store !== false;
  if (!seal && !stored) {
    const why = entry.seal ? "sealed by another vendor or for another model" : "without a seal";
    const at = entry.seal?.at ?? w.said.place(entry);
    hint(w, at, "reasoning-replay", "dropped", `reasoning of an earlier turn, ${why}`);
    return [];
  }
  return [
    {
      type: "reasoning",
      ...ids(entry, w),
      summary: entry.sections.map((text) => ({ type: "summary_text", text })),
      ...(w.own &&
        entry.raw !== undefined && {
          content: entry.raw === null ? null : entry.raw.map((text) => ({ type: "reasoning_text", text })),
        }),
      ...(seal && { encrypted_content: seal.value }),
    },
  ];
}

function encodeCall(entry: CallEntry, w: Writing): JsonObject {
  const at = w.said.place(entry);
  loseMark(entry.mark, w);
  if (entry.caller !== undefined && !w.own)
    hint(w, `${at}.caller`, "call-caller", "dropped", "who made a programmatic call");
  if (entry.seal) hint(w, entry.seal.at ?? at, "seal", "dropped", "the Responses API seals reasoning, not calls");
  const builtin = builtinOf(entry.tool, w);
  if (builtin) return builtinItem(builtin, entry, w);
  const lowered = entry.tool.via === "custom" && !w.to.traits.customTools;
  const frame = { ...ids(entry, w), call_id: callId(entry.callId, w), ...wireTool(entry.tool, w) };
  const caller = w.own && entry.caller !== undefined ? { caller: entry.caller } : {};
  return entry.tool.via === "custom" && !lowered
    ? { type: "custom_tool_call", ...frame, input: freeText(entry), ...caller }
    : { type: "function_call", ...frame, arguments: argumentsText(entry), ...caller };
}

const freeText = ({ input }: CallEntry): string =>
  "text" in input ? input.text : (unwrapCustomInput(input.json) ?? input.json);

const argumentsText = ({ input }: CallEntry): string =>
  "text" in input ? wrapCustomInput(input.text) : input.json.trim() === "" ? "{}" : input.json;

function builtinItem(builtin: Builtin, entry: CallEntry, w: Writing): JsonObject {
  const fields = builtinFields(builtin, "json" in entry.input ? entry.input.json : entry.input.text);
  if (builtin.name === "mcp_approval") return { type: builtin.call, id: entry.callId, ...fields };
  return { type: builtin.call, ...ids(entry, w), call_id: callId(entry.callId, w), ...fields };
}
