/** Cache breakpoints for callers whose own dialect caches without being told. */
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";

export interface Prefix {
  readonly tools: readonly JsonObject[];
  readonly system: string | readonly JsonObject[] | undefined;
  readonly messages: readonly JsonObject[];
}

/**
 * A caller with a cache key and no breakpoints wants its prefix cached: the last tool, the last system block and the last
 * two user turns are marked, so that each call reads what the one before it wrote. https://docs.claude.com/en/docs/build-with-claude/prompt-caching
 */
export function withBreakpoints(writing: Writing, prefix: Prefix): Prefix {
  const { request, own, breakpoints } = writing;
  if (own || request.cache.key === undefined || breakpoints.taken() > 0) return prefix;
  return {
    tools: markLast(prefix.tools),
    system: prefix.system === undefined ? undefined : markLast(blocksOf(prefix.system)),
    messages: markTurns(prefix.messages),
  };
}

const EPHEMERAL: JsonObject = { type: "ephemeral" };

const markLast = (blocks: readonly JsonObject[]): readonly JsonObject[] =>
  blocks.map((block, index) => (index === blocks.length - 1 ? { ...block, cache_control: EPHEMERAL } : block));

const blocksOf = (content: Json): readonly JsonObject[] =>
  isList(content) ? (content as readonly JsonObject[]) : [{ type: "text", text: content }];

/** Every user turn is written as blocks, marked or not: a turn whose mark moves on must read as it did before. */
function markTurns(messages: readonly JsonObject[]): JsonObject[] {
  const marked = messages.flatMap((message, index) => (message.role === "user" ? [index] : [])).slice(-2);
  return messages.map((message, index) => {
    if (message.role !== "user") return message;
    const blocks = blocksOf(message.content ?? "");
    return { ...message, content: marked.includes(index) ? markLast(blocks) : blocks };
  });
}
