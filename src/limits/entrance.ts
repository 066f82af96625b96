/** The way in: a call asks all its meters, and what was let in is kept until the call's end. */
import type { GatewayError } from "../ir/error.ts";
import type { Admissible } from "../relay/call.ts";
import { admitted, type Admitted, type Admitting, type OrLater } from "./admission.ts";
import type { Settlement } from "./counters.ts";
import type { Marks } from "./marks.ts";
import type { Metered } from "./meters.ts";
import { type Hold, undone } from "./open-holds.ts";
import { memoryFull, refusalOf, spentUnseen } from "./refusal.ts";

export interface Entering extends Admitting {
  /** The journal takes no further record. */
  full?(): boolean;
  readonly look: Marks["look"];
  /** Absent: there is no ledger to compare with. */
  saw?(metered: Metered): void;
  settle(id: string, settlements: readonly Settlement[]): void;
}

/** What refuses the call, or nothing: then the hold has what was let in. At once where the counters answer at once. */
export function enter(
  hold: Hold,
  call: Admissible,
  meters: readonly Metered[],
  by: Entering,
): OrLater<GatewayError | undefined> {
  const budgeted = by.full?.() === true ? meters.find(({ budget }) => budget) : undefined;
  if (budgeted) return memoryFull(budgeted);
  return after(admitted(hold.id, meters, by), (found) => {
    if (found.kind === "admitted") keep(hold, call, found, by);
    return refusalIn(found, by.clock());
  });
}

/** Without a turn of the loop where the value is there. */
export const after = <T, U>(value: OrLater<T>, then: (value: T) => OrLater<U>): OrLater<U> =>
  value instanceof Promise ? value.then(then) : then(value);

type LetIn = Extract<Admitted, { readonly kind: "admitted" }>;

function keep(hold: Hold, { record: { draft }, kind }: Admissible, found: LetIn, by: Entering): void {
  // A count of tokens is a request, whatever becomes of it.
  if (kind === "count") return by.settle(hold.id, asCounted(found));
  // The caller left while the counters were asked: its record is written, and nobody else will settle.
  if (hold.over) return by.settle(hold.id, undone(found));
  hold.held = hold.held.length === 0 ? found.held : [...hold.held, ...found.held];
  for (const { metered, level } of found.held) {
    by.look(metered, level);
    by.saw?.(metered);
  }
  if (found.unseen.length > 0) hold.unseen = [...hold.unseen, ...found.unseen];
  draft.heldNano = hold.held.reduce(
    (most, { metered, held }) => (metered.measure === "cost" ? Math.max(most, held) : most),
    0,
  );
  draft.settled = hold.held.length > 0;
}

const asCounted = ({ held }: LetIn): readonly Settlement[] =>
  held.map(({ metered, held: amount }) => ({ meter: metered.meter, held: amount, actual: amount }));

function refusalIn(found: Admitted, now: number): GatewayError | undefined {
  if (found.kind === "refused") return refusalOf(found.full, now);
  return found.kind === "away" ? spentUnseen(found.metered) : undefined;
}
