/** What a call is expected to come to before anybody is asked: what its budgets hold and its token limits are charged. */
import { dearestRates } from "../cost/cost-of.ts";
import type { PriceBook } from "../cost/price-book.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import type { Admissible } from "../relay/call.ts";
import { pricedOf } from "../relay/close.ts";
import type { Amounts } from "./meters.ts";
import type { Typical } from "./typical.ts";

export interface Estimating {
  readonly tokens: Pick<TokenMeter, "roughly">;
  readonly typical: Typical;
  readonly prices: PriceBook;
  clock(): number;
}

export function estimated(call: Admissible, { tokens, typical, prices, clock }: Estimating): Amounts {
  const { targets } = call.plan;
  const [first] = targets;
  if (!first) return { input: 0, output: 0, nano: 0 };
  const of = { provider: first.provider.name, model: first.model };
  const input = Math.ceil(tokens.roughly(of, call.bytes.byteLength));
  const asked = maxTokensOf(call);
  const max = first.config.maxTokens === undefined ? asked : Math.min(first.config.maxTokens, asked ?? Infinity);
  const output = Math.ceil(Math.min(isCount(max) ? max : Infinity, typical.output(call.caller.name)));
  let pico = 0;
  for (const target of targets) {
    // Of an unknown price nothing can be held.
    const rates = dearestRates(prices.of(pricedOf(target)), input, clock());
    if (rates) pico = Math.max(pico, input * rates.input + output * rates.output);
  }
  return { input, output, nano: Math.ceil(pico / PICO_PER_NANO) };
}

/** Of all settings this one alone: the others are read when the call is sent. */
function maxTokensOf({ dialect, body }: Admissible): number | undefined {
  for (const name of DIALECTS[dialect].fieldNames.maxTokens ?? MAX_TOKENS) {
    const value = body[name];
    if (typeof value === "number") return value;
  }
  return undefined;
}
const MAX_TOKENS = ["max_tokens"] as const;

const PICO_PER_NANO = 1_000;

/** A caller may write anything there. */
const isCount = (max: number | undefined): max is number => max !== undefined && max >= 0;
