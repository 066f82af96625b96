/** What one meter has counted, in memory: spent in its window, and held. */
import { LIMITS } from "../wire/limits.ts";
import type { Meter, Window } from "./counters.ts";

export interface Count {
  readonly window: Window | undefined;
  spent: number;
  held: number;
  /** rolling only: what was spent, by the number of the bucket, oldest first. */
  readonly buckets: Map<number, number>;
  touchedAt: number;
}

export const countOf = (window: Window | undefined, now: number): Count => ({
  window,
  spent: 0,
  held: 0,
  buckets: new Map(),
  touchedAt: now,
});

const bucketAt = (window: Window | undefined, now: number): number =>
  window?.kind === "rolling" ? Math.floor(now / window.bucketMs) : 0;

/** What has left the window is spent no longer. */
export function leaveWindow(count: Count, now: number): void {
  if (count.window?.kind !== "rolling") return;
  const first = bucketAt(count.window, now) - count.window.buckets;
  for (const [bucket, amount] of count.buckets) {
    if (bucket >= first) return;
    count.spent -= amount;
    count.buckets.delete(bucket);
  }
}

/** Counts it now; the number of its bucket. A meter without a window remembers nothing. */
export function spend(count: Count, amount: number, now: number): number {
  const bucket = bucketAt(count.window, now);
  count.touchedAt = Math.max(count.touchedAt, now);
  if (count.window === undefined || amount === 0) return bucket;
  count.spent += amount;
  if (count.window.kind === "rolling") count.buckets.set(bucket, (count.buckets.get(bucket) ?? 0) + amount);
  return bucket;
}

/** Takes it out of the bucket where it was counted, as far as that is still there. */
export function unspend(count: Count, amount: number, bucket: number): void {
  const there = count.window?.kind === "rolling" ? (count.buckets.get(bucket) ?? 0) : count.spent;
  const taken = Math.min(amount, there);
  count.spent -= taken;
  if (count.window?.kind === "rolling" && taken > 0) count.buckets.set(bucket, there - taken);
}

/** The oldest first, so that what is left stays longest. */
export function unspendOldest(count: Count, amount: number): void {
  if (count.window?.kind !== "rolling") return unspend(count, amount, 0);
  let left = amount;
  for (const [bucket, there] of count.buckets) {
    unspend(count, Math.min(left, there), bucket);
    left -= Math.min(left, there);
    if (left === 0) return;
  }
}

/** A call needs at least so much of a meter. */
export const neededOf = ({ amount, takesLess }: Meter): number => (takesLess === true ? Math.min(1, amount) : amount);

/** Until so much has left the window that the call fits, if nothing else happens. */
export function waitMsOf(count: Count, meter: Meter, now: number): number | null {
  const { window } = count;
  const mayStay = meter.max - count.held - neededOf(meter);
  if (window === undefined) return null;
  if (window.kind === "fixed")
    return window.end !== null && count.spent + neededOf(meter) > meter.max ? Math.max(0, window.end - now) : null;
  if (mayStay < 0) return null;
  let stays = count.spent;
  for (const [bucket, amount] of count.buckets) {
    stays -= amount;
    if (stays <= mayStay) return (bucket + window.buckets + 1) * window.bucketMs - now;
  }
  return null;
}

/** How long after its last use a counter can still matter, at most twice its window. */
export function idleMsOf(window: Window | undefined, now: number): number {
  if (window === undefined) return 0;
  if (window.kind === "rolling") return Math.min((window.buckets + 1) * window.bucketMs, LIMITS.counterIdleMs);
  return Math.min(window.end === null ? LIMITS.counterIdleMs : overAt(window, window.end) - now, LIMITS.counterIdleMs);
}

/** Calls that began within a fixed window end a little after it. */
export const overAt = ({ start }: { readonly start: number }, end: number): number =>
  end + Math.min(end - start, LIMITS.leaseOverMs);
