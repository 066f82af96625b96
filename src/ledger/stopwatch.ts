/** The times of one call, by a clock that nobody sets. */

export interface Stopwatch {
  /** Whole milliseconds since the call began. */
  passedMs(): number;
  /** The request is here whole. The last one counts, as of every mark. */
  arrived(): void;
  /** The first target is asked: a later one counts nothing. */
  asked(): void;
  /** An answer is here whole. */
  answered(): void;
  /**
   * What the gateway itself took: from the whole request to the first question at a vendor, and behind the last byte of
   * a whole answer. Not in it: what a stream's pieces cost on their way, and what was waited for. undefined: the request
   * never came whole. `queueMs`: waited for limits in between.
   */
  overheadMs(queueMs: number): number | undefined;
}

export function stopwatch(monotonic: () => number): Stopwatch {
  const from = monotonic();
  let arrivedAt: number | undefined;
  let askedAt: number | undefined;
  let answeredAt: number | undefined;
  return {
    passedMs: () => Math.round(monotonic() - from),
    arrived: () => void (arrivedAt = monotonic()),
    asked: () => void (askedAt ??= monotonic()),
    answered: () => void (answeredAt = monotonic()),
    overheadMs: (queueMs) => {
      if (arrivedAt === undefined) return undefined;
      const now = monotonic();
      const before = (askedAt ?? now) - arrivedAt - queueMs;
      return hundredths(Math.max(0, before) + (answeredAt === undefined ? 0 : now - answeredAt));
    },
  };
}

/** Most calls cost a part of a millisecond. */
export const hundredths = (ms: number): number => Math.round(ms * 100) / 100;
