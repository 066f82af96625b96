/** What a call cost: a sum over the counters of its usage, in pico-dollars, rounded once to nano. */
import { billedCalls, type Usage, type UsageLine, usageLine } from "../ir/usage.ts";
import { type Cost, UNKNOWN_COST } from "./cost.ts";
import { halfEven } from "./money.ts";
import type { Moment, TargetPrices } from "./model-prices.ts";
import type { Rates, TieredRates } from "./price-table.ts";

/** A double is exact up to here: $9,007. No call costs more; a vendor that reports more is not believed. */
const PICO_MAX = Number.MAX_SAFE_INTEGER;

/** Pure. `at`: when the call ended, which decides where prices go by the hour. Nothing was used: it cost nothing. */
export function costOf(usage: Usage, of: TargetPrices, at: number): Cost {
  let pico = 0;
  let priced = true;
  let version: string | null = null;
  for (const line of usage.lines) {
    const prices = line.model === undefined ? of.own : of.model(line.model);
    const moment = prices?.at(at);
    // A sum that leaves something out is no cost.
    if (!prices || !moment) return UNKNOWN_COST;
    version ??= prices.version;
    const { rates, known } = ratesFor(line, usage.serviceTier, moment);
    const sum = sumOf(line, rates);
    pico += Math.round(sum.pico * moment.times(line.region));
    priced &&= known && sum.known;
  }
  const billed = billedCalls(usage);
  for (const tool of Object.keys(billed)) {
    const calls = billed[tool] ?? 0;
    const fee = of.own?.at(at)?.fee(tool);
    if (fee !== undefined) pico += calls * fee;
    else if (calls > 0) priced = false;
  }
  if (pico > PICO_MAX) return UNKNOWN_COST;
  return { nano: halfEven(pico, 1000), priceVersion: version, priced };
}

/** What a token of a call that is still to come costs at most, in pico-dollars, where so many go in. undefined: no table knows. */
export function dearestRates(of: TargetPrices, input: number, at: number): DearestRates | undefined {
  const moment = of.own?.at(at);
  if (!moment) return undefined;
  const rates = ofLength(moment.mode(undefined).rates, usageLine({ input }));
  // None is read from a cache, and where the model writes one, all are written.
  return { input: Math.max(rates.in, rates.w5m ?? 0), output: rates.out };
}
export interface DearestRates {
  readonly input: number;
  readonly output: number;
}

/** The service tier that served counts, not the one that was asked for; then the length of the whole prompt. */
function ratesFor(line: UsageLine, served: string | undefined, moment: Moment): { rates: Rates; known: boolean } {
  const { rates, known } = moment.mode(line.speed ?? served);
  return { rates: ofLength(rates, line), known };
}

function ofLength(rates: TieredRates, line: UsageLine): Rates {
  if (!rates.tiers) return rates;
  const prompt = line.input + line.cacheRead + line.cacheWrite5m + line.cacheWrite1h + line.cacheWrite12h;
  return rates.tiers.findLast((tier) => ("over" in tier ? prompt > tier.over : prompt >= tier.from)) ?? rates;
}

/** A counter whose rate is not known is never free: what is written costs at least what goes in. */
function sumOf(line: UsageLine, rates: Rates): { pico: number; known: boolean } {
  const { in: input, read, w5m, w1h, w12h } = rates;
  const pico =
    line.input * input +
    line.output * rates.out +
    line.cacheRead * (read ?? input) +
    line.cacheWrite5m * (w5m ?? input) +
    line.cacheWrite1h * (w1h ?? w5m ?? input) +
    line.cacheWrite12h * (w12h ?? w1h ?? w5m ?? input);
  const known =
    (read !== undefined || line.cacheRead === 0) &&
    (w5m !== undefined || line.cacheWrite5m === 0) &&
    (w1h !== undefined || line.cacheWrite1h === 0) &&
    (w12h !== undefined || line.cacheWrite12h === 0);
  return { pico, known };
}

/** One that is not known makes the sum unknown. */
export const sumOfCosts = (costs: readonly Cost[]): Cost =>
  costs.reduce((sum, one) => ({
    nano: sum.nano === null || one.nano === null ? null : sum.nano + one.nano,
    priceVersion: sum.priceVersion ?? one.priceVersion,
    priced: sum.priced && one.priced,
  }));
