/** Usage as Chat says it, and as its vendors say it. */
import { NO_USAGE, totals, type Usage, usageLine } from "../../ir/usage.ts";
import type { JsonObject } from "../../wire/json.ts";
import { objectIn } from "./wire.ts";

export function decodeUsage(wire: JsonObject | undefined, serviceTier: string | undefined): Usage {
  const tier = serviceTier === undefined ? {} : { serviceTier };
  if (!wire) return { ...NO_USAGE, ...tier };
  const prompt = count(wire, "prompt_tokens") ?? count(wire, "input_tokens") ?? 0;
  const cacheRead = Math.min(cacheReads(wire), prompt);
  const cacheWrite5m = Math.min(detail(wire, "prompt_tokens_details", "cache_write_tokens"), prompt - cacheRead);
  const reasoning = detail(wire, "completion_tokens_details", "reasoning_tokens");
  const line = usageLine({
    input: prompt - cacheRead - cacheWrite5m,
    cacheRead,
    cacheWrite5m,
    output: outputOf(wire, prompt, reasoning),
    reasoning,
  });
  const sources = count(wire, "num_sources_used") ?? 0;
  return { lines: [line], hostedCalls: sources > 0 ? { sources } : {}, ...tier, source: "reported" };
}

/** OpenAI's shape. Writes to the cache have a field only since 2026 and are told where there were any. */
export function encodeUsage(usage: Usage): JsonObject {
  // What the answer itself used, as a vendor's top level says it: clients size their context by it. The ledger has all lines.
  const sum = totals(usage, ["message"]);
  return {
    prompt_tokens: sum.prompt,
    completion_tokens: sum.output,
    total_tokens: sum.prompt + sum.output,
    prompt_tokens_details: {
      cached_tokens: sum.cacheRead,
      ...(sum.cacheWrite > 0 ? { cache_write_tokens: sum.cacheWrite } : {}),
    },
    completion_tokens_details: { reasoning_tokens: sum.reasoning },
  };
}

/** xAI Chat and Gemini count reasoning beside the completion; the total tells (recorded: 12 + 1 + 228 = 241). */
function outputOf(wire: JsonObject, prompt: number, reasoning: number): number {
  const completion = count(wire, "completion_tokens") ?? count(wire, "output_tokens") ?? 0;
  const total = count(wire, "total_tokens");
  const beside = total === undefined ? reasoning > completion : total === prompt + completion + reasoning;
  return beside ? completion + reasoning : completion;
}

/** DeepSeek and Kimi have words of their own for what was read from the cache. */
const cacheReads = (wire: JsonObject): number =>
  detail(wire, "prompt_tokens_details", "cached_tokens") ||
  (count(wire, "prompt_cache_hit_tokens") ?? count(wire, "cached_tokens") ?? 0);

const detail = (wire: JsonObject, group: string, key: string): number => {
  const details = objectIn(wire, group);
  return details ? (count(details, key) ?? 0) : 0;
};

function count(wire: JsonObject, key: string): number | undefined {
  const value = wire[key];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.trunc(value) : undefined;
}
