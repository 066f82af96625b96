/** One answer of the model becomes one message: its thinking, its text, its calls. */
import { safeId } from "../../ir/ids.ts";
import { wrapCustomInput } from "../../ir/lower.ts";
import type { CacheMark, CallEntry, Content, MessageEntry, ReasoningEntry } from "../../ir/request.ts";
import { type AssistantEntry, textOfContent } from "../../ir/turns.ts";
import { loseUnread, withHints } from "../../ir/unread.ts";
import type { Json, JsonObject } from "../../wire/json.ts";
import { encodeContent, withMark } from "./parts-encode.ts";
import { thoughtField } from "./seals.ts";
import { sealsOf, type TurnSeals } from "./seals-encode.ts";
import { loseMark, type Writing, withBesides } from "./writing.ts";

/**
 * Vendors want results directly behind the message that holds the calls, so one answer is one message. Text behind a
 * call joins the text before it: never lost, but told to come first.
 */
export function assistantTurn(entries: readonly AssistantEntry[], messages: JsonObject[], writing: Writing): void {
  const seals = sealsOf(entries, writing);
  const reasoning = replayed(entries, seals, writing);
  const { text, refusal, beside } = wordsOf(entries, writing);
  loseOpaque(entries, writing);
  const hasCalls = entries.some(isCall);
  if (text === "" && refusal === "" && !hasCalls) return loseTurn(entries, writing);
  const content = text === "" ? null : withMark(text, markOf(entries, writing), writing);
  let message: Record<string, Json | undefined> = { role: "assistant", content };
  if (refusal !== "") message.refusal = refusal;
  if (beside) message = { ...message, ...beside };
  if (reasoning) Object.assign(message, reasoning);
  if (seals.extra) message.extra_content = seals.extra;
  if (hasCalls) message.tool_calls = entries.filter(isCall).map((call) => encodeCall(call, seals, writing));
  messages.push(message);
}

const isCall = (entry: AssistantEntry): entry is CallEntry => entry.kind === "call";

function loseTurn(entries: readonly AssistantEntry[], writing: Writing): void {
  const left = entries.find((entry) => entry.kind === "reasoning" || entry.kind === "message");
  if (!left) return;
  const note = `a turn ${left.kind === "reasoning" ? "of thinking alone" : "without a word"}, which vendors refuse`;
  writing.losses.hint(left, "empty-turn", "dropped", note);
}

function loseOpaque(entries: readonly AssistantEntry[], writing: Writing): void {
  for (const entry of entries)
    if (entry.kind === "opaque")
      writing.losses.meaning(entry, "foreign-item", "dropped", `an item that only ${entry.dialect} can read`);
}

/** Vendors accept only some ids; call and result agree, for the same id is always the same hash. */
export const callId = (id: string, { traits }: Writing): string =>
  safeId(id, { lengthMax: traits.callIdLengthMax, allowed: traits.callIdPattern });

interface Words {
  readonly text: string;
  readonly refusal: string;
  readonly beside: JsonObject | undefined;
}

const NOTHING: JsonObject = {};

/** Parts of one message are one text; messages of one turn are paragraphs. */
function wordsOf(entries: readonly AssistantEntry[], writing: Writing): Words {
  const texts: string[] = [];
  let refusal = "";
  let beside: JsonObject | undefined;
  let afterCall = false;
  for (const entry of entries) {
    afterCall ||= entry.kind === "call";
    if (entry.kind !== "message") continue;
    const fields = withBesides(NOTHING, entry, writing);
    // What the first message says counts.
    if (fields !== NOTHING) beside = { ...fields, ...beside };
    const split = splitRefusal(entry, writing);
    refusal += split.refusal;
    const text = assistantText(split.content, entry, writing);
    if (text === "") continue;
    texts.push(text);
    if (!afterCall) continue;
    writing.losses.hint(entry, "text-after-call", "approximated", "text behind a call joins the text before it");
  }
  return { text: texts.join("\n\n"), refusal, beside };
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
  let refusal = "";
  for (const part of entry.content) if (part.kind === "refusal") refusal += part.text;
  return { content: entry.content.filter((part) => part.kind !== "refusal"), refusal };
}

function assistantText(content: Content, entry: MessageEntry, writing: Writing): string {
  const encoded = encodeContent(content, writing, "");
  if (typeof encoded === "string") return encoded;
  const parts = encoded as readonly JsonObject[];
  if (parts.some((part) => part.type !== "text")) {
    const note = "media in an answer of the model cannot be sent back over Chat";
    writing.losses.meaning(entry, "assistant-media", "dropped", note);
  }
  return textOfContent(content);
}

/** Thinking of an earlier turn, where the vendor takes it: as it was sealed, else in plain words. */
function replayed(entries: readonly AssistantEntry[], seals: TurnSeals, writing: Writing): JsonObject | undefined {
  const { reasoningReplay, reasoningRequired } = writing.traits;
  const plain: ReasoningEntry[] = [];
  for (const entry of entries)
    if (entry.kind === "reasoning") {
      loseUnread(writing.losses, writing.said.place(entry), entry.hints);
      if (!seals.sent.has(entry) && thoughtText(entry) !== "") plain.push(entry);
    }
  const details = seals.details.length > 0 ? { reasoning_details: seals.details } : undefined;
  if (reasoningReplay === "none" || seals.sent.size > 0) {
    const note = `this vendor takes no thinking of earlier turns${reasoningReplay === "none" ? "" : " beside what it sealed"}`;
    for (const thought of plain) writing.losses.hint(thought, "reasoning-replay", "dropped", note);
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
  if (call.caller !== undefined) {
    const note = "Chat cannot say who made a call";
    writing.losses.hint(`${writing.said.place(call)}.caller`, "call-caller", "dropped", note);
  }
  if (tool.via === "custom" && "text" in input && writing.traits.customTools)
    return withHints({ id, type: "custom", custom: { name, input: input.text } }, call, writing);
  const encoded: Record<string, Json> = { id, type: "function", function: { name, arguments: argumentsOf(call) } };
  const extra = extras.get(call);
  if (extra) encoded.extra_content = extra;
  return withHints(encoded, call, writing);
}

/** Vendors parse the arguments: nothing is no JSON. What a client wrote, valid or not, stays as written. */
function argumentsOf({ input, tool }: CallEntry): string {
  if ("json" in input) return input.json.trim() === "" ? "{}" : input.json;
  return tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
}
