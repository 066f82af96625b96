/** Whether anybody wrote to the database, asked without reading a row: https://www.sqlite.org/pragma.html#pragma_data_version */
import { Database, type Statement } from "bun:sqlite";
import { join } from "node:path";
import { DATABASE_FILE } from "./folder.ts";

export interface DataVersion {
  /** Another number once another connection has written, whoever holds it. undefined: it cannot be told now. */
  read(): number | undefined;
  close(): void;
}

/** A connection of its own, which only reads: a look at the index in shared memory, a microsecond, and it waits for no lock. The file must be there. */
export function dataVersion(dir: string): DataVersion {
  let file: Database | undefined;
  let version: Statement<{ data_version: number }, []> | undefined;
  let isUnusable = false;
  const opened = (): Statement<{ data_version: number }, []> => {
    file = new Database(join(dir, DATABASE_FILE), { readonly: true });
    file.run("pragma busy_timeout = 0");
    return file.query<{ data_version: number }, []>("pragma data_version");
  };
  return {
    read: () => {
      if (isUnusable) return undefined;
      try {
        return (version ??= opened()).get()?.data_version;
      } catch {
        isUnusable = version === undefined;
        return undefined;
      }
    },
    close: () => {
      isUnusable = true;
      version?.finalize();
      file?.close();
    },
  };
}
