/** Whether a change made the gateway slower: a ratio is worse only when every try says so. */
import type { Results } from "./results.ts";

/** Beyond this share of the last ratio. Single runs on a shared machine differ by a third. */
export const WORSE_BY = 0.4;
export const TRIES = 3;

export interface Lane {
  readonly id: string;
  /** Absent: never measured. */
  readonly last?: number;
  readonly tries: readonly number[];
  readonly isWorse: boolean;
}

/** Asks again only for the lanes that every try so far found worse. `attempt` measures these lanes' ratios. */
export async function compared(
  ids: readonly string[],
  last: Results["ratios"],
  attempt: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>,
): Promise<readonly Lane[]> {
  const tries = new Map<string, number[]>(ids.map((id) => [id, []]));
  let suspects = ids;
  for (let time = 0; time < TRIES && suspects.length > 0; time++) {
    const found = await attempt(suspects);
    for (const id of suspects) tries.get(id)?.push(found.get(id) ?? Number.NaN);
    suspects = suspects.filter((id) => isWorse(found.get(id), last[id]));
  }
  return ids.map((id) => ({
    id,
    ...(last[id] !== undefined && { last: last[id] }),
    tries: tries.get(id) ?? [],
    isWorse: suspects.includes(id),
  }));
}

const isWorse = (ratio: number | undefined, last: number | undefined): boolean => {
  if (ratio === undefined || Number.isNaN(ratio)) throw new Error("A lane was asked for and not measured.");
  return last !== undefined && ratio > last * (1 + WORSE_BY);
};

/** Beyond this share the machine is not as fast as it was. */
const SAME_WITHIN = 0.25;

/** Why these results cannot be compared with this machine's; undefined: they can. */
export function whyNotComparable(
  last: Results | undefined,
  now: Pick<Results, "machine" | "yardstickMicros">,
): string | undefined {
  if (last === undefined) return "There is no bench/results.json: npm run bench -- --write makes one.";
  const [before, here] = [last.machine[0], now.machine[0]];
  if (before !== here) return `The last results are of another machine: ${before}. This one is ${here}.`;
  const [then, today] = [last.yardstickMicros, now.yardstickMicros];
  if (then === undefined || today === undefined || Math.abs(today / then - 1) <= SAME_WITHIN) return undefined;
  return `This machine is not as fast as it was for the last results: the same JavaScript takes ${today.toFixed(0)} µs, and took ${then.toFixed(0)} µs then.`;
}
