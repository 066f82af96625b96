/** A call against all its meters at once: admitted by every one of them, or by none. */
import type { Admission as Answer, Counters, Level } from "./counters.ts";
import type { Grace } from "./grace.ts";
import type { LastLevels } from "./levels.ts";
import type { Metered } from "./meters.ts";
import type { Full } from "./refusal.ts";
import type { Seeding } from "./seeding.ts";

/** What a call has of one meter. */
export interface Held {
  readonly metered: Metered;
  readonly held: number;
  readonly level: Level;
}

export type Admitted =
  /** `unseen`: counted by nobody, for neither the counters nor the ledger know them. */
  | { readonly kind: "admitted"; readonly held: readonly Held[]; readonly unseen: readonly Metered[] }
  | { readonly kind: "refused"; readonly full: Full }
  | { readonly kind: "away"; readonly metered: Metered };

export type OrLater<T> = T | Promise<T>;

export interface Admitting {
  readonly counters: Counters;
  readonly seeding: Pick<Seeding, "seed">;
  readonly levels: LastLevels;
  readonly grace: Grace;
  clock(): number;
}

/** A lease that nobody renews is over after so long. */
export const LEASE_MS = 60_000;
/** A counter that was seeded may be lost again before it is asked. */
const ROUNDS_MAX = 3;

/** At once where the counters answer at once. */
export function admitted(id: string, all: readonly Metered[], by: Admitting): OrLater<Admitted> {
  return round({ id, all, unseen: [], rounds: 0 }, by);
}

interface Asking {
  readonly id: string;
  readonly all: readonly Metered[];
  readonly unseen: readonly Metered[];
  readonly rounds: number;
}

function round(asking: Asking, by: Admitting): OrLater<Admitted> {
  const { id, all } = asking;
  const answer = by.counters.admit({ id, meters: all.map(({ meter }) => meter), leaseMs: LEASE_MS });
  return answer instanceof Promise ? answer.then((late) => read(late, asking, by)) : read(answer, asking, by);
}

function read(answer: Answer, asking: Asking, by: Admitting): OrLater<Admitted> {
  const { all, unseen } = asking;
  if (answer.kind === "unknown") return seeded(answer.meters, asking, by);
  if (answer.kind === "away") return { kind: "away", metered: all[answer.meter] as Metered };
  if (answer.kind === "refused") {
    const metered = all[answer.meter] as Metered;
    by.levels.saw(metered.meter.id, answer.level);
    return { kind: "refused", full: { metered, level: answer.level, waitMs: answer.waitMs } };
  }
  const held = all.map((metered, at): Held => {
    const level = answer.levels[at] ?? { spent: 0, held: 0 };
    by.levels.saw(metered.meter.id, level);
    return { metered, held: answer.holds[at] ?? 0, level };
  });
  return { kind: "admitted", held, unseen };
}

async function seeded(meters: readonly number[], { id, all, unseen, rounds }: Asking, by: Admitting) {
  const missing = meters.map((at) => all[at] as Metered);
  const found = await Promise.all(
    missing.map((metered) => (rounds < ROUNDS_MAX ? by.seeding.seed(metered) : ("away" as const))),
  );
  const away = missing.filter((_, at) => found[at] === "away");
  for (const metered of missing) if (!away.includes(metered)) by.grace.end(metered.meter.id);
  for (const [at, metered] of away.entries()) {
    const taken = by.grace.take(metered);
    if (taken === "taken") continue;
    for (const before of away.slice(0, at)) by.grace.settled(before, 0);
    return taken === "spent" ? spentBefore(metered, by) : ({ kind: "away", metered } as const);
  }
  const left = all.filter((metered) => !away.includes(metered));
  return round({ id, all: left, unseen: [...unseen, ...away], rounds: rounds + 1 }, by);
}

function spentBefore(metered: Metered, { levels, clock }: Admitting): Admitted {
  const { id, max, window } = metered.meter;
  const waitMs = window?.kind === "fixed" && window.end !== null ? window.end - clock() : null;
  return { kind: "refused", full: { metered, level: levels.of(id) ?? { spent: max, held: 0 }, waitMs } };
}
