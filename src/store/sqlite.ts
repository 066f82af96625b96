/** The store in one SQLite file, or in memory. */
import { Database, type SQLQueryBindings } from "bun:sqlite";
import { chmodSync, closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { Kysely, type Logger, type SqliteDatabase, SqliteDialect } from "kysely";
import { isBusy } from "./busy.ts";
import { capabilityRows } from "./capabilities.ts";
import { deploymentRows } from "./deployments.ts";
import { DATABASE_FILE, privateFolder, refuseLink } from "./folder.ts";
import { callRows } from "./calls.ts";
import { IN_FILE } from "./file-retention.ts";
import { credentialRows, keyRows } from "./keys.ts";
import { migrate } from "./migrate.ts";
import { reasoningRows } from "./reasoning.ts";
import { reasoningVersion } from "./reasoning-version.ts";
import type { Schema } from "./schema.ts";
import { epochOf } from "./settings.ts";
import { sqlOf } from "./sql.ts";
import type { Store } from "./store.ts";

/** The thread is blocked meanwhile, so it is short: another gateway on the same file writes for milliseconds. */
const BUSY_MS = 250;
/** The other gateway may be migrating. A thread that is blocked here cannot be terminated. */
const BUSY_AT_START_MS = 1_000;
const OPEN_TRIES_MAX = 5;
const RETRY_MS = 100;

/** Throws where the folder cannot be written or the file is no database of ours. */
export function sqliteStore(dir: string): Promise<Store> {
  const next = opening.then(() => openFile(dir));
  opening = next.catch(() => undefined);
  return next;
}

/** One after the other: two that open one file in one process would wait for each other on its only thread. */
let opening: Promise<unknown> = Promise.resolve();

async function openFile(dir: string): Promise<Store> {
  const path = join(privateFolder(dir), DATABASE_FILE);
  refuseLink(path);
  // SQLite gives the files beside it, -wal and -shm, the mode of this one.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  for (let tries = 1; ; tries++)
    try {
      return await opened(new Database(path, { create: true, readwrite: true }));
    } catch (error) {
      // Some locks are refused without the wait that we asked for.
      if (!isBusy(error) || tries === OPEN_TRIES_MAX) throw error;
      await Bun.sleep(RETRY_MS);
    }
}

export const sqliteMemoryStore = (): Promise<Store> => opened(new Database(":memory:"));

async function opened(file: Database): Promise<Store> {
  try {
    file.run(`pragma busy_timeout = ${BUSY_AT_START_MS}`);
    // Pages that retention frees can be given back. It has to be said before there is a table.
    file.run("pragma auto_vacuum = incremental");
    file.run("pragma journal_mode = wal");
    // A power cut may cost the last moments, never the file: https://www.sqlite.org/pragma.html#pragma_synchronous
    file.run("pragma synchronous = normal");
    const db = kyselyOn(file);
    await migrate(db, { engine: "sqlite", binary: "blob" });
    file.run(`pragma busy_timeout = ${BUSY_MS}`);
    return {
      reasoning: reasoningRows(db, reasoningVersion(db)),
      capabilities: capabilityRows(db),
      deployments: deploymentRows(db),
      calls: callRows(sqlOf("sqlite", db), IN_FILE, (text) => {
        const statement = file.query<unknown, SQLQueryBindings[]>(text.replace(/\$(?=\d)/g, "?"));
        return (values) => statement.run(...(values as SQLQueryBindings[])).changes;
      }),
      keys: keyRows(db),
      credentials: credentialRows(db),
      epoch: () => epochOf(db),
      close: () => db.destroy(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

export const kyselyOn = (file: Database, log?: Logger): Kysely<Schema> =>
  new Kysely<Schema>({ dialect: new SqliteDialect({ database: asKyselyWants(file) }), ...(log && { log }) });

const NOTHING_TO_DO: ReturnType<SqliteDatabase["prepare"]> = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

/** Statements of bun:sqlite in the shape of better-sqlite3's. */
function asKyselyWants(file: Database): SqliteDatabase {
  return {
    close: () => file.close(),
    prepare: (sql) => {
      // A full disk has already taken the transaction back, and this one's failure would stand in front of the reason.
      if (sql === "rollback" && !file.inTransaction) return NOTHING_TO_DO;
      // One that begins by reading fails at once, whatever the time-out, when another process wrote before it writes.
      const statement = file.query<unknown, SQLQueryBindings[]>(sql === "begin" ? "begin immediate" : sql);
      return {
        reader: statement.columnNames.length > 0,
        all: (parameters) => statement.all(...(parameters as SQLQueryBindings[])),
        run: (parameters) => statement.run(...(parameters as SQLQueryBindings[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLQueryBindings[])),
      };
    },
  };
}
