/** The vault that a gateway gets: durable where there is a data folder that works, else in memory. A store never keeps a gateway from starting. */
import { openSecrets } from "../store/secret.ts";
import { DATABASE_FILE, sqliteStore } from "../store/sqlite.ts";
import { boxOf } from "./box.ts";
import { durableLevel } from "./durable.ts";
import { memoryLevel, memoryVault } from "./memory.ts";
import { type Vault, vaultOf } from "./vault.ts";

export interface DataFolder {
  readonly dataDir?: string;
  readonly secret?: string;
}

export async function openVault(
  { dataDir, secret }: DataFolder,
  clock: () => number,
  warn: (message: string) => void,
): Promise<Vault> {
  if (dataDir === undefined) return memoryVault(clock);
  const inMemory = (what: string, error: unknown): void =>
    warn(
      `${what} (${error instanceof Error ? error.message : String(error)}). Until the gateway starts again, the reasoning that clients drop is kept in memory only; nothing else is lost.`,
    );
  try {
    const box = boxOf(openSecrets(dataDir, secret, clock()));
    const store = await sqliteStore(dataDir);
    const failed = (error: unknown): void => inMemory(`The data folder ${dataDir} failed`, error);
    const vault = vaultOf(durableLevel(memoryLevel(clock), { rows: store.reasoning, box, clock, failed }));
    return {
      ...vault,
      stop: async () => {
        await vault.stop();
        await store.close().catch(failed);
      },
    };
  } catch (error) {
    inMemory(`The data folder ${dataDir} cannot be used; if ${DATABASE_FILE} in it is damaged, delete it`, error);
    return memoryVault(clock);
  }
}
