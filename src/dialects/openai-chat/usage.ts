/** Usage as Chat says it, and as its vendors say it. */
import { countedLine, countIn, isCounted, writesOf } from "../counters.ts";
import { NO_USAGE, toldTotals, type Usage } from "../../ir/usage.ts";
import type { JsonObject } from "../../wire/json.ts";

export function decodeUsage(wire: JsonObject | undefined, serviceTier: string | undefined): Usage {
  // Groq's word for the tier that everybody else calls default.
  const tier = serviceTier === undefined ? {} : { serviceTier: serviceTier === "on_demand" ? "default" : serviceTier };
  if (!wire || !isCounted(wire)) return { ...NO_USAGE, ...tier };
  const sources = countIn(wire, "num_sources_used") ?? 0;
  return { lines: [countedLine(wire)], hostedCalls: sources > 0 ? { sources } : {}, ...tier, source: "reported" };
}

/** OpenAI's shape. Writes to the cache have a field only since 2026 and are told where there were any. */
export function encodeUsage(usage: Usage): JsonObject {
  const sum = toldTotals(usage);
  return {
    prompt_tokens: sum.prompt,
    completion_tokens: sum.output,
    total_tokens: sum.prompt + sum.output,
    prompt_tokens_details: {
      cached_tokens: sum.cacheRead,
      ...(sum.cacheWrite > 0 ? writesOf(sum) : {}),
    },
    completion_tokens_details: { reasoning_tokens: sum.reasoning },
  };
}
