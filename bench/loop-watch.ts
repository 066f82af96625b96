/** How long the loop of this process was blocked: a timer of a millisecond, and how much later than that it came. */

export interface Blocked {
  /** Milliseconds. */
  readonly longest: number;
  readonly p99: number;
  readonly looks: number;
}
export interface LoopWatch {
  forget(): void;
  told(): Blocked;
}

const EVERY_MS = 1;

export function loopWatch(): LoopWatch {
  let late: number[] = [];
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - EVERY_MS));
    last = now;
  }, EVERY_MS);
  return {
    forget: () => void (late = []),
    told: () => {
      const sorted = late.toSorted((a, b) => a - b);
      return {
        longest: sorted.at(-1) ?? 0,
        p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
        looks: sorted.length,
      };
    },
  };
}
