/** The store of a data folder, open for as long as one piece of work takes. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE } from "../store/folder.ts";
import type { Store } from "../store/store.ts";

/** A look makes no folder: where there is no store, there is nothing to be read. */
export const hasStore = (dir: string): boolean => existsSync(join(dir, DATABASE_FILE));

/** Throws where the folder cannot be used. */
export async function withStore<T>(dir: string, work: (store: Store) => Promise<T>): Promise<T> {
  // Loaded here, so that --help stays quick, and nobody loads a database who needs none.
  const { sqliteStore } = await import("../store/sqlite.ts");
  const store = await sqliteStore(dir);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
