/** What open calls hold, in memory, each until a deadline of its own. */
import { LIMITS } from "../wire/limits.ts";
import type { Meter } from "./counters.ts";

/** What a call has of one meter. `bucket`: where it counts as spent; undefined: it is held. */
export interface Part {
  readonly meter: Meter;
  readonly amount: number;
  bucket: number | undefined;
}

export interface Lease {
  readonly id: string;
  leaseMs: number;
  deadline: number;
  parts: Part[];
}

export interface Leases {
  find(id: string): Lease | undefined;
  isSettled(id: string): boolean;
  /** Opens the lease, or adds to it; its time begins anew. */
  extend(id: string, parts: readonly Part[], leaseMs: number, now: number): void;
  renew(id: string, leaseMs: number, now: number): void;
  /** The id is settled from here on. */
  end(id: string): Lease | undefined;
  /** Hands over each lease whose deadline has passed, once. It is kept for its true end. */
  expire(now: number, over: (lease: Lease) => void): void;
  readonly size: number;
}

export function leasesOf(): Leases {
  const open = new Map<string, Lease>();
  /** By how long they last, so that each list is in the order of its deadlines. */
  const byLength = new Map<number, Map<string, Lease>>();
  const over = new Map<string, Lease>();
  const settled = lastIds(LIMITS.settledMax);
  /** No deadline is before it. */
  let soonest = Infinity;

  const dequeue = ({ id, leaseMs }: Lease): void => {
    const queue = byLength.get(leaseMs);
    queue?.delete(id);
    if (queue?.size === 0) byLength.delete(leaseMs);
  };
  const enqueue = (lease: Lease, leaseMs: number, now: number): void => {
    dequeue(lease);
    lease.leaseMs = leaseMs;
    lease.deadline = now + leaseMs;
    open.set(lease.id, lease);
    const queue = byLength.get(leaseMs) ?? new Map<string, Lease>();
    byLength.set(leaseMs, queue.set(lease.id, lease));
    soonest = Math.min(soonest, lease.deadline);
  };

  return {
    find: (id) => open.get(id) ?? over.get(id),
    isSettled: settled.has,
    extend: (id, parts, leaseMs, now) => {
      const lease = open.get(id) ?? over.get(id) ?? { id, leaseMs, deadline: 0, parts: [] };
      over.delete(id);
      lease.parts.push(...parts);
      enqueue(lease, leaseMs, now);
    },
    renew: (id, leaseMs, now) => {
      const lease = open.get(id);
      if (lease !== undefined) enqueue(lease, leaseMs, now);
    },
    end: (id) => {
      const lease = open.get(id) ?? over.get(id);
      if (open.delete(id) && lease !== undefined) dequeue(lease);
      over.delete(id);
      settled.add(id);
      return lease;
    },
    expire: (now, tell) => {
      if (now < soonest) return;
      soonest = Infinity;
      for (const [length, queue] of byLength) {
        for (const lease of queue.values()) {
          if (lease.deadline > now) {
            soonest = Math.min(soonest, lease.deadline);
            break;
          }
          open.delete(lease.id);
          queue.delete(lease.id);
          over.set(lease.id, lease);
          tell(lease);
        }
        if (queue.size === 0) byLength.delete(length);
      }
      for (const [id, lease] of over) {
        if (over.size <= LIMITS.leasesOverMax && lease.deadline + LIMITS.leaseOverMs > now) break;
        over.delete(id);
      }
    },
    get size() {
      return open.size + over.size;
    },
  };
}

/** Remembers the last ids, at least `max` and at most twice as many. */
function lastIds(max: number): { has(id: string): boolean; add(id: string): void } {
  let [older, newer] = [new Set<string>(), new Set<string>()];
  return {
    has: (id) => newer.has(id) || older.has(id),
    add: (id) => {
      newer.add(id);
      if (newer.size >= max) [older, newer] = [newer, new Set()];
    },
  };
}
