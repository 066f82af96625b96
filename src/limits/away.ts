/**
 * Counting on while Redis is away. Rates and parallel calls: this replica's share of what was left when it was last
 * heard. What is held against a sum (budgets): a hundredth of what was left, shared, for the others go on too and the sum
 * last heard is not the last; where that is little, a grace, by which a budget may be exceeded.
 */
import { LIMITS } from "../wire/limits.ts";
import { neededOf } from "./count.ts";
import type { Admission, Admit, Level, Meter, Settlement, Window } from "./counters.ts";
import { graceOf } from "./grace.ts";
import { memoryCounters, type LocalCounters } from "./memory-counters.ts";

/** An open call as it was let in. */
export interface OpenCall {
  readonly id: string;
  readonly meters: readonly Meter[];
  readonly holds: readonly number[];
  readonly leaseMs: number;
  /** Redis does not know it, or not for certain. */
  readonly untold: boolean;
}

export interface Away {
  /** What Redis said of a meter. */
  heard(meter: Meter, level: Level): void;
  level(meter: Meter): Level | undefined;
  /** What was heard of rates and is still in their windows. */
  rates(): readonly { readonly meter: Meter; readonly spent: number }[];
  /** Redis is away from now on, and these calls are open. */
  begin(replicas: number, open: Iterable<OpenCall>): void;
  admit(call: Admit): Admission;
  settle(id: string, settlements: readonly Settlement[], call: OpenCall | undefined): void;
  renew(ids: readonly string[], leaseMs: number): void;
}

export function awayOf(clock: () => number): Away {
  const known = new Map<string, Level & { readonly meter: Meter; readonly at: number }>();
  let local: LocalCounters = memoryCounters(clock);
  let replicas = 1;
  const share = (max: number): number => Math.ceil(Math.max(0, max) / replicas);

  /** As it is counted here. What it may come to here and, where that stems from what was heard, until when. */
  const localOf = (meter: Meter): { readonly meter: Meter; readonly until?: number } => {
    const { window, seeded: _, ...plain } = meter;
    if (window === undefined) return { meter: { ...plain, max: share(meter.max) } };
    const last = known.get(meter.id);
    if (isSum(meter)) {
      const left = leftOf(meter, last);
      const max = Math.max(Math.min(left, graceOf(meter.max)), Math.floor(left / 100 / replicas));
      return { meter: { ...plain, window, max } };
    }
    const until = last && (window.kind === "fixed" ? (window.end ?? Infinity) : leavesAt(window, last.at));
    if (last === undefined || until === undefined || until <= clock())
      return { meter: { ...plain, window, max: share(meter.max) } };
    return { meter: { ...plain, window, max: share(meter.max - last.spent) }, until };
  };

  const refusedAt = (
    at: number,
    meter: Meter,
    here: Extract<Admission, { kind: "refused" }>,
    until?: number,
  ): Admission => {
    const last = known.get(meter.id) ?? { spent: 0, held: 0 };
    const level = { spent: here.level.spent + last.spent, held: here.level.held + last.held };
    if (meter.window === undefined) return { ...here, meter: at };
    if (!isSum(meter)) {
      const wait = Math.max(here.waitMs ?? 0, until === undefined || until === Infinity ? 0 : until - clock());
      return { kind: "refused", meter: at, level, waitMs: wait > 0 ? wait : null };
    }
    if (level.spent + level.held + neededOf(meter) <= meter.max) return { kind: "away", meter: at };
    const end = meter.window.kind === "fixed" ? meter.window.end : null;
    return { kind: "refused", meter: at, level, waitMs: end === null ? null : Math.max(0, end - clock()) };
  };

  return {
    heard: (meter, { spent, held }) => {
      if (meter.window === undefined) return;
      known.set(meter.id, { meter, spent, held, at: clock() });
      if (known.size > LIMITS.levelsHeardMax) known.delete(known.keys().next().value ?? "");
    },
    level: ({ id }) => {
      const last = known.get(id);
      return last && { spent: last.spent, held: last.held };
    },
    rates: () =>
      [...known.values()].filter(
        ({ meter: { window, seeded }, spent, at }) =>
          seeded !== true && spent > 0 && window?.kind === "rolling" && leavesAt(window, at) > clock(),
      ),
    begin: (count, open) => {
      replicas = Math.max(1, count);
      local = memoryCounters(clock);
      for (const { id, meters, leaseMs } of open) {
        const slots = meters.filter(({ window }) => window === undefined).map((meter) => ({ ...meter, max: Infinity }));
        if (slots.length > 0) local.admit({ id, meters: slots, leaseMs });
      }
    },
    admit: (call) => {
      const unknown = call.meters.flatMap((meter, at) => (meter.seeded === true && !known.has(meter.id) ? [at] : []));
      if (unknown.length > 0) return { kind: "unknown", meters: unknown };
      const mapped = call.meters.map(localOf);
      const said = local.admit({ ...call, meters: mapped.map(({ meter }) => meter) });
      if (said.kind === "refused")
        return refusedAt(said.meter, call.meters[said.meter]!, said, mapped[said.meter]?.until);
      return said;
    },
    settle: (id, settlements, call) => {
      // What Redis counts of it already is in what was heard.
      const told = new Map(
        call?.untold === false ? call.meters.map((meter, at) => [meter.id, call.holds[at] ?? 0]) : [],
      );
      local.settle(
        id,
        settlements.map(({ meter, held, actual }) => {
          const { seeded: _, ...plain } = meter;
          const counted = meter.window === undefined ? 0 : (told.get(meter.id) ?? 0);
          return { meter: plain, held, actual: Math.max(0, actual - counted) };
        }),
      );
    },
    renew: (ids, leaseMs) => local.renew(ids, leaseMs),
  };
}

/** What was counted then has left the window. */
const leavesAt = (window: Extract<Window, { kind: "rolling" }>, at: number): number =>
  at + (window.buckets + 1) * window.bucketMs;

/** Held against what was spent, as money is; or known to the ledger. */
const isSum = ({ counts, window, seeded }: Meter): boolean =>
  seeded === true || (counts === "held" && window !== undefined);

const leftOf = ({ max }: Meter, last: Level | undefined): number =>
  Math.max(0, max - (last?.spent ?? 0) - (last?.held ?? 0));
