/** Plain SQL, for the tables that a builder of queries would slow down. Parameters are $1, $2, …, each first mentioned in this order. */
import { CompiledQuery, type Kysely } from "kysely";
import { isBusy } from "./busy.ts";
import type { Engine } from "./call-columns.ts";

export interface Sql {
  readonly engine: Engine;
  all<T = unknown>(text: string, ...values: readonly unknown[]): Promise<readonly T[]>;
}

export interface SqlStore extends Sql {
  /** One transaction. A file that another process writes at this moment is tried again. */
  write<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** One snapshot: what others write meanwhile is not seen. */
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

/** Another gateway holds the file for milliseconds; each try waits for `busy_timeout` of its own. */
const TRIES_MAX = 20;
const RETRY_MS = 25;

export function sqlOf<T>(engine: Engine, db: Kysely<T>): SqlStore {
  const on = (at: Pick<Kysely<T>, "executeQuery">): Sql => ({
    engine,
    all: async <R>(text: string, ...values: readonly unknown[]) =>
      (await at.executeQuery<R>(CompiledQuery.raw(WORDED[engine](text), [...values]))).rows,
  });
  return {
    ...on(db),
    write: (work) => patiently(() => db.transaction().execute((at) => work(on(at)))),
    read: (work) => (engine === "sqlite" ? readInFile(db, on, work) : readInServer(db, on, work)),
  };
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || tries === TRIES_MAX) throw error;
      await Bun.sleep(RETRY_MS);
    }
}

type On<T> = (at: Pick<Kysely<T>, "executeQuery">) => Sql;

/** Kysely's "begin" takes the lock of a writer. One that reads needs none. */
const readInFile = <T, R>(db: Kysely<T>, on: On<T>, work: (sql: Sql) => Promise<R>): Promise<R> =>
  db.connection().execute(async (at) => {
    const sql = on(at);
    await sql.all("begin deferred");
    try {
      return await work(sql);
    } finally {
      await sql.all("rollback");
    }
  });

const readInServer = <T, R>(db: Kysely<T>, on: On<T>, work: (sql: Sql) => Promise<R>): Promise<R> =>
  db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute((at) => work(on(at)));

/** SQLite numbers its parameters ?1, ?2. */
const numbered = new Map<string, string>();
const WORDED: Readonly<Record<Engine, (text: string) => string>> = {
  postgres: (text) => text,
  sqlite: (text) => {
    let own = numbered.get(text);
    if (own === undefined) numbered.set(text, (own = text.replace(/\$(?=\d)/g, "?")));
    return own;
  },
};

/** Sums are exact up to here: beyond, a number of JavaScript has gaps. PostgreSQL's driver gives bigint and numeric as text. */
const EXACT_MAX = 9e15;

export function exact(sum: unknown): number {
  const value = Number(sum ?? 0);
  if (!(Math.abs(value) <= EXACT_MAX))
    throw new RangeError(`a sum of ${String(sum)} is beyond ${EXACT_MAX}, up to which sums are exact`);
  return value;
}
