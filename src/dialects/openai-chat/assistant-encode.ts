/** One answer of the model becomes one message: its thinking, its text, its calls. */
import { safeId } from "../../ir/ids.ts";
import { wrapCustomInput } from "../../ir/lower.ts";
import type { CacheMark, CallEntry, Content, MessageEntry, ReasoningEntry } from "../../ir/request.ts";
import { type AssistantEntry, textOfContent } from "../../ir/turns.ts";
import { loseUnread } from "../../ir/unread.ts";
import type { JsonObject } from "../../wire/json.ts";
import { besides } from "./beside-encode.ts";
import { encodeContent, withMark } from "./parts-encode.ts";
import { thoughtField } from "./seals.ts";
import { sealsOf, type TurnSeals } from "./seals-encode.ts";
import { hint, loseMark, meaning, unread, type Writing } from "./writing.ts";

/**
 * Vendors want results directly behind the message that holds the calls, so one answer is one message. Text behind a
 * call joins the text before it: never lost, but told to come first.
 */
export function assistantTurn(entries: readonly AssistantEntry[], writing: Writing): readonly JsonObject[] {
  const calls = entries.filter((entry): entry is CallEntry => entry.kind === "call");
  const seals = sealsOf(entries, writing);
  const reasoning = replayed(entries, seals, writing);
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
      content: text === "" ? null : withMark(text, markOf(entries, writing), writing),
      ...(refusal === "" ? {} : { refusal }),
      ...beside,
      ...reasoning,
      ...(seals.extra ? { extra_content: seals.extra } : {}),
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => encodeCall(call, seals, writing)) } : {}),
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

/** The texts of a turn are one, and bear the last of their marks. */
function markOf(entries: readonly AssistantEntry[], writing: Writing): CacheMark | undefined {
  // Elsewhere the loss is told where the parts are written.
  if (!writing.traits.cacheMarks) return undefined;
  const marks = entries.flatMap((entry) =>
    entry.kind !== "message" || typeof entry.content === "string"
      ? []
      : entry.content.flatMap((part) => (part.kind === "text" && part.text !== "" && part.mark ? [part.mark] : [])),
  );
  for (const mark of marks.slice(0, -1)) loseMark(mark, writing);
  return marks.at(-1);
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

/** Thinking of an earlier turn, where the vendor takes it: as it was sealed, else in plain words. */
function replayed(entries: readonly AssistantEntry[], seals: TurnSeals, writing: Writing): JsonObject {
  const { reasoningReplay, reasoningRequired } = writing.traits;
  const thoughts = entries.filter((entry): entry is ReasoningEntry => entry.kind === "reasoning");
  for (const thought of thoughts) loseUnread(writing.losses, writing.said.place(thought), thought.hints);
  const details = seals.details.length > 0 ? { reasoning_details: seals.details } : {};
  const plain = thoughts.filter((thought) => !seals.sent.has(thought) && thoughtText(thought) !== "");
  if (reasoningReplay === "none" || seals.sent.size > 0) {
    const note = `this vendor takes no thinking of earlier turns${reasoningReplay === "none" ? "" : " beside what it sealed"}`;
    for (const thought of plain) hint(writing, "dropped", writing.said.place(thought), "reasoning-replay", note);
    return details;
  }
  if (plain.length > 0) return { [thoughtField(writing.traits)]: plain.map(thoughtText).join("\n\n"), ...details };
  if (reasoningRequired && entries.some((entry) => entry.kind === "call")) writing.thoughtless.turns++;
  return details;
}

const thoughtText = (thought: ReasoningEntry): string =>
  (thought.sections.length > 0 ? thought.sections : (thought.raw ?? [])).join("\n\n");

function encodeCall(call: CallEntry, { extras }: TurnSeals, writing: Writing): JsonObject {
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
  const extra = extras.get(call);
  return { id, type: "function", function: called, ...(extra && { extra_content: extra }), ...beside };
}

/** Vendors parse the arguments: nothing is no JSON. What a client wrote, valid or not, stays as written. */
function argumentsOf({ input, tool }: CallEntry): string {
  if ("json" in input) return input.json.trim() === "" ? "{}" : input.json;
  return tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
}
