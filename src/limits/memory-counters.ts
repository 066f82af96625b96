/** Counters in the memory of this process. What is over is forgotten, a little with every call. */
import { actualsOf } from "./actuals.ts";
import {
  countOf,
  idleMsOf,
  leaveWindow,
  neededOf,
  spend,
  unspend,
  unspendOldest,
  waitMsOf,
  type Count,
} from "./count.ts";
import type { Admission, Admit, Counters, Level, Meter, Settlement } from "./counters.ts";
import { leasesOf, type Lease, type Part } from "./leases.ts";

/** Counters that answer at once. */
export interface LocalCounters extends Counters {
  admit(call: Admit): Admission;
  settle(id: string, settlements: readonly Settlement[]): void;
  renew(ids: readonly string[], leaseMs: number): void;
  seed(meter: Meter, spent: ReadonlyMap<number, number>): void;
  levels(meters: readonly Meter[]): readonly (Level | undefined)[];
  correct(meter: Meter, by: number): void;
  /** What is remembered: counters and leases. */
  size(): number;
}

export function memoryCounters(clock: () => number): LocalCounters {
  const counts = new Map<string, Count>();
  const leases = leasesOf();
  const forget = forgetter(counts);
  let now = 0;

  const find = (id: string): Count | undefined => {
    const count = counts.get(id);
    if (count !== undefined) leaveWindow(count, now);
    return count;
  };
  const make = (meter: Meter): Count => {
    const count = countOf(meter.window, now);
    counts.set(meter.id, count);
    return count;
  };
  /** Where the ledger can tell, what is missing is not begun at 0. */
  const findOrMake = (meter: Meter): Count | undefined =>
    find(meter.id) ?? (meter.seeded === true ? undefined : make(meter));

  const release = (part: Part): Count | undefined => {
    const count = find(part.meter.id);
    if (count === undefined || part.bucket !== undefined) return count;
    count.held = Math.max(0, count.held - part.amount);
    if (count.window === undefined && count.held === 0) counts.delete(part.meter.id);
    return count;
  };
  /** What it held counts as spent; what has no window is free again. */
  const expire = (lease: Lease): void => {
    lease.parts = lease.parts.filter((part) => {
      const count = release(part);
      if (part.bucket === undefined && count !== undefined) part.bucket = spend(count, part.amount, now);
      return count?.window !== undefined;
    });
  };
  /** Every change begins here. */
  const tick = (): void => {
    // A clock that is set back does not bring windows back.
    now = Math.max(now, clock());
    leases.expire(now, expire);
  };

  return {
    admit: ({ id, meters, leaseMs }) => {
      tick();
      forget(now);
      const found = meters.map(({ id: meter }) => find(meter));
      const unknown = unknownOf(meters, found);
      if (unknown) return unknown;
      if (meters.length > 0 && leases.isSettled(id))
        return { kind: "refused", meter: 0, level: levelOf(found[0]), waitMs: null };
      for (let at = 0; at < meters.length; at++) {
        const meter = meters[at] as Meter;
        const count = found[at] ?? countOf(meter.window, now);
        if (count.spent + count.held + neededOf(meter) > meter.max)
          return { kind: "refused", meter: at, level: levelOf(count), waitMs: waitMsOf(count, meter, now) };
      }
      const parts: Part[] = [];
      // A meter may be asked twice: what the first of it made, the second finds.
      for (let at = 0; at < meters.length; at++) {
        const meter = meters[at] as Meter;
        const count = (found[at] ??= counts.get(meter.id) ?? make(meter));
        parts.push(take(count, meter, now));
      }
      if (parts.length > 0) leases.extend(id, parts, leaseMs, now);
      return { kind: "admitted", levels: found.map(levelOf), holds: parts.map(amountOf) };
    },
    settle: (id, settlements) => {
      tick();
      if (leases.isSettled(id)) return;
      const parts = leases.end(id)?.parts ?? [];
      for (const { meter, actual } of actualsOf(settlements, parts)) {
        const own = parts.filter((part) => part.meter.id === meter.id);
        for (const part of own) release(part);
        const count = findOrMake(meter);
        if (count !== undefined) correctParts(count, own, actual, now);
      }
    },
    renew: (ids, leaseMs) => {
      tick();
      for (const id of ids) leases.renew(id, leaseMs, now);
    },
    seed: (meter, spent) => {
      tick();
      if (counts.has(meter.id)) return;
      const count = make(meter);
      for (const [start, amount] of [...spent].sort(([a], [b]) => a - b)) spend(count, amount, start);
      leaveWindow(count, now);
    },
    levels: (meters) => {
      tick();
      return meters.map(({ id }) => {
        const count = find(id);
        return count && levelOf(count);
      });
    },
    correct: (meter, by) => {
      tick();
      const count = findOrMake(meter);
      if (count === undefined) return;
      if (by < 0) unspendOldest(count, -by);
      else spend(count, by, now);
    },
    size: () => counts.size + leases.size,
    close: async () => {},
  };
}

const amountOf = ({ amount }: Part): number => amount;

/** Those that the ledger must tell first. */
function unknownOf(meters: readonly Meter[], found: readonly (Count | undefined)[]): Admission | undefined {
  const isUnknown = (meter: Meter, at: number): boolean => meter.seeded === true && found[at] === undefined;
  if (!meters.some(isUnknown)) return undefined;
  return { kind: "unknown", meters: meters.flatMap((meter, at) => (isUnknown(meter, at) ? [at] : [])) };
}

const levelOf = (count: Count | undefined): Level => ({ spent: count?.spent ?? 0, held: count?.held ?? 0 });

function take(count: Count, meter: Meter, now: number): Part {
  count.touchedAt = now;
  if (meter.counts === "charged") return { meter, amount: meter.amount, bucket: spend(count, meter.amount, now) };
  const left = meter.max - count.spent - count.held;
  const amount = meter.takesLess === true ? Math.min(meter.amount, Math.max(0, left)) : meter.amount;
  count.held += amount;
  return { meter, amount, bucket: undefined };
}

/** What the parts counted becomes what they came to. */
function correctParts(count: Count, parts: readonly Part[], actual: number, now: number): void {
  let more = actual;
  for (const { amount, bucket } of parts) if (bucket !== undefined) more -= amount;
  if (more >= 0) return void spend(count, more, now);
  for (const { amount, bucket } of parts) {
    if (bucket === undefined) continue;
    const taken = Math.min(amount, -more);
    unspend(count, taken, bucket);
    more += taken;
  }
}

/** Looks at two counters a call, round and round: what nobody asks for any more goes, and no call pays for all. */
function forgetter(counts: Map<string, Count>): (now: number) => void {
  let at = counts.entries();
  return (now) => {
    for (let looked = 0; looked < 2; looked++) {
      const next = at.next();
      if (next.done) {
        at = counts.entries();
        return;
      }
      const [id, { window, held, touchedAt }] = next.value;
      if (held === 0 && touchedAt + idleMsOf(window, touchedAt) <= now) counts.delete(id);
    }
  };
}
