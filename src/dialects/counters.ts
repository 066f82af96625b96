/** Counters as vendors send them, as a line of usage. Both OpenAI protocols count alike in words of their own, and vendors mix the words: one reader has them all, for the dialects and for whoever checks a vendor from outside. */
import { isObject, type Json, type JsonObject } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { type UsageLine, usageLine, type UsageTotals } from "../ir/usage.ts";

/** Finite, whole and not below zero, or it is no count. A number that no database takes is as much as there is, which no price believes. */
export function countIn(holder: Json | undefined, ...keys: readonly string[]): number | undefined {
  if (!isObject(holder)) return undefined;
  for (const key of keys) {
    const value = holder[key];
    if (typeof value === "number" && Number.isFinite(value) && value >= 0)
      return Math.min(Math.trunc(value), LIMITS.tokensMax);
  }
  return undefined;
}

/** Whether anything is counted there: nulls and words are no bill, and a bill of 0 would be one. */
export const isCounted = (wire: JsonObject): boolean =>
  countIn(wire, "prompt_tokens", "input_tokens") !== undefined ||
  countIn(wire, "completion_tokens", "output_tokens") !== undefined;

/** The prompt holds what was cached, the output the reasoning. No part is larger than its whole, whatever a vendor says. */
export function countedLine(wire: JsonObject): UsageLine {
  const input = wire.prompt_tokens_details ?? wire.input_tokens_details;
  const prompt = countIn(wire, "prompt_tokens", "input_tokens") ?? 0;
  const cacheRead = Math.min(cachedTokens(wire) ?? 0, prompt);
  const cacheWrite = Math.min(countIn(input, "cache_write_tokens") ?? 0, prompt - cacheRead);
  const cacheWrite12h = Math.min(writtenForLong(input), cacheWrite);
  const details = wire.completion_tokens_details ?? wire.output_tokens_details;
  const reasoning = countIn(details, "reasoning_tokens") ?? 0;
  const output = outputOf(wire, prompt, reasoning);
  return usageLine({
    input: prompt - cacheRead - cacheWrite,
    cacheRead,
    cacheWrite5m: cacheWrite - cacheWrite12h,
    cacheWrite12h,
    output,
    reasoning: Math.min(reasoning, output),
  });
}

/** OpenAI since GPT-5.6: `cache_write_tokens` are of 30 minutes, but for those that are kept for 12 hours and cost twice as much (LiteLLM 1.109.1, types/llms/openai.py). */
const writtenForLong = (input: Json | undefined): number =>
  (isObject(input) ? countIn(input.cache_write_tokens_details, "ttl_12h_tokens") : undefined) ?? 0;

/** What was written to the cache, in the words that `countedLine` reads. */
export const writesOf = ({ cacheWrite, cacheWrite12h }: UsageTotals): JsonObject => ({
  cache_write_tokens: cacheWrite,
  ...(cacheWrite12h > 0 && {
    cache_write_tokens_details: { ttl_30m_tokens: cacheWrite - cacheWrite12h, ttl_12h_tokens: cacheWrite12h },
  }),
});

/** Some vendors have a word of their own, and a zero in the usual one beside it. */
export function cachedTokens(wire: JsonObject): number | undefined {
  const told = [
    countIn(wire.prompt_tokens_details ?? wire.input_tokens_details, "cached_tokens"),
    countIn(wire, "prompt_cache_hit_tokens"),
    countIn(wire, "cached_tokens"),
  ].filter((count) => count !== undefined);
  return told.length > 0 ? Math.max(...told) : undefined;
}

/** Two vendors count reasoning beside the completion; the total tells (recorded: 12 + 1 + 228 = 241). */
function outputOf(wire: JsonObject, prompt: number, reasoning: number): number {
  const output = countIn(wire, "completion_tokens", "output_tokens") ?? 0;
  const total = countIn(wire, "total_tokens");
  const isBeside = total === undefined ? reasoning > output : total === prompt + output + reasoning;
  return isBeside ? output + reasoning : output;
}
