/** Where a store lives, and its opening in this thread. */
import { sqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

/** Plain values: they go to the thread of the database. */
export interface StorePlace {
  /** The data folder: of the SQLite file, where there is no address. */
  readonly dataDir: string;
  /** `storage.url`: PostgreSQL. */
  readonly url?: string;
}

/** For commands, and for the thread of the database; a gateway takes `storeAt`. Throws where it cannot be used. */
export const openStore = ({ dataDir }: StorePlace): Promise<Store> => sqliteStore(dataDir);
