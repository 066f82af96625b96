/** What the ledger says was spent, for counters that do not know. */
import type { CallRows, SpentScope } from "../store/store.ts";
import { orLate } from "../time/limit.ts";
import type { Counters, Window } from "./counters.ts";
import type { Metered } from "./meters.ts";
import type { Scope } from "./scope.ts";
import { reasonOf } from "../wire/reason.ts";

export interface Seeding {
  /** Calls that come together wait for one look. away: the ledger cannot say. */
  seed(metered: Metered): Promise<"seeded" | "away">;
  /** By the start of each bucket. */
  spent(metered: Metered): Promise<ReadonlyMap<number, number>>;
}

export interface SeedingOptions {
  readonly counters: Counters;
  /** Absent: nothing is remembered beyond this process, and what is unknown is 0. */
  readonly calls?: Pick<CallRows, "spent">;
  clock(): number;
  failed(why: string): void;
}

/** A caller waits for it, once for each window of a budget. */
const LOOK_MS = 2_000;
/** After a look that failed nobody looks for so long. */
const AWAY_MS = 1_000;

export function seeding({ counters, calls, clock, failed }: SeedingOptions): Seeding {
  const looking = new Map<string, Promise<"seeded" | "away">>();
  let awayUntil = 0;

  const spent = async (metered: Metered): Promise<ReadonlyMap<number, number>> => {
    if (!calls) return new Map();
    const found = await orLate(spentInLedger(calls, metered, clock()), LOOK_MS);
    if (found === "late") throw new Error(`no answer within ${LOOK_MS} ms`);
    return found;
  };
  const look = async (metered: Metered): Promise<"seeded" | "away"> => {
    if (clock() < awayUntil) return "away";
    try {
      await counters.seed(metered.meter, await spent(metered));
      return "seeded";
    } catch (error) {
      awayUntil = clock() + AWAY_MS;
      failed(reasonOf(error));
      return "away";
    }
  };
  return {
    spent,
    seed: (metered) => {
      const { id } = metered.meter;
      const known = looking.get(id);
      if (known) return known;
      const asked = look(metered).finally(() => looking.delete(id));
      looking.set(id, asked);
      return asked;
    },
  };
}

/** By the start of each bucket. */
export async function spentInLedger(
  calls: Pick<CallRows, "spent">,
  { scope, meter }: Metered,
  now: number,
): Promise<ReadonlyMap<number, number>> {
  if (!meter.window) return new Map();
  return calls.spent(scopeInLedger(scope), "cost", spanOfWindow(meter.window, now));
}

const scopeInLedger = ({ kind, id }: Scope): SpentScope => (kind === "global" ? { kind } : { kind, value: id });

/** Rolling: with the oldest bucket, which counts whole. */
function spanOfWindow(window: Window, now: number): { from: number; to: number; bucketMs?: number } {
  // What ends while the ledger is asked belongs to the window too.
  const to = now + LOOK_MS;
  if (window.kind === "fixed") return { from: window.start, to: window.end === null ? to : Math.min(window.end, to) };
  const { bucketMs, buckets } = window;
  return { from: (Math.floor(now / bucketMs) - buckets) * bucketMs, to, bucketMs };
}
