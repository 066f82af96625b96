/** The vault that a gateway gets: durable where there is a data folder that works, else in memory. A store never keeps a gateway from starting. */
import { openSecrets } from "../store/secret.ts";
import type { ReasoningRows, Store } from "../store/store.ts";
import { boxOf } from "./box.ts";
import { durableLevel } from "./durable.ts";
import { memoryLevel, memoryVault } from "./memory.ts";
import { type Vault, vaultOf } from "./vault.ts";

export interface DataFolder {
  readonly dataDir?: string;
  readonly secret?: string;
}

export function openVault(
  { dataDir, secret }: DataFolder,
  clock: () => number,
  warn: (message: string) => void,
): Vault {
  if (dataDir === undefined) return memoryVault(clock);
  const failed = (error: unknown): void =>
    warn(
      `The data folder ${dataDir} cannot be used (${error instanceof Error ? error.message : String(error)}); a damaged codeswitch.db in it may be deleted. Until the gateway starts again, the reasoning that clients drop is kept in memory only; nothing else is lost.`,
    );
  try {
    const box = boxOf(openSecrets(dataDir, secret, clock()));
    const store = openStore(dataDir);
    const vault = vaultOf(durableLevel(memoryLevel(clock), { rows: rowsOf(store), box, clock, failed }));
    return {
      ...vault,
      stop: async () => {
        await vault.stop();
        await store.then(
          (opened) => opened.close(),
          () => {},
        );
      },
    };
  } catch (error) {
    failed(error);
    return memoryVault(clock);
  }
}

/** Loading and opening a database takes longer than all the rest of a start, and no call needs it at once. */
async function openStore(dir: string): Promise<Store> {
  const { sqliteStore } = await import("../store/sqlite.ts");
  return sqliteStore(dir);
}

/** Who asks before it is open waits; who asks one that did not open is told why. */
const rowsOf = (store: Promise<Store>): ReasoningRows => ({
  put: async (rows) => (await store).reasoning.put(rows),
  get: async (keys, now) => (await store).reasoning.get(keys, now),
  prune: async (now, bounds) => (await store).reasoning.prune(now, bounds),
  count: async () => (await store).reasoning.count(),
});
