/** Token counts of a Responses answer. `input_tokens` includes what was cached, `output_tokens` the reasoning. */
import { totals, type Usage, usageLine } from "../../ir/usage.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";

export function decodeUsage(response: JsonObject, hostedCalls: Readonly<Record<string, number>>): Usage {
  const tier = typeof response.service_tier === "string" ? { serviceTier: response.service_tier } : {};
  const usage = response.usage;
  if (!isObject(usage)) return { lines: [], hostedCalls, ...tier, source: "none" };
  const cacheRead = count(usage.input_tokens_details, "cached_tokens");
  const cacheWrite5m = count(usage.input_tokens_details, "cache_write_tokens");
  const line = usageLine({
    input: Math.max(count(usage, "input_tokens") - cacheRead - cacheWrite5m, 0),
    cacheRead,
    cacheWrite5m,
    output: count(usage, "output_tokens"),
    reasoning: count(usage.output_tokens_details, "reasoning_tokens"),
  });
  return { lines: [line], hostedCalls, ...tier, source: "reported" };
}

export function encodeUsage(usage: Usage): JsonObject | null {
  if (usage.source === "none") return null;
  // What the answer itself used, as a vendor's top level says it: clients size their context by it. The ledger has all lines.
  const sum = totals(usage, ["message"]);
  return {
    input_tokens: sum.prompt,
    input_tokens_details: {
      cached_tokens: sum.cacheRead,
      ...(sum.cacheWrite > 0 && { cache_write_tokens: sum.cacheWrite }),
    },
    output_tokens: sum.output,
    output_tokens_details: { reasoning_tokens: sum.reasoning },
    total_tokens: sum.prompt + sum.output,
  };
}

function count(holder: Json | undefined, key: string): number {
  const value = isObject(holder) ? holder[key] : undefined;
  return typeof value === "number" && value > 0 ? value : 0;
}
