/** Turns become messages: one content and its calls for each answer, results right behind, media of results in a user message. */
import { safeId } from "../../ir/ids.ts";
import { wrapCustomInput } from "../../ir/lower.ts";
import type {
  CallEntry,
  Content,
  Entry,
  MediaPart,
  MessageEntry,
  ReasoningEntry,
  ResultEntry,
} from "../../ir/request.ts";
import { canRead, type SealReader } from "../../ir/seal.ts";
import type { ToolMap } from "../../ir/tools.ts";
import { type AssistantEntry, textOfContent, type Turn, turnsOf } from "../../ir/turns.ts";
import { isList, isObject, type Json, type JsonObject, parseJson } from "../../wire/json.ts";
import { encodeContent, encodePart, loseMark, splitMedia, type Writing } from "./part-encode.ts";
import { CHAT } from "./wire.ts";

export interface MessageWriting extends Writing {
  readonly names: ToolMap;
  readonly reader: SealReader;
  /** Tool turns whose thinking is gone and that the vendor would refuse: filled while writing. */
  readonly thoughtless: { turns: number };
}

export function encodeMessages(entries: readonly Entry[], writing: MessageWriting): JsonObject[] {
  const messages: JsonObject[] = [];
  let begun = false;
  turnsOf(entries).forEach((turn, index) => {
    const at = `turns[${index}]`;
    if (turn.role === "instructions" || turn.role === "system" || turn.role === "developer")
      systemTurn(turn, at, begun, messages, writing);
    else {
      begun ||= turn.role !== "tools";
      messages.push(...otherTurn(turn, at, writing));
    }
  });
  return messages;
}

type SystemTurn = Extract<Turn, { role: "instructions" | "system" | "developer" | "user"; entry: unknown }>;

/** Templates that know one system message at the very beginning get one; what comes later becomes a marked user message. */
function systemTurn(
  turn: Turn & SystemTurn,
  at: string,
  begun: boolean,
  messages: JsonObject[],
  writing: MessageWriting,
): void {
  const content = encodeContent(turn.entry.content, at, writing, "\n\n");
  if (turn.entry.kind === "message" && turn.entry.effort !== undefined)
    writing.losses.add({
      path: at,
      feature: "turn-effort",
      how: "dropped",
      weight: "hint",
      note: "Chat has one effort for the whole request",
    });
  if (content === "") return;
  const role = turn.role === "developer" && writing.traits.developerRole ? "developer" : "system";
  if (writing.traits.midSystem) return void messages.push({ role, content, ...nameOf(turn.entry) });
  const last = messages.at(-1);
  if (!begun && last) messages[messages.length - 1] = { ...last, content: joinedContent(last.content, content) };
  else if (!begun) messages.push({ role, content });
  else {
    writing.losses.add({
      path: at,
      feature: "mid-system",
      how: "approximated",
      weight: "hint",
      note: "this vendor takes one system message, at the beginning: a later one became a user message",
    });
    messages.push({ role: "user", content: typeof content === "string" ? `[system]\n${content}` : content });
  }
}

function joinedContent(before: Json | undefined, more: Json): Json {
  if (typeof before === "string" && typeof more === "string") return `${before}\n\n${more}`;
  const parts = (content: Json | undefined): readonly Json[] =>
    isList(content) ? content : [{ type: "text", text: content ?? "" }];
  return [...parts(before), ...parts(more)];
}

const nameOf = (entry: { readonly name?: string } | Entry): JsonObject =>
  "name" in entry && typeof entry.name === "string" ? { name: entry.name } : {};

function otherTurn(turn: Turn, at: string, writing: MessageWriting): readonly JsonObject[] {
  switch (turn.role) {
    case "assistant":
      return assistantTurn(turn.entries, at, writing);
    case "tool":
      return toolTurn(turn.entries, at, writing);
    case "tools":
      writing.losses.add({
        path: at,
        feature: "additional-tools",
        how: "emulated",
        weight: "hint",
        note: "tools that arrive among the messages are declared at the top",
      });
      return [];
    case "user":
      return [{ role: "user", content: encodeContent(turn.entry.content, at, writing), ...nameOf(turn.entry) }];
    default:
      return [];
  }
}

/**
 * Vendors want results directly behind the message that holds the calls, so one answer is one message. Text behind a
 * call joins the text before it: never lost, but told to come first.
 */
function assistantTurn(entries: readonly AssistantEntry[], at: string, writing: MessageWriting): readonly JsonObject[] {
  const calls = entries.filter((entry): entry is CallEntry => entry.kind === "call");
  const reasoning = replayed(entries, calls.length > 0, at, writing);
  const { text, refusal } = wordsOf(entries, at, writing);
  for (const entry of entries) if (entry.kind === "opaque") loseOpaque(entry.dialect, at, writing);
  if (text === "" && refusal === "" && calls.length === 0) {
    if (entries.some((entry) => entry.kind === "reasoning"))
      writing.losses.add({
        path: at,
        feature: "empty-turn",
        how: "dropped",
        weight: "hint",
        note: "a turn of thinking alone, which vendors refuse",
      });
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

function loseOpaque(dialect: string, at: string, writing: MessageWriting): void {
  writing.losses.add({
    path: at,
    feature: "opaque-item",
    how: "dropped",
    weight: "meaning",
    note: `an item that only ${dialect} can read`,
  });
}

/** Parts of one message are one text; messages of one turn are paragraphs. A refusal keeps its field where the vendor is OpenAI-like. */
function wordsOf(
  entries: readonly AssistantEntry[],
  at: string,
  writing: MessageWriting,
): { text: string; refusal: string } {
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
    if (afterCall)
      writing.losses.add({
        path: at,
        feature: "text-after-call",
        how: "approximated",
        weight: "hint",
        note: "Chat has text before calls only: text that came behind a call joins it",
      });
  }
  return { text: texts.join("\n\n"), refusal };
}

function splitRefusal(entry: MessageEntry, writing: MessageWriting): { content: Content; refusal: string } {
  if (typeof entry.content === "string" || !(writing.own || writing.traits.developerRole))
    return { content: entry.content, refusal: "" };
  const refusal = entry.content.flatMap((part) => (part.kind === "refusal" ? [part.text] : [])).join("");
  return { content: entry.content.filter((part) => part.kind !== "refusal"), refusal };
}

function assistantText(content: Content, at: string, writing: MessageWriting): string {
  const encoded = encodeContent(content, at, writing, "");
  if (typeof encoded === "string") return encoded;
  // An assistant cannot show media over Chat; what text there is stays.
  writing.losses.add({
    path: at,
    feature: "assistant-media",
    how: "dropped",
    weight: "meaning",
    note: "media in an answer of the model cannot be sent back over Chat",
  });
  return textOfContent(content);
}

/** Thinking of an earlier turn, where the vendor takes it. A vendor that insists on it gets it or is told that there is none. */
function replayed(entries: readonly AssistantEntry[], calls: boolean, at: string, writing: MessageWriting): JsonObject {
  const thoughts = entries.filter((entry): entry is ReasoningEntry => entry.kind === "reasoning");
  const { reasoningReplay, reasoningRequired } = writing.traits;
  const text = thoughts
    .map(thoughtText)
    .filter((thought) => thought !== "")
    .join("\n\n");
  if (
    thoughts.some(
      (thought) => thought.seal && !(thought.seal.dialect === CHAT && canRead(writing.reader, thought.seal)),
    )
  )
    writing.losses.add({
      path: at,
      feature: "reasoning-seal",
      how: "dropped",
      weight: "hint",
      note: "Chat has no field for a signature or encrypted reasoning",
    });
  if (reasoningReplay === "none") {
    if (text !== "")
      writing.losses.add({
        path: at,
        feature: "reasoning-replay",
        how: "dropped",
        weight: "hint",
        note: "this vendor takes no thinking of earlier turns",
      });
    return {};
  }
  if (text !== "") return { [reasoningReplay]: text };
  if (reasoningRequired && calls) writing.thoughtless.turns++;
  return {};
}

const thoughtText = (thought: ReasoningEntry): string =>
  (thought.sections.length > 0 ? thought.sections : (thought.raw ?? [])).join("\n\n");

function encodeCall(call: CallEntry, at: string, writing: MessageWriting): JsonObject {
  const { input, tool } = call;
  const id = callId(call.callId, writing);
  const name = writing.names.wireName(tool);
  if (call.mark) loseMark(at, writing.losses);
  if (call.caller !== undefined)
    writing.losses.add({
      path: at,
      feature: "call-caller",
      how: "dropped",
      weight: "hint",
      note: "Chat cannot say who made a call",
    });
  if (tool.via === "custom" && "text" in input && writing.traits.customTools)
    return { id, type: "custom", custom: { name, input: input.text } };
  return { id, type: "function", function: { name, arguments: argumentsOf(call) }, ...extraOf(call, writing) };
}

/** Vendors parse the arguments: nothing is no JSON. What a client wrote, valid or not, stays as written. */
function argumentsOf({ input, tool }: CallEntry): string {
  if ("json" in input) return input.json.trim() === "" ? "{}" : input.json;
  return tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
}

function extraOf(call: CallEntry, writing: MessageWriting): JsonObject {
  if (!call.seal || !canRead(writing.reader, call.seal)) return {};
  try {
    const extra = parseJson(call.seal.value);
    return isObject(extra) ? { extra_content: extra } : {};
  } catch {
    return {};
  }
}

const callId = (id: string, { traits }: MessageWriting): string =>
  safeId(id, { lengthMax: traits.callIdLengthMax, allowed: traits.callIdPattern });

function toolTurn(results: readonly ResultEntry[], at: string, writing: MessageWriting): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  const aside: JsonObject[] = [];
  for (const result of results) {
    if (result.mark) loseMark(at, writing.losses);
    const { content, media } = resultContent(result, at, writing);
    messages.push({ role: "tool", tool_call_id: callId(result.callId, writing), content });
    if (media.length > 0) aside.push(...besides(result, media, at, writing));
  }
  if (aside.length > 0) messages.push({ role: "user", content: aside });
  return messages;
}

function resultContent(
  result: ResultEntry,
  at: string,
  writing: MessageWriting,
): { content: Json; media: readonly MediaPart[] } {
  const content = partsOf(result);
  const { kept, media } = writing.traits.imageResults ? { kept: content, media: [] } : splitMedia(content);
  const encoded = encodeContent(kept, at, writing);
  return {
    content: result.isError ? told(encoded, at, writing) : encoded === "" && media.length > 0 ? SEE_BELOW : encoded,
    media,
  };
}

const SEE_BELOW = "(the result follows in the next message)";

function partsOf(result: ResultEntry): Exclude<Content, string> {
  const { content } = result;
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!("tools" in content)) return content;
  const names = content.tools
    .flatMap((tool) => (tool.kind === "namespace" ? tool.tools : [tool]))
    .map((tool) => tool.name);
  return [{ kind: "text", text: names.length > 0 ? `[Loaded tools: ${names.join(", ")}]` : "[No tools found]" }];
}

/** Chat cannot say that a call failed, but the model reads. */
function told(content: Json, at: string, writing: MessageWriting): Json {
  writing.losses.add({
    path: at,
    feature: "result-error",
    how: "approximated",
    weight: "hint",
    note: "that a call failed is told in the text of its result",
  });
  if (typeof content !== "string") return isList(content) ? [{ type: "text", text: "Error:" }, ...content] : content;
  return /^\s*error\b/i.test(content) ? content : `Error: ${content}`;
}

function besides(
  result: ResultEntry,
  media: readonly MediaPart[],
  at: string,
  writing: MessageWriting,
): readonly JsonObject[] {
  writing.losses.add({
    path: at,
    feature: "result-media",
    how: "emulated",
    weight: "hint",
    note: "images and files of a tool result follow in a user message",
  });
  const what = media.every((part) => part.media === "image") ? "Images" : "Files";
  const label = { type: "text", text: `[${what} of the result of tool call ${callId(result.callId, writing)}]` };
  return [label, ...media.flatMap((part) => encodePart(part, at, writing))];
}
