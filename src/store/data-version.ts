/** Detects that another connection wrote to the database, without reading a row: https://www.sqlite.org/pragma.html#pragma_data_version */
import { Database, type Statement } from "bun:sqlite";
import { join } from "node:path";
import { DATABASE_FILE } from "./folder.ts";

export interface DataVersion {
  /** Changes when any other connection has written, our own writer included. undefined: it cannot be read now. */
  read(): number | undefined;
  close(): void;
}

/** A read-only connection of its own. A read takes a microsecond, from the index in shared memory, and waits for no lock. The file must exist. */
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
