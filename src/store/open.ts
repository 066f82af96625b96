/** Opens the store that a gateway shares among its rooms, when one of them first asks; again after a failure, so that a database that comes back is used. */
import { DataFault } from "./folder.ts";
import type { SecretId } from "./own-secret.ts";
import { isAway } from "./postgres-faults.ts";
import type { StorePlace } from "./place.ts";
import type { Store } from "./store.ts";
import { storeThread } from "./store-thread.ts";
import { reasonOf } from "../wire/reason.ts";

export interface SharedStore {
  /** Rejects where it cannot be opened now. */
  get(): Promise<Store>;
  close(): Promise<void>;
}

/** How soon after a failure it is tried again. */
const AGAIN_MS = 2_000;

export interface SharedPlace {
  readonly dataDir: string | undefined;
  readonly url?: string | undefined;
  /** Asked for where replicas share a server: each must have the same. */
  secrets?(): readonly SecretId[];
}

/** undefined: there is no place for one, and memory alone serves. */
export const storeAt = ({ dataDir, url, secrets }: SharedPlace): SharedStore | undefined =>
  dataDir === undefined
    ? undefined
    : sharedStore(async () =>
        opened(
          url === undefined ? { dataDir } : { dataDir, url, secrets: secrets?.().map(({ id }) => ({ id })) ?? [] },
        ),
      );

/** For whoever starts: a fault that a person must put right stops it, a server that is away is warned of and tried again. */
export const orAway =
  (warn: (message: string) => void) =>
  (error: unknown): void => {
    if (error instanceof DataFault && !isAway(error)) throw error;
    warn(`What is remembered cannot be reached: ${reasonOf(error)}`);
  };

/** In its own thread. */
async function opened(place: StorePlace): Promise<Store> {
  const store = storeThread(place);
  try {
    await store.ready();
    return store;
  } catch (error) {
    store.end();
    throw error;
  }
}

function sharedStore(open: () => Promise<Store>, clock: () => number = () => performance.now()): SharedStore {
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
