/** The marks of budgets at which somebody is told: each once in a window. */
import type { Counters, Level, Window } from "./counters.ts";
import type { Metered } from "./meters.ts";
import { isFirst } from "./once.ts";

export interface Reached {
  readonly metered: Metered;
  readonly mark: number;
  readonly spent: number;
  readonly at: number;
}

export interface Marks {
  /** After every change of a budget's level. Asks nobody until a mark is reached. */
  look(metered: Metered, level: Level): void;
}

export interface MarksOptions {
  readonly counters: Counters;
  clock(): number;
  tell(reached: Reached): void;
  warn(message: string): void;
}

/** Marks that this process has asked about, and until when it need not ask again. */
const ASKED_MAX = 10_000;

export function marks({ counters, clock, tell, warn }: MarksOptions): Marks {
  const asked = new Map<string, number>();

  const reach = async (reached: Reached, id: string, window: Window): Promise<void> => {
    try {
      if (await isFirst(counters, id, window)) tell(reached);
    } catch (error) {
      asked.delete(id);
      warn(`Whether a mark of a budget was told already cannot be found out: ${String(error)}`);
    }
  };
  return {
    look: (metered, { spent }) => {
      const { budget, meter } = metered;
      if (!budget || !meter.window || budget.soft.length === 0) return;
      const at = clock();
      for (const mark of budget.soft) {
        if (spent < mark * meter.max) continue;
        const id = `mark:${mark}:${meter.id}`;
        if ((asked.get(id) ?? -Infinity) > at) continue;
        if (asked.size >= ASKED_MAX) asked.clear();
        asked.set(id, untilOf(meter.window, at));
        void reach({ metered, mark, spent, at }, id, meter.window);
      }
    },
  };
}

/** In a rolling window a mark is asked about again with each bucket: it may have been told so long ago that it is due again. */
const untilOf = (window: Window, at: number): number =>
  window.kind === "rolling" ? at + window.bucketMs : (window.end ?? Infinity);
