/** Sightings that outlive a restart, in the data folder. A folder that does not work costs nothing but the memory: the vault warns of it. */
import { type Sightings, sightings } from "../providers/sightings.ts";
import type { Store } from "../store/store.ts";
import { hasStore, withStore } from "./with-store.ts";

export interface KeptSightings extends Sightings {
  /** Resolves when what was kept is known, and what was seen so far is kept. */
  settled(): Promise<void>;
}

/** Begins to read at once, and holds nobody up. */
export function sightingsIn(dir: string, clock: () => number = Date.now): KeptSightings {
  let last: Promise<unknown> = Promise.resolve();
  const next = (work: (store: Store) => Promise<unknown>): void =>
    void (last = last.then(() => withStore(dir, work)).catch(() => {}));
  const seen = sightings(clock, (one) => next(({ deployments }) => deployments.put(one)));
  if (hasStore(dir)) next(async ({ deployments }) => seen.recall(await deployments.all()));
  return { ...seen, settled: async () => void (await last) };
}

/** What is known of deployments, for a command that asks nobody: `seen.of(provider, model)`. */
export async function knownSightings(dir: string): Promise<Sightings> {
  const seen = sightingsIn(dir);
  await seen.settled();
  return seen;
}
