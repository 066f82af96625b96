/** What was spent of a key's budgets, by the record of its calls. */
import type { BudgetConfig, KeySettings } from "../config/config.ts";
import { budgetMeters } from "../limits/meters.ts";
import { spentInLedger } from "../limits/seeding.ts";
import { scopeOfKey } from "../limits/scope.ts";
import type { CallRows } from "../store/store.ts";

export interface Spent {
  readonly budget: BudgetConfig;
  readonly nano: number;
  readonly max: number;
}

export async function spentOf(
  calls: Pick<CallRows, "spent">,
  settings: KeySettings,
  now: number,
): Promise<readonly Spent[]> {
  const scope = scopeOfKey(settings);
  const found: Spent[] = [];
  for (const metered of scope ? budgetMeters(scope, 0, now) : []) {
    if (!metered.budget) continue;
    const buckets = await spentInLedger(calls, metered, now);
    const nano = [...buckets.values()].reduce((sum, one) => sum + one, 0);
    found.push({ budget: metered.budget, nano, max: metered.meter.max });
  }
  return found;
}
