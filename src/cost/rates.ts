/** The rates of a token, all of them at once. */
import type { Rates, Tier, TieredRates } from "./price-table.ts";

export const RATES = ["in", "out", "read", "w5m", "w1h", "w12h"] as const satisfies readonly (keyof Rates)[];

/** The length of a prompt from which a tier counts, or beyond which. */
export const boundOf = (tier: Tier): number => ("over" in tier ? tier.over : tier.from);

/** Each stays a whole number of pico-dollars. */
export function scaled(rates: Rates, times: number): Rates {
  const found: { -readonly [Rate in keyof Rates]?: Rates[Rate] } = {};
  for (const rate of RATES) if (rates[rate] !== undefined) found[rate] = Math.round(rates[rate] * times);
  return found as Rates;
}

export const scaledTiers = (rates: TieredRates, times: number): TieredRates => ({
  ...scaled(rates, times),
  ...(rates.tiers && { tiers: rates.tiers.map((tier) => ({ ...boundsOf(tier), ...scaled(tier, times) })) }),
});

export const boundsOf = (tier: Tier): { readonly over: number } | { readonly from: number } =>
  "over" in tier ? { over: tier.over } : { from: tier.from };
