/** What a call is expected to come to before anybody is asked: what its budgets hold and its token limits are charged. */
import { DIALECTS } from "../dialects/index.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import type { Admissible } from "../relay/call.ts";
import type { Target } from "../routing/target.ts";
import type { Amounts } from "./meters.ts";
import type { Typical } from "./typical.ts";

/** Of one target, in pico-dollars (10⁻¹² $) a token; `input`: the dearest that an input token can cost, written to a cache where the model writes one. */
export interface HoldRates {
  readonly input: number;
  readonly output: number;
}

export interface Estimating {
  readonly tokens: Pick<TokenMeter, "roughly">;
  readonly typical: Typical;
  /** undefined: the price is not known, and nothing can be held. */
  rates(target: Target): HoldRates | undefined;
}

export function estimated(call: Admissible, { tokens, typical, rates }: Estimating): Amounts {
  const { targets } = call.plan;
  const [first] = targets;
  if (!first) return { input: 0, output: 0, nano: 0 };
  const of = { provider: first.provider.name, model: first.model };
  const input = Math.ceil(tokens.roughly(of, call.bytes.byteLength));
  const asked = DIALECTS[call.dialect].settings.read(call.body, first.addressee.traits).sampling.maxTokens;
  const max = first.config.maxTokens === undefined ? asked : Math.min(first.config.maxTokens, asked ?? Infinity);
  const output = Math.ceil(Math.min(isCount(max) ? max : Infinity, typical.output(call.caller.name)));
  return { input, output, nano: dearest(targets, rates, input, output) };
}

/** A caller may write anything there. */
const isCount = (max: number | undefined): max is number => max !== undefined && max >= 0;

function dearest(targets: readonly Target[], rates: Estimating["rates"], input: number, output: number): number {
  let pico = 0;
  for (const target of targets) {
    const known = rates(target);
    if (known) pico = Math.max(pico, input * known.input + output * known.output);
  }
  return Math.ceil(pico / 1_000);
}
