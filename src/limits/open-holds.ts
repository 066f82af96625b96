/** What open calls hold, from their admission to their one end. */
import type { CallRecord } from "../ledger/ledger.ts";
import { paidTotals } from "../ir/usage.ts";
import { windowAt } from "./calendar.ts";
import type { Held } from "./admission.ts";
import type { Counters, Meter, Settlement } from "./counters.ts";
import { actualOf, type Amounts, type Metered } from "./meters.ts";

/** Of one call. */
export interface Hold {
  readonly id: string;
  /** Of the body. */
  readonly bytes: number;
  held: readonly Held[];
  /** Of budgets that nobody could count. */
  unseen: readonly Metered[];
  /** Providers whose own limits let the call in. */
  readonly providers: Set<string>;
  /** The call has ended: what is let in from now on is for nobody. */
  over: boolean;
}

/** What one meter of an ended call came to. */
export interface Settled extends Settlement {
  readonly metered: Metered;
}

export const newHold = (id: string, bytes: number): Hold => ({
  id,
  bytes,
  held: [],
  unseen: [],
  providers: new Set(),
  over: false,
});

/** By the record of the call. Its money counts in the window in which it ended, as in the ledger. */
export function settlementsOf(hold: Hold, record: CallRecord): readonly Settled[] {
  const amounts = amountsOf(record);
  const endedAt = record.startedAt + Math.round(record.totalMs);
  const settled: Settled[] = [];
  for (const { metered, held } of hold.held) {
    const { meter, measure } = metered;
    const actual = actualOf(measure, amounts, isElsewhere(metered, record));
    const next = actual > 0 ? nextWindow(metered, endedAt) : undefined;
    settled.push({ metered, meter, held, actual: next ? 0 : actual });
    if (next) settled.push({ metered: { ...metered, meter: next }, meter: next, held: 0, actual });
  }
  return settled;
}

/** The call never ran: everything is as if it had not been asked for. */
export const undone = ({ held }: Pick<Hold, "held">): readonly Settlement[] =>
  held.map(({ metered, held: amount }) => ({ meter: metered.meter, held: amount, actual: 0 }));

export const amountsOf = ({ usage, cost }: Pick<CallRecord, "usage" | "cost">): Amounts => {
  const { prompt, output } = paidTotals(usage);
  return { input: prompt, output, nano: cost.nano ?? 0 };
};

export const isElsewhere = ({ scope }: Metered, { provider }: Pick<CallRecord, "provider">): boolean =>
  scope.kind === "provider" && scope.id !== provider;

/** Every so often all leases of open calls are renewed, by one timer. */
export function renewing(open: ReadonlyMap<string, Hold>, counters: Counters, leaseMs: number): { stop(): void } {
  const renew = (): void => {
    const ids = [...open.values()].filter(({ held }) => held.length > 0).map(({ id }) => id);
    // What cannot be reached now is renewed a third of a lease later.
    if (ids.length > 0) void (async () => counters.renew(ids, leaseMs))().catch(() => {});
  };
  const timer = setInterval(renew, leaseMs / 3);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** The window after the one in which the call was let in, where that is over. */
function nextWindow({ meter, budget }: Metered, endedAt: number): Meter | undefined {
  const { window } = meter;
  if (!budget || window?.kind !== "fixed" || window.end === null || endedAt < window.end) return undefined;
  const { id, window: next } = windowAt(budget.per, budget.zone, endedAt);
  const scope = meter.id.slice(0, meter.id.lastIndexOf(COST) + COST.length);
  return { ...meter, id: scope + id, window: next };
}
const COST = ":cost:";
