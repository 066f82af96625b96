/** One answer of the model becomes one message: its thinking, its text, its calls. */
import { safeId } from "../../ir/ids.ts";
import { wrapCustomInput } from "../../ir/lower.ts";
import type { CallEntry, Content, MessageEntry, ReasoningEntry } from "../../ir/request.ts";
import { canRead } from "../../ir/seal.ts";
import { type AssistantEntry, textOfContent } from "../../ir/turns.ts";
import { loseUnread } from "../../ir/unread.ts";
import { isObject, type JsonObject, parseJson } from "../../wire/json.ts";
import { besides } from "./beside-encode.ts";
import { encodeContent } from "./part-encode.ts";
import { CHAT } from "./wire.ts";
import { hint, loseMark, meaning, unread, type Writing } from "./writing.ts";

/**
 * Vendors want results directly behind the message that holds the calls, so one answer is one message. Text behind a
 * call joins the text before it: never lost, but told to come first.
 */
export function assistantTurn(entries: readonly AssistantEntry[], writing: Writing): readonly JsonObject[] {
  const calls = entries.filter((entry): entry is CallEntry => entry.kind === "call");
  const reasoning = replayed(entries, calls.length > 0, writing);
  const { text, refusal, beside } = wordsOf(entries, writing);
  loseOpaque(entries, writing);
  if (text === "" && refusal === "" && calls.length === 0) {
    const [left] = entries.filter((entry) => entry.kind === "reasoning" || entry.kind === "message");
    if (left) {
      const note = `a turn ${left.kind === "reasoning" ? "of thinking alone" : "without a word"}, which vendors refuse`;
      hint(writing, "dropped", writing.said.place(left), "empty-turn", note);
    }
    return [];
  }
  return [
    {
      role: "assistant",
      content: text === "" ? null : text,
      ...(refusal === "" ? {} : { refusal }),
      ...beside,
      ...reasoning,
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => encodeCall(call, writing)) } : {}),
    },
  ];
}

function loseOpaque(entries: readonly AssistantEntry[], writing: Writing): void {
  for (const entry of entries)
    if (entry.kind === "opaque") {
      const note = `an item that only ${entry.dialect} can read`;
      meaning(writing, "dropped", writing.said.place(entry), "foreign-item", note);
    }
}

/** Vendors accept only some ids; call and result agree, for the same id is always the same hash. */
export const callId = (id: string, { traits }: Writing): string =>
  safeId(id, { lengthMax: traits.callIdLengthMax, allowed: traits.callIdPattern });

interface Words {
  readonly text: string;
  readonly refusal: string;
  readonly beside: JsonObject;
}

/** Parts of one message are one text; messages of one turn are paragraphs. */
function wordsOf(entries: readonly AssistantEntry[], writing: Writing): Words {
  const texts: string[] = [];
  let refusal = "";
  const beside: JsonObject[] = [];
  let afterCall = false;
  for (const entry of entries) {
    afterCall ||= entry.kind === "call";
    if (entry.kind !== "message") continue;
    beside.push(besides(entry, writing));
    const split = splitRefusal(entry, writing);
    refusal += split.refusal;
    const text = assistantText(split.content, entry, writing);
    if (text === "") continue;
    texts.push(text);
    if (!afterCall) continue;
    const note = "text behind a call joins the text before it";
    hint(writing, "approximated", writing.said.place(entry), "text-after-call", note);
  }
  // What the first message says counts.
  const fields = Object.fromEntries(beside.reverse().flatMap((one) => Object.entries(one)));
  return { text: texts.join("\n\n"), refusal, beside: fields };
}

/** A refusal keeps its field where the vendor is OpenAI-like; elsewhere it is text. */
function splitRefusal(entry: MessageEntry, writing: Writing): { content: Content; refusal: string } {
  if (typeof entry.content === "string" || !(writing.own || writing.traits.developerRole))
    return { content: entry.content, refusal: "" };
  const refusal = entry.content.flatMap((part) => (part.kind === "refusal" ? [part.text] : [])).join("");
  return { content: entry.content.filter((part) => part.kind !== "refusal"), refusal };
}

function assistantText(content: Content, entry: MessageEntry, writing: Writing): string {
  const encoded = encodeContent(content, writing, "");
  if (typeof encoded === "string") return encoded;
  const parts = encoded as readonly JsonObject[];
  if (parts.some((part) => part.type !== "text")) {
    const note = "media in an answer of the model cannot be sent back over Chat";
    meaning(writing, "dropped", writing.said.place(entry), "assistant-media", note);
  }
  return textOfContent(content);
}

/** Thinking of an earlier turn, where the vendor takes it. */
function replayed(entries: readonly AssistantEntry[], calls: boolean, writing: Writing): JsonObject {
  const thoughts = entries.filter((entry): entry is ReasoningEntry => entry.kind === "reasoning");
  const { reasoningReplay, reasoningRequired } = writing.traits;
  for (const thought of thoughts) loseThought(thought, writing);
  if (reasoningReplay === "none") return {};
  const text = thoughts
    .map(thoughtText)
    .filter((thought) => thought !== "")
    .join("\n\n");
  if (text !== "") return { [reasoningReplay]: text };
  if (reasoningRequired && calls) writing.thoughtless.turns++;
  return {};
}

function loseThought(thought: ReasoningEntry, writing: Writing): void {
  const { seal } = thought;
  const at = writing.said.place(thought);
  if (seal) hint(writing, "dropped", seal.at ?? at, "seal", "Chat has no field for a signature or encrypted reasoning");
  if (writing.traits.reasoningReplay === "none" && thoughtText(thought) !== "")
    hint(writing, "dropped", at, "reasoning-replay", "this vendor takes no thinking of earlier turns");
  loseUnread(writing.losses, at, thought.hints);
}

const thoughtText = (thought: ReasoningEntry): string =>
  (thought.sections.length > 0 ? thought.sections : (thought.raw ?? [])).join("\n\n");

function encodeCall(call: CallEntry, writing: Writing): JsonObject {
  const { input, tool } = call;
  const id = callId(call.callId, writing);
  const name = writing.names.wireName(tool);
  loseMark(call.mark, writing);
  if (call.caller !== undefined)
    hint(writing, "dropped", `${writing.said.place(call)}.caller`, "call-caller", "Chat cannot say who made a call");
  const beside = unread(call, writing);
  if (tool.via === "custom" && "text" in input && writing.traits.customTools)
    return { id, type: "custom", custom: { name, input: input.text }, ...beside };
  const called = { name, arguments: argumentsOf(call) };
  return { id, type: "function", function: called, ...extraOf(call, writing), ...beside };
}

/** Vendors parse the arguments: nothing is no JSON. What a client wrote, valid or not, stays as written. */
function argumentsOf({ input, tool }: CallEntry): string {
  if ("json" in input) return input.json.trim() === "" ? "{}" : input.json;
  return tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
}

/** Gemini's thought signature: to its issuer only. */
function extraOf(call: CallEntry, writing: Writing): JsonObject {
  if (!call.seal) return {};
  const extra = call.seal.dialect === CHAT && canRead(writing.reader, call.seal) ? jsonOf(call.seal.value) : undefined;
  if (extra) return { extra_content: extra };
  const at = call.seal.at ?? writing.said.place(call);
  hint(writing, "dropped", at, "seal", "the signature of a call is of another vendor");
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
