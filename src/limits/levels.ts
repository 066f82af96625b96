/** How counters stood when this process last heard of them, and what its own calls came to since. */
import type { Level } from "./counters.ts";

export interface LastLevels {
  of(meter: string): Level | undefined;
  saw(meter: string, level: Level): void;
  /** A call of this process ended: its hold became what it came to. */
  settled(meter: string, held: number, actual: number): Level | undefined;
}

/** Windows come and go, and each has counters of its own. */
const METERS_MAX = 20_000;

export function lastLevels(): LastLevels {
  const levels = new Map<string, Level>();
  const put = (meter: string, level: Level): void => {
    levels.delete(meter);
    levels.set(meter, level);
    for (const oldest of levels.keys()) {
      if (levels.size <= METERS_MAX) break;
      levels.delete(oldest);
    }
  };
  return {
    of: (meter) => levels.get(meter),
    saw: put,
    settled: (meter, held, actual) => {
      const before = levels.get(meter);
      if (!before) return undefined;
      const now = { spent: before.spent + actual, held: Math.max(0, before.held - held) };
      put(meter, now);
      return now;
    },
  };
}
