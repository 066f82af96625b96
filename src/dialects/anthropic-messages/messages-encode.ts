/** Entries become a system prompt and turns that alternate, as Anthropic demands. */
import { assertNever } from "../../ir/assert-never.ts";
import { safeId } from "../../ir/ids.ts";
import { CUSTOM_INPUT_KEY, wrapCustomInput } from "../../ir/lower.ts";
import type { CallEntry, MessageEntry, ReasoningEntry, ResultEntry, Tool } from "../../ir/request.ts";
import { canRead } from "../../ir/seal.ts";
import { type Turn, turnsOf } from "../../ir/turns.ts";
import { withHints } from "../../ir/unread.ts";
import { type Json, type JsonObject, parseObject } from "../../wire/json.ts";
import { encodeContent, encodeOpaque, isBlank } from "./parts-encode.ts";
import { type Conversation, conversation } from "./conversation.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { CALL_ID } from "./wire.ts";
import { marked, type Writing } from "./writing.ts";

/** Expects `repairEntries` to have run: each result stands right behind the turn of its call. */
export function encodeEntries(writing: Writing): Conversation {
  const into = conversation(writing);
  for (const turn of turnsOf(writing.request.entries)) encodeTurn(turn, into, writing);
  return into;
}

function encodeTurn(turn: Turn, into: Conversation, writing: Writing): void {
  loseEmpty(turn, writing);
  switch (turn.role) {
    case "instructions":
      return into.system(turn.entry.content);
    case "system":
    case "developer":
      return encodeSystem(turn.entry, into, writing);
    case "user": {
      const { content } = turn.entry;
      return into.add("user", content, encodeContent(content, writing), messageHints(turn.entry, writing));
    }
    case "assistant": {
      const [only] = turn.entries;
      const plain = turn.entries.length === 1 && only?.kind === "message" ? only.content : [];
      let hints: Hints | undefined;
      for (const entry of turn.entries)
        if (entry.kind === "message") {
          const own = messageHints(entry, writing);
          hints ??= own;
        }
      const blocks: JsonObject[] = [];
      for (const entry of turn.entries) encodeAssistant(entry, blocks, writing);
      return into.add("assistant", plain, blocks, hints);
    }
    case "tool":
      return into.add("user", [], encodeResults(turn.entries, writing));
    case "tools":
      return writing.losses.hint(turn.entry, "additional-tools", "emulated", "they are declared at the top");
  }
}

/** Anthropic refuses a text without a word, and a message without a block. */
function loseEmpty(turn: Turn, writing: Writing): void {
  for (const entry of "entries" in turn ? turn.entries : [turn.entry])
    if (entry.kind === "message" && isSilent(entry))
      writing.losses.hint(entry, "empty-turn", "dropped", "Anthropic takes no message without a word");
}

/** A turn may set an effort and say nothing. */
const isSilent = ({ content, effort, hints }: MessageEntry): boolean =>
  effort === undefined &&
  hints?.output_config === undefined &&
  (typeof content === "string"
    ? isBlank(content)
    : content.every((part) => part.kind === "text" && isBlank(part.text)));

/** Only turns before the first message are the system prompt: moving later ones there would change what they speak of. */
function encodeSystem(entry: MessageEntry, into: Conversation, writing: Writing): void {
  const at = writing.said.place(entry);
  const hints = messageHints(entry, writing);
  const isMid = into.hasMessages();
  if (entry.effort !== undefined && !(isMid && writing.to.traits.midSystem)) {
    const note = "an effort of a single turn cannot be said here";
    writing.losses.hint(`${at}.output_config.effort`, "turn-effort", "dropped", note);
  }
  if (!isMid) return into.system(entry.content);
  const blocks = encodeContent(entry.content, writing);
  if (writing.to.traits.midSystem) return into.midSystem(entry, hints, blocks);
  if (blocks.length === 0) return;
  const note = "a system message in mid-conversation is told as marked user text";
  writing.losses.hint(at, "mid-system", "approximated", note);
  into.add(
    "user",
    [],
    [{ type: "text", text: "<system>" }, ...blocks, { type: "text", text: "</system>" }].reduce(joinText, []),
  );
}

/** What its own dialect reads beside role and content, and what Anthropic has no word for. */
function messageHints(entry: MessageEntry, writing: Writing): Hints {
  const at = writing.said.place(entry);
  if (entry.name !== undefined)
    writing.losses.hint(`${at}.name`, "participant-name", "dropped", "Anthropic knows no names of participants");
  if (entry.phase !== undefined)
    writing.losses.hint(`${at}.phase`, "message-phase", "dropped", "Anthropic knows no phases of an answer");
  if (entry.seal) writing.losses.hint(entry.seal.at ?? at, "seal", "dropped", "Anthropic signs thinking, not texts");
  return withHints({}, entry, writing);
}
type Hints = Readonly<Record<string, Json>>;

/** The marks and a text between them are one block. */
function joinText(joined: JsonObject[], block: JsonObject): JsonObject[] {
  const last = joined.at(-1);
  if (last?.type !== "text" || block.type !== "text") joined.push(block);
  else joined[joined.length - 1] = { ...last, ...block, text: `${String(last.text)}\n${String(block.text)}` };
  return joined;
}

type AssistantEntry = Extract<Turn, { role: "assistant" }>["entries"][number];

function encodeAssistant(entry: AssistantEntry, blocks: JsonObject[], writing: Writing): void {
  if (entry.kind === "message") {
    for (const block of encodeContent(entry.content, writing)) blocks.push(block);
    return;
  }
  const block = encodeBlock(entry, writing);
  if (block) blocks.push(block);
}

function encodeBlock(entry: Exclude<AssistantEntry, MessageEntry>, writing: Writing): JsonObject | undefined {
  switch (entry.kind) {
    case "reasoning":
      return encodeReasoning(entry, writing);
    case "call":
      return encodeCall(entry, writing);
    case "opaque":
      return encodeOpaque(entry, writing);
    default:
      return assertNever(entry);
  }
}

/** Thinking that its issuer did not sign, or that was signed by another, is refused; it is never sent. */
function encodeReasoning(entry: ReasoningEntry, writing: Writing): JsonObject | undefined {
  const { seal } = entry;
  if (!seal || !canRead({ dialect: ANTHROPIC_MESSAGES, issuer: writing.to.issuer, family: writing.to.family }, seal)) {
    const why = seal ? "another vendor or model" : "nobody";
    const note = `this reasoning was signed by ${why}: Anthropic takes only its own`;
    writing.losses.hint(seal?.at ?? writing.said.place(entry), "reasoning-replay", "dropped", note);
    return undefined;
  }
  if (entry.redacted) return withHints({ type: "redacted_thinking", data: seal.value }, entry, writing);
  const thinking = (entry.sections.length > 0 ? entry.sections : (entry.raw ?? [])).join("\n\n");
  return withHints({ type: "thinking", thinking, signature: seal.value }, entry, writing);
}

function encodeCall(entry: CallEntry, writing: Writing): JsonObject {
  if (entry.caller !== undefined && !writing.own) {
    const note = "who called is known to its own vendor only";
    writing.losses.hint(`${writing.said.place(entry)}.caller`, "call-caller", "dropped", note);
  }
  if (entry.seal) {
    const note = "Anthropic signs thinking, not calls";
    writing.losses.hint(entry.seal.at ?? writing.said.place(entry), "seal", "dropped", note);
  }
  const block: Record<string, Json> = {
    type: "tool_use",
    id: safeId(entry.callId, CALL_ID),
    name: writing.tools.wireName(entry.tool),
    input: inputOf(entry, writing),
  };
  if (writing.own && entry.caller !== undefined) block.caller = entry.caller;
  return marked(block, entry, writing);
}

/** Anthropic takes an object only. What is none travels whole, as a text inside of one. */
function inputOf(entry: CallEntry, writing: Writing): Json {
  const { input, tool } = entry;
  const written = "json" in input ? input.json : tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
  if (isBlank(written)) return {};
  const parsed = parseObject(written);
  if (parsed) return parsed;
  if (tool.via !== "custom") {
    const note = "arguments that are no JSON object are sent as a text inside of one";
    writing.losses.hint(entry, "call-input", "approximated", note);
  }
  return { [CUSTOM_INPUT_KEY]: written };
}

function encodeResults(entries: readonly ResultEntry[], writing: Writing): JsonObject[] {
  const follow: JsonObject[] = [];
  const results = entries.map((entry) => encodeResult(entry, follow, writing));
  return follow.length === 0 ? results : [...results, ...follow];
}

function encodeResult(entry: ResultEntry, follow: JsonObject[], writing: Writing): JsonObject {
  const content = resultContent(entry.content, writing);
  const kept = typeof content === "string" ? content : withoutImages(content, entry, follow, writing);
  const block: Record<string, Json> = { type: "tool_result", tool_use_id: safeId(entry.callId, CALL_ID) };
  if (typeof kept === "string" || kept.length > 0) block.content = kept;
  if (entry.isError !== undefined) block.is_error = entry.isError;
  return marked(block, entry, writing);
}

/** Where the vendor takes none inside a result. */
function withoutImages(
  blocks: JsonObject[],
  entry: ResultEntry,
  follow: JsonObject[],
  writing: Writing,
): readonly JsonObject[] {
  const isImage = (block: JsonObject): boolean => block.type === "image";
  if (writing.to.traits.imageResults || !blocks.some(isImage)) return blocks;
  writing.losses.hint(entry, "result-media", "emulated", "images of a tool result follow it in the user turn");
  follow.push(...blocks.filter(isImage));
  return blocks.filter((block) => !isImage(block));
}

/** An empty string is a fine result, an empty text block is not. */
function resultContent(content: ResultEntry["content"], writing: Writing): string | JsonObject[] {
  if (typeof content === "string") return content;
  if (!("tools" in content)) return encodeContent(content, writing);
  const names = wireNames(content.tools, undefined, writing);
  return names.length > 0 ? `These tools are available now: ${names.join(", ")}` : "No tool was found.";
}

function wireNames(tools: readonly Tool[], namespace: string | undefined, writing: Writing): string[] {
  return tools.flatMap((tool) => {
    if (tool.kind === "namespace") return wireNames(tool.tools, tool.name, writing);
    if (tool.kind === "hosted" || tool.kind === "builtin") return [tool.name];
    return [writing.tools.wireName({ via: tool.kind, name: tool.name, namespace: tool.namespace ?? namespace })];
  });
}
