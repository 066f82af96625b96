/** How long answers usually are, by caller: what is held for an answer that may be 128,000 tokens long and never is. */
import { LIMITS } from "../wire/limits.ts";

export interface Typical {
  /** Tokens that nineteen of twenty of its answers stay under. */
  output(caller: string): number;
  saw(caller: string, tokens: number): void;
}

/** Until a caller has had a few answers. */
const UNKNOWN = 4_096;
const ANSWERS_MIN = 8;
const ANSWERS_MAX = 64;

interface Seen {
  readonly lengths: number[];
  next: number;
  p95: number;
}

export function typicalOutput(): Typical {
  const callers = new Map<string, Seen>();
  return {
    output: (caller) => callers.get(caller)?.p95 ?? UNKNOWN,
    saw: (caller, tokens) => {
      const seen = callers.get(caller) ?? { lengths: [], next: 0, p95: UNKNOWN };
      if (callers.size >= LIMITS.typicalCallersMax) {
        callers.delete(caller);
        if (callers.size >= LIMITS.typicalCallersMax) callers.delete(callers.keys().next().value ?? "");
      }
      callers.set(caller, seen);
      seen.lengths[seen.next] = tokens;
      seen.next = (seen.next + 1) % ANSWERS_MAX;
      const count = seen.lengths.length;
      // Sorted now and then: at first after each answer, later after each eighth.
      if (count < ANSWERS_MIN || (count === ANSWERS_MAX && seen.next % 8 !== 0)) return;
      const sorted = seen.lengths.toSorted((one, other) => one - other);
      seen.p95 = Math.max(sorted[Math.ceil(count * 0.95) - 1] ?? UNKNOWN, 1);
    },
  };
}
