/** Calls as they end. A row comes into the table a moment after its call has ended, and not always in that order, so that a little of what was shown is looked at again. */
import type { CallRow } from "../store/call-row.ts";
import type { CallFilter, CallRows } from "../store/store.ts";
import { eachCall } from "./calls-here.ts";

/** Later ones, such as those of a gateway that was killed, are not followed: `logs` shows them. */
const LATE_MS = 10_000;
const LOOK_MS = 500;

interface Times {
  /** Milliseconds since 1970. */
  clock(): number;
  wait(ms: number): Promise<unknown>;
}

/** What came after `shown`, each once, in the order in which it was found: a line that stands is never moved. */
export async function* followed(
  calls: Pick<CallRows, "list">,
  filter: CallFilter,
  shown: readonly CallRow[],
  { clock, wait }: Times,
): AsyncGenerator<CallRow> {
  const [first] = shown;
  /** Cut off by the limit of what is shown first. */
  const isOlder = ({ ended_at: at, id }: CallRow): boolean =>
    first !== undefined && (at < first.ended_at || (at === first.ended_at && id < first.id));
  let newest = Math.max(filter.from ?? 0, shown.at(-1)?.ended_at ?? clock());
  let seen = new Map(shown.map(({ id, ended_at }) => [id, ended_at]));
  for (;;) {
    const from = Math.max(filter.from ?? 0, newest - LATE_MS);
    const fresh: CallRow[] = [];
    for await (const row of eachCall(calls, { ...filter, from }))
      if (!seen.has(row.id) && !isOlder(row)) fresh.push(row);
    for (const row of fresh.reverse()) {
      seen.set(row.id, row.ended_at);
      newest = Math.max(newest, row.ended_at);
      yield row;
    }
    seen = new Map([...seen].filter(([, endedAt]) => endedAt >= newest - LATE_MS));
    await wait(LOOK_MS);
  }
}
