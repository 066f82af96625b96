/** A target's prices. */
import type { PriceBook, PricedTarget } from "../cost/price-book.ts";
import { vendorOf } from "../providers/catalog.ts";
import type { Target } from "../routing/target.ts";

export function pricedTarget({ provider, model, baseModel, config: { prices } }: Target): PricedTarget {
  const of = { provider, vendor: vendorOf(provider).id, model, ...(baseModel !== undefined && { baseModel }) };
  return prices ? { ...of, prices } : of;
}

/** What a token can cost at most, in pico-dollars, at the standard tier: an input token may be written to a cache. undefined: no price is known. */
export function dearestRates(
  book: PriceBook,
  target: Target,
  at: number,
): { readonly input: number; readonly output: number } | undefined {
  const rates = book.of(pricedTarget(target)).own?.at(at)?.mode(undefined).rates;
  return rates && { input: Math.max(rates.in, rates.w5m ?? 0), output: rates.out };
}
