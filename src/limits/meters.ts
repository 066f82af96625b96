/** What of a call counts against which maximum. */
import type { BudgetConfig } from "../config/config.ts";
import { windowAt } from "./calendar.ts";
import type { Meter, Window } from "./counters.ts";
import type { Scope } from "./scope.ts";

/** What a call is expected to come to, and what it came to. Whole tokens, whole nano-dollars. */
export interface Amounts {
  readonly input: number;
  readonly output: number;
  readonly nano: number;
}

export const MEASURES = ["requests", "input", "output", "tokens", "parallel", "cost"] as const;
export type Measure = (typeof MEASURES)[number];

/** A meter, and what it stands for. */
export interface Metered {
  readonly meter: Meter;
  readonly scope: Scope;
  readonly measure: Measure;
  /** Of the measure cost. */
  readonly budget?: BudgetConfig;
}

/** The budgets first: where several are full, the one that no short wait opens is told. `estimate`: asked where a scope needs it. */
export function metersOf(scopes: readonly Scope[], estimate: () => Amounts, now: number): readonly Metered[] {
  const amounts = scopes.some(needsAmounts) ? estimate() : NOTHING;
  return [
    ...scopes.flatMap((scope) => budgetMeters(scope, amounts.nano, now)),
    ...scopes.flatMap((scope) => limitMeters(scope, amounts)),
  ];
}

const needsAmounts = ({ budgets, limits }: Scope): boolean =>
  budgets.length > 0 ||
  (limits.inputTokensPerMinute ?? limits.outputTokensPerMinute ?? limits.tokensPerMinute) !== undefined;

/** Of a count of tokens, which generates nothing. */
export const countMeters = (scopes: readonly Scope[]): readonly Metered[] =>
  scopes.flatMap((scope) => limitMeters(scope, NOTHING).filter(({ measure }) => measure === "requests"));

export function budgetMeters(scope: Scope, nano: number, now: number): readonly Metered[] {
  const found = new Map<string, Metered>();
  for (const budget of scope.budgets) {
    const { id: name, window } = windowAt(budget.per, budget.zone, now);
    const id = `${nameOf(scope)}:cost:${name}`;
    const max = nanoOf(budget.usd);
    const twin = found.get(id);
    if (twin && twin.meter.max <= max) continue;
    // A call of unknown price holds the least there is, so that a spent budget refuses it too.
    const meter: Meter = { id, max, counts: "held", amount: Math.max(nano, 1), takesLess: true, window, seeded: true };
    found.set(id, { meter, scope, measure: "cost", budget });
  }
  return [...found.values()];
}

/** What the record of a call says that it came to. `elsewhere`: another provider answered and was paid. */
export function actualOf(measure: Measure, { input, output, nano }: Amounts, elsewhere: boolean): number {
  if (measure === "parallel") return 0;
  if (measure === "requests") return 1;
  if (elsewhere) return 0;
  switch (measure) {
    case "input":
      return input;
    case "output":
      return output;
    case "tokens":
      return input + output;
    case "cost":
      return nano;
  }
}

/** Up to 9 million dollars, a whole number. */
export const nanoOf = (usd: number): number => Math.round(usd * 1e9);

export const MINUTE: Window & { readonly kind: "rolling" } = { kind: "rolling", bucketMs: 5_000, buckets: 12 };

const NOTHING: Amounts = { input: 0, output: 0, nano: 0 };

const nameOf = ({ kind, id }: Scope): string => (kind === "global" ? kind : `${kind}:${id}`);

function limitMeters(scope: Scope, { input, output }: Amounts): readonly Metered[] {
  const { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, tokensPerMinute, parallel } = scope.limits;
  const found: Metered[] = [];
  const add = (measure: Measure, max: number | undefined, rest: Pick<Meter, "counts" | "amount" | "window">): void => {
    if (max === undefined) return;
    // A call that is larger than the limit by our guess is let in alone: only its bill knows.
    const amount = Math.min(rest.amount, max);
    found.push({ meter: { ...rest, id: `${nameOf(scope)}:${measure}`, max, amount }, scope, measure });
  };
  const charged = (amount: number) => ({ counts: "charged", amount, window: MINUTE }) as const;
  add("requests", requestsPerMinute, charged(1));
  add("input", inputTokensPerMinute, charged(input));
  add("output", outputTokensPerMinute, charged(output));
  add("tokens", tokensPerMinute, charged(input + output));
  add("parallel", parallel, { counts: "held", amount: 1 });
  return found;
}
