/** What a remembered call cost, from its row alone. */
import { isObject, type Json } from "../wire/json.ts";
import { type Usage, type UsageLine, usageLine } from "../ir/usage.ts";
import { costOf } from "./cost-of.ts";
import type { TargetPrices } from "./model-prices.ts";

/** Of a row of the table `calls`: what its price depends on. */
export interface Priceable {
  readonly ended_at: number;
  readonly usage_lines: readonly unknown[];
  readonly hosted_calls: Readonly<Record<string, number>>;
  readonly usage_source: Usage["source"];
  readonly service_tier: string | null;
  readonly attempts: readonly { readonly billed_nano?: number }[];
}
export interface Repriced {
  readonly cost_nano: number | null;
  readonly price_version: string | null;
  readonly priced: boolean;
}

/** undefined: nothing was reported, and what was recorded stays. What failed attempts were billed stays too: their counters are not kept. */
export function repriced(row: Priceable, prices: TargetPrices): Repriced | undefined {
  if (row.usage_source === "none") return undefined;
  const usage: Usage = {
    lines: row.usage_lines
      .filter((line) => isObject(line as Json))
      .map((line) => usageLine(line as Partial<UsageLine>)),
    hostedCalls: row.hosted_calls,
    source: row.usage_source,
    ...(row.service_tier !== null && { serviceTier: row.service_tier }),
  };
  const { nano, priceVersion, priced } = costOf(usage, prices, row.ended_at);
  const failed = row.attempts.reduce((sum, { billed_nano = 0 }) => sum + billed_nano, 0);
  return { cost_nano: nano === null ? null : nano + failed, price_version: priceVersion, priced };
}
