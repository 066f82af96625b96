/** One answer of the model becomes one message: its thinking, its text, its calls. */
import { safeId } from "../../ir/ids.ts";
import { wrapCustomInput } from "../../ir/lower.ts";
import type { CallEntry, Content, MessageEntry, ReasoningEntry } from "../../ir/request.ts";
import { canRead } from "../../ir/seal.ts";
import { type AssistantEntry, textOfContent } from "../../ir/turns.ts";
import { isObject, type JsonObject, parseJson } from "../../wire/json.ts";
import { encodeContent } from "./part-encode.ts";
import { CHAT } from "./wire.ts";
import { hint, loseMark, meaning, type Writing } from "./writing.ts";

/**
 * Vendors want results directly behind the message that holds the calls, so one answer is one message. Text behind a
 * call joins the text before it: never lost, but told to come first.
 */
export function assistantTurn(entries: readonly AssistantEntry[], at: string, writing: Writing): readonly JsonObject[] {
  const calls = entries.filter((entry): entry is CallEntry => entry.kind === "call");
  const reasoning = replayed(entries, calls.length > 0, at, writing);
  const { text, refusal } = wordsOf(entries, at, writing);
  for (const entry of entries)
    if (entry.kind === "opaque")
      meaning(writing, "dropped", at, "opaque-item", `an item that only ${entry.dialect} can read`);
  if (text === "" && refusal === "" && calls.length === 0) {
    if (entries.some((entry) => entry.kind === "reasoning"))
      hint(writing, "dropped", at, "empty-turn", "a turn of thinking alone, which vendors refuse");
    return [];
  }
  return [
    {
      role: "assistant",
      content: text === "" ? null : text,
      ...(refusal === "" ? {} : { refusal }),
      ...reasoning,
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => encodeCall(call, at, writing)) } : {}),
    },
  ];
}

/** Vendors accept only some ids; call and result agree, for the same id is always the same hash. */
export const callId = (id: string, { traits }: Writing): string =>
  safeId(id, { lengthMax: traits.callIdLengthMax, allowed: traits.callIdPattern });

/** Parts of one message are one text; messages of one turn are paragraphs. */
function wordsOf(entries: readonly AssistantEntry[], at: string, writing: Writing): { text: string; refusal: string } {
  const texts: string[] = [];
  let refusal = "";
  let afterCall = false;
  for (const entry of entries) {
    afterCall ||= entry.kind === "call";
    if (entry.kind !== "message") continue;
    const split = splitRefusal(entry, writing);
    refusal += split.refusal;
    const text = assistantText(split.content, at, writing);
    if (text === "") continue;
    texts.push(text);
    if (afterCall) hint(writing, "approximated", at, "text-after-call", "text behind a call joins the text before it");
  }
  return { text: texts.join("\n\n"), refusal };
}

/** A refusal keeps its field where the vendor is OpenAI-like; elsewhere it is text. */
function splitRefusal(entry: MessageEntry, writing: Writing): { content: Content; refusal: string } {
  if (typeof entry.content === "string" || !(writing.own || writing.traits.developerRole))
    return { content: entry.content, refusal: "" };
  const refusal = entry.content.flatMap((part) => (part.kind === "refusal" ? [part.text] : [])).join("");
  return { content: entry.content.filter((part) => part.kind !== "refusal"), refusal };
}

function assistantText(content: Content, at: string, writing: Writing): string {
  const encoded = encodeContent(content, at, writing, "");
  if (typeof encoded === "string") return encoded;
  meaning(writing, "dropped", at, "assistant-media", "media in an answer of the model cannot be sent back over Chat");
  return textOfContent(content);
}

/** Thinking of an earlier turn, where the vendor takes it. */
function replayed(entries: readonly AssistantEntry[], calls: boolean, at: string, writing: Writing): JsonObject {
  const thoughts = entries.filter((entry): entry is ReasoningEntry => entry.kind === "reasoning");
  const { reasoningReplay, reasoningRequired } = writing.traits;
  const text = thoughts
    .map(thoughtText)
    .filter((thought) => thought !== "")
    .join("\n\n");
  if (thoughts.some((thought) => thought.seal))
    hint(writing, "dropped", at, "reasoning-seal", "Chat has no field for a signature or encrypted reasoning");
  if (reasoningReplay === "none") {
    if (text !== "") hint(writing, "dropped", at, "reasoning-replay", "this vendor takes no thinking of earlier turns");
    return {};
  }
  if (text !== "") return { [reasoningReplay]: text };
  if (reasoningRequired && calls) writing.thoughtless.turns++;
  return {};
}

const thoughtText = (thought: ReasoningEntry): string =>
  (thought.sections.length > 0 ? thought.sections : (thought.raw ?? [])).join("\n\n");

function encodeCall(call: CallEntry, at: string, writing: Writing): JsonObject {
  const { input, tool } = call;
  const id = callId(call.callId, writing);
  const name = writing.names.wireName(tool);
  if (call.mark) loseMark(at, writing);
  if (call.caller !== undefined) hint(writing, "dropped", at, "call-caller", "Chat cannot say who made a call");
  if (tool.via === "custom" && "text" in input && writing.traits.customTools)
    return { id, type: "custom", custom: { name, input: input.text } };
  return { id, type: "function", function: { name, arguments: argumentsOf(call) }, ...extraOf(call, at, writing) };
}

/** Vendors parse the arguments: nothing is no JSON. What a client wrote, valid or not, stays as written. */
function argumentsOf({ input, tool }: CallEntry): string {
  if ("json" in input) return input.json.trim() === "" ? "{}" : input.json;
  return tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
}

/** Gemini's thought signature: to its issuer only. */
function extraOf(call: CallEntry, at: string, writing: Writing): JsonObject {
  if (!call.seal) return {};
  const extra = call.seal.dialect === CHAT && canRead(writing.reader, call.seal) ? jsonOf(call.seal.value) : undefined;
  if (extra) return { extra_content: extra };
  hint(writing, "dropped", at, "reasoning-seal", "the signature of a call is of another vendor");
  return {};
}

function jsonOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
