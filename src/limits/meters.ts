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

const MEASURES = ["requests", "input", "output", "tokens", "parallel", "cost"] as const;
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
  const found: Metered[] = [];
  for (const scope of scopes) if (scope.budgets.length > 0) found.push(...budgetMeters(scope, amounts.nano, now));
  for (const scope of scopes) addLimitMeters(found, scope, amounts);
  return found;
}

const needsAmounts = ({ budgets, limits }: Scope): boolean =>
  budgets.length > 0 ||
  (limits.inputTokensPerMinute ?? limits.outputTokensPerMinute ?? limits.tokensPerMinute) !== undefined;

/** Of a count of tokens, which generates nothing. */
export function countMeters(scopes: readonly Scope[]): readonly Metered[] {
  const found: Metered[] = [];
  for (const scope of scopes) addLimitMeters(found, scope, NOTHING);
  return found.filter(({ measure }) => measure === "requests");
}

export function budgetMeters(scope: Scope, nano: number, now: number): readonly Metered[] {
  const found: Metered[] = [];
  for (const budget of scope.budgets) {
    const { id, max, window } = kept(budgetKept(scope, budget), now);
    const twin = found.findIndex(({ meter }) => meter.id === id);
    if (twin >= 0 && (found[twin] as Metered).meter.max <= max) continue;
    // A call of unknown price holds the least there is, so that a spent budget refuses it too.
    const meter: Meter = { id, max, counts: "held", amount: Math.max(nano, 1), takesLess: true, window, seeded: true };
    const metered: Metered = { meter, scope, measure: "cost", budget };
    if (twin >= 0) found[twin] = metered;
    else found.push(metered);
  }
  return found;
}

/** What of a budget is the same for all calls of one window. */
interface KeptBudget {
  readonly scope: Scope;
  readonly budget: BudgetConfig;
  now?: { readonly id: string; readonly max: number; readonly window: Window };
}
const BUDGETS = new WeakMap<Scope, Map<BudgetConfig, KeptBudget>>();

function budgetKept(scope: Scope, budget: BudgetConfig): KeptBudget {
  let own = BUDGETS.get(scope);
  if (!own) BUDGETS.set(scope, (own = new Map()));
  let found = own.get(budget);
  if (!found) own.set(budget, (found = { scope, budget }));
  return found;
}

function kept(of: KeptBudget, now: number): NonNullable<KeptBudget["now"]> {
  if (of.now && holds(of.now.window, now)) return of.now;
  const { scope, budget } = of;
  const { id: name, window } = windowAt(budget.per, budget.zone, now);
  return (of.now = { id: `${nameOf(scope)}:cost:${name}`, max: nanoOf(budget.usd), window });
}

const holds = (window: Window, now: number): boolean =>
  window.kind === "rolling" || window.end === null || (window.start <= now && now < window.end);

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
const nanoOf = (usd: number): number => Math.round(usd * 1e9);

export const MINUTE: Window & { readonly kind: "rolling" } = { kind: "rolling", bucketMs: 5_000, buckets: 12 };

const NOTHING: Amounts = { input: 0, output: 0, nano: 0 };

const nameOf = ({ kind, id }: Scope): string => (kind === "global" ? kind : `${kind}:${id}`);

function addLimitMeters(found: Metered[], scope: Scope, amounts: Amounts): void {
  for (const { measure, id, max } of limitsKept(scope)) {
    // A call that is larger than the limit by our guess is let in alone: only its bill knows.
    const amount = Math.min(chargedOf(measure, amounts), max);
    const meter: Meter =
      measure === "parallel"
        ? { id, max, counts: "held", amount }
        : { id, max, counts: "charged", amount, window: MINUTE };
    found.push({ meter, scope, measure });
  }
}

type LimitMeasure = Exclude<Measure, "cost">;

function chargedOf(measure: LimitMeasure, { input, output }: Amounts): number {
  switch (measure) {
    case "requests":
    case "parallel":
      return 1;
    case "input":
      return input;
    case "output":
      return output;
    case "tokens":
      return input + output;
  }
}

/** What of a limit is the same for all calls. */
interface KeptLimit {
  readonly measure: LimitMeasure;
  readonly id: string;
  readonly max: number;
}
const KEPT_LIMITS = new WeakMap<Scope, readonly KeptLimit[]>();

function limitsKept(scope: Scope): readonly KeptLimit[] {
  const known = KEPT_LIMITS.get(scope);
  if (known) return known;
  const { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, tokensPerMinute, parallel } = scope.limits;
  const all: readonly (readonly [LimitMeasure, number | undefined])[] = [
    ["requests", requestsPerMinute],
    ["input", inputTokensPerMinute],
    ["output", outputTokensPerMinute],
    ["tokens", tokensPerMinute],
    ["parallel", parallel],
  ];
  const found = all.flatMap(([measure, max]) =>
    max === undefined ? [] : [{ measure, id: `${nameOf(scope)}:${measure}`, max }],
  );
  KEPT_LIMITS.set(scope, found);
  return found;
}
