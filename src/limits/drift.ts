/**
 * Counters against the ledger, once a minute by one of the replicas. Calls that end between two questions make a
 * difference that is none; what is the same at two looks is corrected.
 */
import type { Counters } from "./counters.ts";
import type { Metered } from "./meters.ts";
import { isFirst } from "./once.ts";
import type { Seeding } from "./seeding.ts";

export interface Drift {
  /** A budget that was asked about: it is compared as long as its window lasts. */
  saw(metered: Metered): void;
  /** How many counters were corrected. */
  compare(): Promise<number>;
  stop(): void;
}

export interface DriftOptions {
  readonly counters: Counters;
  readonly seeding: Pick<Seeding, "spent">;
  clock(): number;
  warn(message: string): void;
  /** Until the journal has brought what had ended at the first look. */
  pause?(): Promise<void>;
}

const EVERY_MS = 60_000;
const BETWEEN_MS = 10_000;
/** Compared in one turn; the others in the next ones. */
const AT_ONCE = 500;
const SEEN_MAX = 20_000;
const TOLD_FROM = 0.01;

export function drift({ counters, seeding, clock, warn, pause = () => Bun.sleep(BETWEEN_MS) }: DriftOptions): Drift {
  const seen = new Map<string, Metered>();
  let isStopped = false;

  /** What the ledger knows more of each, and nothing of those that only one of the two knows. */
  const look = async (all: readonly Metered[]): Promise<ReadonlyMap<Metered, number>> => {
    const found = new Map<Metered, number>();
    const levels = await counters.levels(all.map(({ meter }) => meter));
    for (const [at, metered] of all.entries()) {
      const level = levels[at];
      if (!level || isStopped) continue;
      const spent = (await seeding.spent(metered)).values().reduce((sum, part) => sum + part, 0);
      if (spent !== level.spent) found.set(metered, spent - level.spent);
    }
    return found;
  };
  const turn = (): readonly Metered[] => {
    const now = clock();
    const all: Metered[] = [];
    for (const [id, metered] of seen) {
      const { window } = metered.meter;
      if (window?.kind === "fixed" && window.end !== null && window.end < now) seen.delete(id);
      else if (all.length < AT_ONCE) all.push(metered);
    }
    // To the end of the line.
    for (const metered of all) if (seen.delete(metered.meter.id)) seen.set(metered.meter.id, metered);
    return all;
  };
  const compare = async (): Promise<number> => {
    const start = Math.floor(clock() / EVERY_MS) * EVERY_MS;
    const all = turn();
    if (all.length === 0) return 0;
    if (!(await isFirst(counters, `compare:${start}`, { kind: "fixed", start, end: start + EVERY_MS }))) return 0;
    const before = await look(all);
    if (before.size === 0) return 0;
    await pause();
    let corrected = 0;
    for (const [metered, by] of await look([...before.keys()])) {
      if (before.get(metered) !== by || isStopped) continue;
      await counters.correct(metered.meter, by);
      corrected++;
      const { meter, scope } = metered;
      if (Math.abs(by) > meter.max * TOLD_FROM)
        warn(
          `The counter of a budget of ${scope.label} was ${by > 0 ? "less" : "more"} than the ledger by ${Math.abs(by)} nano-dollars, and was corrected (${meter.id}).`,
        );
    }
    return corrected;
  };
  const timer = setInterval(() => {
    compare().catch((error: unknown) => warn(`Budgets could not be compared with the ledger: ${String(error)}`));
  }, EVERY_MS);
  timer.unref();
  return {
    saw: (metered) => {
      if (metered.meter.seeded === true && (seen.has(metered.meter.id) || seen.size < SEEN_MAX))
        seen.set(metered.meter.id, metered);
    },
    compare,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
