/** Token counts of a Responses answer. `input_tokens` includes what was cached, `output_tokens` the reasoning. */
import { countedLine, isCounted, writesOf } from "../counters.ts";
import { toldTotals, type Usage } from "../../ir/usage.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";

export function decodeUsage(response: JsonObject, hostedCalls: Readonly<Record<string, number>>): Usage {
  const tier = typeof response.service_tier === "string" ? { serviceTier: response.service_tier } : {};
  const { usage } = response;
  if (!isObject(usage) || !isCounted(usage)) return { lines: [], hostedCalls, ...tier, source: "none" };
  return { lines: [countedLine(usage)], hostedCalls, ...tier, source: "reported" };
}

export function encodeUsage(usage: Usage): JsonObject | null {
  if (usage.source === "none") return null;
  const sum = toldTotals(usage);
  return {
    input_tokens: sum.prompt,
    input_tokens_details: { cached_tokens: sum.cacheRead, ...writesOf(sum) },
    output_tokens: sum.output,
    output_tokens_details: { reasoning_tokens: sum.reasoning },
    total_tokens: sum.prompt + sum.output,
  };
}
