/** What a budget may spend while nobody can say what was spent: a little beyond the last that was known, then nothing. */
import type { LastLevels } from "./levels.ts";
import type { Metered } from "./meters.ts";

export interface Grace {
  /** spent: by all that is known the budget was spent before. over: the little is used up. */
  take(metered: Metered): "taken" | "spent" | "over";
  settled(metered: Metered, actual: number): void;
  /** The ledger has spoken again. */
  end(meter: string): void;
}

/** One hundredth, and a dollar at most. All in nano-dollars. */
export const graceOf = (max: number): number => Math.min(Math.ceil(max / 100), ONE_DOLLAR);
const ONE_DOLLAR = 1_000_000_000;

export function grace(levels: LastLevels): Grace {
  const unseen = new Map<string, number>();
  return {
    take: ({ meter }) => {
      const known = levels.of(meter.id)?.spent ?? 0;
      if (known >= meter.max) return "spent";
      const taken = (unseen.get(meter.id) ?? 0) + meter.amount;
      if (taken > graceOf(meter.max)) return "over";
      unseen.set(meter.id, taken);
      return "taken";
    },
    settled: ({ meter }, actual) => {
      const taken = unseen.get(meter.id);
      if (taken !== undefined) unseen.set(meter.id, Math.max(0, taken - meter.amount + actual));
    },
    end: (meter) => void unseen.delete(meter),
  };
}
