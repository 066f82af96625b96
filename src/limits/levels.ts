/** How counters stood when this process last heard of them, and what its own calls came to since. */
import { LIMITS } from "../wire/limits.ts";
import type { Level } from "./counters.ts";

export interface LastLevels {
  of(meter: string): Level | undefined;
  saw(meter: string, level: Level): void;
  /** A call of this process ended: its hold became what it came to. */
  settled(meter: string, held: number, actual: number): Level | undefined;
}

export function lastLevels(): LastLevels {
  let [older, newer] = [new Map<string, Level>(), new Map<string, Level>()];
  const of = (meter: string): Level | undefined => newer.get(meter) ?? older.get(meter);
  const put = (meter: string, level: Level): void => {
    newer.set(meter, level);
    if (newer.size >= LIMITS.levelsKnownMin) [older, newer] = [newer, new Map()];
  };
  return {
    of,
    saw: put,
    settled: (meter, held, actual) => {
      const before = of(meter);
      if (!before) return undefined;
      const now = { spent: before.spent + actual, held: Math.max(0, before.held - held) };
      put(meter, now);
      return now;
    },
  };
}
