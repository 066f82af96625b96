/** Where a store lives, and its opening in this thread. */
import type { SecretId } from "./own-secret.ts";
import { sqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

/** Plain values: they go to the thread of the database. */
export interface StorePlace {
  /** The data folder: of the SQLite file, where there is no address. */
  readonly dataDir: string;
  /** `storage.url`: PostgreSQL. */
  readonly url?: string;
  /** With which a database of replicas is compared. */
  readonly secrets?: readonly SecretId[];
  /** A second thread of one gateway: it needs fewer connections. */
  readonly isBeside?: true;
}

/** For commands, and for the thread of the database; a gateway takes `storeAt`. Throws where it cannot be used. */
export async function openStore({ dataDir, url, secrets, isBeside }: StorePlace): Promise<Store> {
  if (url === undefined) return sqliteStore(dataDir);
  // Loaded here: most gateways have no server to talk to.
  const { postgresStore } = await import("./postgres.ts");
  return postgresStore({
    url,
    ...(secrets && secrets.length > 0 && { secrets }),
    ...(isBeside && { connections: CONNECTIONS_BESIDE }),
  });
}

/** One for what sums and drops, one for reports. */
const CONNECTIONS_BESIDE = 2;
