/** The one way to a store: a SQLite file in the data folder, or PostgreSQL where there is an address. */
import { sqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

/** Plain values: they go to the thread of the database. */
export interface StorePlace {
  /** The data folder. */
  readonly dir: string;
  /** `storage.url`. */
  readonly url?: string;
}

/** In this thread, for commands and for the thread of the database; a gateway takes `storeThread`. Throws where it cannot be used. */
export const openStore = ({ dir }: StorePlace): Promise<Store> => sqliteStore(dir);
