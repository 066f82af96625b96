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
  return {
    read: () => {
      try {
        file ??= new Database(join(dir, DATABASE_FILE), { readonly: true });
        version ??= file.query("pragma data_version");
        return version.get()?.data_version;
      } catch {
        return undefined;
      }
    },
    close: () => {
      version?.finalize();
      file?.close();
    },
  };
}
