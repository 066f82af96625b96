/** Plain SQL, for the tables that a builder of queries would slow down. Parameters are $1, $2, …, each first mentioned in this order. */
import { CompiledQuery, type Kysely } from "kysely";
import { isBusy } from "./busy.ts";
import type { Engine } from "./call-columns.ts";
import { REPORT_MS } from "./postgres-faults.ts";

export interface Sql {
  readonly engine: Engine;
  all<T = unknown>(text: string, ...values: readonly unknown[]): Promise<readonly T[]>;
}

export interface SqlStore extends Sql {
  /** One transaction. A file that another process writes at this moment is tried again. */
  write<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** `make` fills tables of the connection's own and locks nothing; then each of `writes` is a transaction, or all are one, until one says stop. One connection for all. */
  writeAfter(make: (sql: Sql) => Promise<void>, writes: readonly Write[]): Promise<void>;
  /** One snapshot: what others write meanwhile is not seen. */
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

export type Write = (sql: Sql) => Promise<"go on" | "stop">;

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
    writeAfter: (make, writes) =>
      engine === "sqlite" ? writeAfterInFile(db, on, make, writes) : writeAfterInServer(db, on, make, writes),
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

const writeAfterInFile = <T>(
  db: Kysely<T>,
  on: On<T>,
  make: (sql: Sql) => Promise<void>,
  writes: readonly Write[],
): Promise<void> =>
  db.connection().execute(async (at) => {
    const sql = on(at);
    await between(sql, "begin deferred", () => make(sql));
    for (const write of writes) {
      if ((await inTurn(() => patiently(() => between(sql, "begin immediate", () => write(sql))))) === "stop") return;
    }
  });

/** A file has one writer: long work leaves it to others for as long again as each of its steps took. */
export async function inTurn<T>(step: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const done = await step();
  const tookMs = performance.now() - from;
  if (tookMs >= 1) await Bun.sleep(tookMs);
  return done;
}

async function between<R>(sql: Sql, begin: string, work: () => Promise<R>): Promise<R> {
  await sql.all(begin);
  try {
    const done = await work();
    await sql.all("commit");
    return done;
  } catch (error) {
    await sql.all("rollback");
    throw error;
  }
}

const writeAfterInServer = <T>(
  db: Kysely<T>,
  on: On<T>,
  make: (sql: Sql) => Promise<void>,
  writes: readonly Write[],
): Promise<void> =>
  db.transaction().execute(async (at) => {
    const sql = on(at);
    await sql.all(`select ${NO_JIT}`);
    await make(sql);
    for (const write of writes) if ((await write(sql)) === "stop") return;
  });

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
    .execute(async (at) => {
      const sql = on(at);
      await sql.all(`select set_config('statement_timeout', '${REPORT_MS}', true), ${NO_JIT}`);
      return work(sql);
    });

/** Our statements have hundreds of expressions and are over in some milliseconds: compiling them takes a second. */
const NO_JIT = "set_config('jit', 'off', true)";

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
