/** Opens the store that a gateway shares among its rooms, when one of them first asks; again after a failure, so that a database that comes back is used. */
import { sqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

export interface StorePlace {
  /** The folder of the SQLite file. */
  readonly dataDir?: string;
}

export interface SharedStore {
  /** Rejects where it cannot be opened now. */
  get(): Promise<Store>;
  close(): Promise<void>;
}

/** How soon after a failure it is tried again. */
const AGAIN_MS = 2_000;

/** undefined: there is no place for one, and memory alone serves. */
export const storeAt = ({ dataDir }: StorePlace): SharedStore | undefined =>
  dataDir === undefined ? undefined : sharedStore(() => sqliteStore(dataDir));

export function sharedStore(open: () => Promise<Store>, clock: () => number = () => performance.now()): SharedStore {
  let opening: Promise<Store> | undefined;
  let failedAt = -Infinity;
  return {
    get: () => {
      if (opening === undefined || (failedAt > -Infinity && clock() - failedAt >= AGAIN_MS)) {
        failedAt = -Infinity;
        opening = open();
        opening.catch(() => void (failedAt = clock()));
      }
      return opening;
    },
    close: async () => {
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}
