/** The vault that a gateway gets: durable where there is a data folder that works, else in memory. A store never keeps a gateway from starting. */
import { dataVersion } from "../store/data-version.ts";
import { DataFault, folderWarning } from "../store/folder.ts";
import { openSecrets } from "../store/secret.ts";
import { durableLevel } from "./durable.ts";
import { workerShelf } from "./worker-shelf.ts";
import { memoryLevel, memoryVault } from "./memory.ts";
import { besideShared } from "./beside.ts";
import { type Level, type Vault, vaultOf } from "./vault.ts";
import { reasonOf } from "../wire/reason.ts";

export interface DataFolder {
  readonly dataDir?: string | undefined;
  readonly secret?: string | undefined;
  /** Where replicas share a server, it is kept there. The secret may be the folder's all the same. */
  readonly url?: string | undefined;
}

export function openVault(
  { dataDir, secret, url }: DataFolder,
  clock: () => number,
  warn: (message: string) => void,
  /** What stands for this process's own memory: that of all processes on its port. */
  memory?: Level,
): Vault {
  const inMemory = (): Vault => (memory ? vaultOf(memory) : memoryVault(clock));
  if (dataDir === undefined) return inMemory();
  const failed = (error: unknown): void => warn(unusable(dataDir, url, error));
  try {
    const secrets = openSecrets(dataDir, secret, clock());
    const warning = folderWarning(dataDir);
    if (warning !== undefined) warn(warning);
    const shelf = workerShelf(
      { dataDir, secrets, ...(url !== undefined && { url }) },
      () => new Worker(new URL("./worker.ts", import.meta.url).href),
    );
    const disk = durableLevel(memoryLevel(clock), {
      ...{ shelf, clock, failed },
      // A server is asked at each look-up whether another replica wrote.
      ...(url === undefined && { dataVersion: dataVersion(dataDir) }),
    });
    return vaultOf(memory ? besideShared(disk, memory) : disk);
  } catch (error) {
    failed(error);
    return inMemory();
  }
}

function unusable(dir: string, url: string | undefined, error: unknown): string {
  const reason = reasonOf(error);
  if (url !== undefined && error instanceof DataFault)
    return `${reason} Until the gateway starts again, the reasoning that clients drop is kept in memory only.`;
  return `The data folder ${dir} cannot be used (${reason})${adviceFor(error)}. Until the gateway starts again, the reasoning that clients drop is kept in memory only; nothing else is lost.`;
}

function adviceFor(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) return "; codeswitch.db in it is damaged and may be deleted";
  return /^(SQLITE_FULL|SQLITE_IOERR|ENOSPC|EFBIG|EDQUOT)/.test(code) ? "; make room on its disk" : "";
}
