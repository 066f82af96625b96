/** Entries become a system prompt and turns that alternate, as Anthropic demands. */
import { safeId } from "../../ir/ids.ts";
import { CUSTOM_INPUT_KEY, wrapCustomInput } from "../../ir/lower.ts";
import type { CallEntry, Content, MessageEntry, ReasoningEntry, ResultEntry, Tool } from "../../ir/request.ts";
import { canRead } from "../../ir/seal.ts";
import { type Turn, turnsOf } from "../../ir/turns.ts";
import { isObject, type Json, type JsonObject, parseExactly } from "../../wire/json.ts";
import { encodeContent, encodeOpaque, isBlank } from "./parts-encode.ts";
import { type Conversation, conversation } from "./conversation.ts";
import { CALL_ID, compact, DIALECT } from "./wire.ts";
import type { Writing } from "./writing.ts";

/** Expects `repairEntries` to have run: each result stands right behind the turn of its call. */
export function encodeEntries(writing: Writing): Conversation {
  const into = conversation(writing);
  let at = 0;
  for (const turn of turnsOf(writing.request.entries)) {
    encodeTurn(turn, at, into, writing);
    at += "entries" in turn ? turn.entries.length : 1;
  }
  return into;
}

function encodeTurn(turn: Turn, at: number, into: Conversation, writing: Writing): void {
  const path = `entries[${at}]`;
  switch (turn.role) {
    case "instructions":
      return into.system(turn.entry.content, path);
    case "system":
    case "developer":
      return encodeSystem(turn.entry, path, into, writing);
    case "user":
      tellName(turn.entry, path, writing);
      return into.add("user", turn.entry.content, contentOf(turn.entry.content, path, writing), turn.entry.hints);
    case "assistant": {
      const [only] = turn.entries;
      const plain = turn.entries.length === 1 && only?.kind === "message" ? only.content : [];
      const hints = turn.entries.find((entry) => entry.kind === "message")?.hints;
      const blocks = turn.entries.flatMap((entry, index) => encodeAssistant(entry, `entries[${at + index}]`, writing));
      return into.add("assistant", plain, blocks, hints);
    }
    case "tool":
      return into.add("user", [], encodeResults(turn.entries, at, writing));
    case "tools":
      return;
  }
}

const contentOf = (content: Content, path: string, writing: Writing): JsonObject[] =>
  encodeContent(content, `${path}.content`, writing);

/** Only turns before the first message are the system prompt: moving later ones there would change what they speak of. */
function encodeSystem(entry: MessageEntry, path: string, into: Conversation, writing: Writing): void {
  tellName(entry, path, writing);
  const isMid = into.hasMessages();
  if (entry.effort !== undefined && !(isMid && writing.to.traits.midSystem))
    hint(writing, path, "turn-effort", "dropped", "an effort of a single turn cannot be said here");
  if (!isMid) return into.system(entry.content, path);
  const blocks = contentOf(entry.content, path, writing);
  if (writing.to.traits.midSystem) return into.midSystem(entry, blocks);
  if (blocks.length === 0) return;
  hint(writing, path, "mid-system", "approximated", "a system message in mid-conversation is told as marked user text");
  into.add(
    "user",
    [],
    [{ type: "text", text: "<system>" }, ...blocks, { type: "text", text: "</system>" }].reduce(joinText, []),
  );
}

/** The marks and a text between them are one block. */
function joinText(joined: JsonObject[], block: JsonObject): JsonObject[] {
  const last = joined.at(-1);
  if (last?.type !== "text" || block.type !== "text") return [...joined, block];
  return [...joined.slice(0, -1), { ...last, ...block, text: `${String(last.text)}\n${String(block.text)}` }];
}

function tellName(entry: MessageEntry, path: string, writing: Writing): void {
  if (entry.name !== undefined)
    hint(writing, path, "participant-name", "dropped", "Anthropic knows no names of participants");
}

type AssistantEntry = Extract<Turn, { role: "assistant" }>["entries"][number];

function encodeAssistant(entry: AssistantEntry, path: string, writing: Writing): JsonObject[] {
  switch (entry.kind) {
    case "message":
      return contentOf(entry.content, path, writing);
    case "reasoning":
      return encodeReasoning(entry, path, writing);
    case "call":
      return [encodeCall(entry, path, writing)];
    case "opaque":
      return encodeOpaque(entry.dialect, entry.raw, path, writing);
  }
}

/** Thinking that its issuer did not sign, or that was signed by another, is refused; it is never sent. */
function encodeReasoning(entry: ReasoningEntry, path: string, writing: Writing): JsonObject[] {
  const { seal } = entry;
  if (!seal || !canRead({ dialect: DIALECT, issuer: writing.to.issuer, family: writing.to.family }, seal)) {
    const why = seal ? "another vendor or model" : "nobody";
    hint(
      writing,
      path,
      "reasoning-unsigned",
      "dropped",
      `this reasoning was signed by ${why}: Anthropic takes only its own`,
    );
    return [];
  }
  if (entry.redacted) return [{ type: "redacted_thinking", data: seal.value }];
  const sections = entry.sections.length > 0 ? entry.sections : (entry.raw ?? []);
  return [{ type: "thinking", thinking: sections.join("\n\n"), signature: seal.value }];
}

function encodeCall(entry: CallEntry, path: string, writing: Writing): JsonObject {
  return compact({
    type: "tool_use",
    id: safeId(entry.callId, CALL_ID),
    name: writing.tools.wireName(entry.tool),
    input: inputOf(entry, path, writing),
    caller: writing.own ? entry.caller : undefined,
    ...(writing.own ? entry.hints : {}),
    cache_control: writing.breakpoints.take(entry.mark, path),
  });
}

/** Anthropic takes an object only. What is none travels whole, as a text inside of one. */
function inputOf(entry: CallEntry, path: string, writing: Writing): Json {
  const { input, tool } = entry;
  const written = "json" in input ? input.json : tool.via === "custom" ? wrapCustomInput(input.text) : input.text;
  if (isBlank(written)) return {};
  const parsed = objectIn(written);
  if (parsed) return parsed;
  if (tool.via !== "custom")
    hint(
      writing,
      path,
      "call-input",
      "approximated",
      "arguments that are no JSON object are sent as a text inside of one",
    );
  return { [CUSTOM_INPUT_KEY]: written };
}

function objectIn(json: string): JsonObject | undefined {
  try {
    const value = parseExactly(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function encodeResults(entries: readonly ResultEntry[], at: number, writing: Writing): JsonObject[] {
  const follow: JsonObject[] = [];
  const results = entries.map((entry, index) => encodeResult(entry, `entries[${at + index}]`, follow, writing));
  return [...results, ...follow];
}

function encodeResult(entry: ResultEntry, path: string, follow: JsonObject[], writing: Writing): JsonObject {
  const content = resultContent(entry.content, path, writing);
  const stays = (block: JsonObject): boolean => block.type !== "image" || writing.to.traits.imageResults;
  if (isBlocks(content) && !content.every(stays)) {
    hint(writing, path, "image-result", "approximated", "images of a tool result follow it in the user turn");
    follow.push(...content.filter((block) => !stays(block)));
  }
  return compact({
    type: "tool_result",
    tool_use_id: safeId(entry.callId, CALL_ID),
    content: isBlocks(content) ? orNothing(content.filter(stays)) : content,
    is_error: entry.isError,
    ...(writing.own ? entry.hints : {}),
    cache_control: writing.breakpoints.take(entry.mark, path),
  });
}

const isBlocks = (content: string | JsonObject[]): content is JsonObject[] => typeof content !== "string";
const orNothing = (blocks: JsonObject[]): JsonObject[] | undefined => (blocks.length > 0 ? blocks : undefined);

/** An empty string is a fine result, an empty text block is not. */
function resultContent(content: ResultEntry["content"], path: string, writing: Writing): string | JsonObject[] {
  if (typeof content === "string") return content;
  if (!("tools" in content)) return contentOf(content, path, writing);
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

const hint = (writing: Writing, path: string, feature: string, how: "dropped" | "approximated", note: string): void =>
  writing.losses.add({ path, feature, how, weight: "hint", note });
