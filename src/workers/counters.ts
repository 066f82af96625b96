/** Counters that the supervisor keeps for all workers of its port: one of them asks over its line, and all count in one place. */
import type { Admission, Admit, Counters, Level, Meter, Settlement } from "../limits/counters.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Line, Verbs } from "./line.ts";

/** `withinMs`: a supervisor that takes longer counts as away. */
export function countersOver(line: Line, withinMs: number = LIMITS.countersMs): Counters {
  /** Calls that were let in and have not ended. */
  const open = new Set<string>();
  return {
    admit: async (call) => {
      try {
        const late = (admission: unknown): void => {
          // Nobody will ever end what nobody knows of. A call that was let in before ends with its own settlement.
          if ((admission as Admission).kind === "admitted" && !open.has(call.id)) line.tell("settle", call.id, []);
        };
        const admission = (await line.ask("admit", [call], { withinMs, late })) as Admission;
        if (admission.kind === "admitted" && call.meters.length > 0) open.add(call.id);
        return admission;
      } catch {
        return { kind: "away", meter: 0 };
      }
    },
    settle: (id, settlements) => {
      open.delete(id);
      line.tell("settle", id, settlements);
    },
    renew: (ids, leaseMs) => line.tell("renew", ids, leaseMs),
    seed: (meter, spent) => line.tell("seed", meter, [...spent]),
    levels: async (meters) => {
      const levels = (await line.ask("levels", [meters])) as readonly (Level | null)[];
      return levels.map((level) => level ?? undefined);
    },
    correct: (meter, by) => line.tell("correct", meter, by),
    // Answered behind all that was told before: that has arrived then.
    close: async () => void (await line.ask("levels", [[]], { withinMs }).catch(() => {})),
  };
}

/** What a worker may ask of them. */
export const counterVerbs = (counters: Counters): Verbs => ({
  admit: (call: Admit) => counters.admit(call),
  settle: (id: string, settlements: readonly Settlement[]) => counters.settle(id, settlements),
  renew: (ids: readonly string[], leaseMs: number) => counters.renew(ids, leaseMs),
  seed: (meter: Meter, spent: readonly (readonly [number, number])[]) => counters.seed(meter, new Map(spent)),
  levels: (meters: readonly Meter[]) => counters.levels(meters),
  correct: (meter: Meter, by: number) => counters.correct(meter, by),
});
