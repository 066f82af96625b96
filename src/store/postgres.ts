/** The store in PostgreSQL, which replicas share. */
import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool, type PoolConfig } from "pg";
import { callRows } from "./calls.ts";
import { capabilityRows } from "./capabilities.ts";
import { inDays } from "./day-partitions.ts";
import { deploymentRows } from "./deployments.ts";
import { credentialRows, keyRows } from "./keys.ts";
import { migrate } from "./migrate.ts";
import { keepSecret, type SecretId } from "./own-secret.ts";
import { faultOf, isAway, isInTheWay, MIGRATION_WAIT_MS, REPORT_MS, silent, tooOld } from "./postgres-faults.ts";
import { reasoningRows } from "./reasoning.ts";
import { reasoningVersion } from "./reasoning-version.ts";
import type { Schema } from "./schema.ts";
import { epochOf } from "./settings.ts";
import { sqlOf } from "./sql.ts";
import type { Store } from "./store.ts";
import { orLate } from "../time/limit.ts";

/** One thread asks; two batches of rows at once are what a server takes best. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** No question of ours takes longer. Those of a report have less (REPORT_MS). */
const STATEMENT_MS = 30_000;
const IDLE_MS = 60_000;
const AGAIN_MS = 10;
/** Names the lock of the migrations among all locks of a database. */
const MIGRATION_LOCK = 4_141_001;

export interface PostgresOptions {
  readonly url: string;
  readonly secrets?: readonly SecretId[];
  readonly clock?: () => number;
  readonly connections?: number;
  /** Until another one that migrates is done. */
  readonly migrationWaitMs?: number;
}

/** Throws a DataFault where a person can put it right. */
export async function postgresStore(options: PostgresOptions): Promise<Store> {
  const pool = poolFor(options);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await again(() => prepare(db, options), isInTheWay);
  } catch (error) {
    await db.destroy();
    throw faultOf(error, options.url) ?? error;
  }
  const own = reasoningVersion(db);
  const ledger = sqlOf("postgres", db);
  const store = againOnce({
    reasoning: reasoningRows(db, own),
    capabilities: capabilityRows(db),
    deployments: deploymentRows(db),
    calls: callRows(ledger, inDays(ledger, options.clock ?? Date.now)),
    keys: keyRows(db),
    credentials: credentialRows(db),
    epoch: () => epochOf(db),
    close: () => db.destroy(),
  });
  const { list, usage, spent, ...others } = store.calls;
  const inTime = reportsOf(options.url);
  return { ...store, calls: { ...others, list: inTime(list), usage: inTime(usage), spent: inTime(spent) } };
}

/** The server ends a report that takes long, and one that is away does not even do that. */
const reportsOf =
  (url: string) =>
  <Words extends readonly unknown[], T>(ask: (...words: Words) => Promise<T>) =>
  async (...words: Words): Promise<T> => {
    const answer = await orLate(ask(...words), REPORT_MS + ANSWER_MS).catch((error: unknown) => {
      throw faultOf(error, url) ?? error;
    });
    if (answer === "late") throw silent(url);
    return answer;
  };
const ANSWER_MS = 1_000;

/**
 * A connection that was lost, or a server that was restarted, is found out by the next question; of two questions in each
 * other's way one is ended. Whatever a store is told may be told twice: it is asked again, once for each connection that
 * may be lost.
 */
function againOnce(store: Store): Store {
  const each = <T extends object>(room: T): T =>
    Object.fromEntries(
      Object.entries(room).map(([verb, ask]) => [verb, (...words: readonly unknown[]) => again(() => ask(...words))]),
    ) as T;
  return {
    reasoning: each(store.reasoning),
    capabilities: each(store.capabilities),
    deployments: each(store.deployments),
    calls: each(store.calls),
    keys: each(store.keys),
    credentials: each(store.credentials),
    epoch: () => again(store.epoch),
    close: store.close,
  };
}

const isPassing = (error: unknown): boolean => isAway(error) || isInTheWay(error);

async function again<T>(ask: () => Promise<T>, isWorth = isPassing): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await ask();
    } catch (error) {
      if (!isWorth(error) || tries > CONNECTIONS) throw error;
      // The pool lets go of a connection when it hears that it ended.
      await Bun.sleep(AGAIN_MS);
    }
}

function poolFor({ url, connections = CONNECTIONS }: PostgresOptions): Pool {
  const config: PoolConfig = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
    application_name: "codeswitch",
  };
  const pool = new Pool(config);
  // A connection that ends while nobody asks: the pool has left it already, and the next question opens another.
  pool.on("error", () => {});
  // And one that ends between two statements of a transaction: the second one is told of it.
  pool.on("connect", (client) => void client.on("error", () => {}));
  return pool;
}

async function prepare(
  db: Kysely<Schema>,
  { secrets, migrationWaitMs = MIGRATION_WAIT_MS }: PostgresOptions,
): Promise<void> {
  const { rows } = await sql<{ version: string }>`select current_setting('server_version_num') as version`.execute(db);
  const old = tooOld(Number(rows[0]?.version));
  if (old) throw old;
  await migrate(
    db,
    { engine: "postgres", binary: "bytea" },
    {
      lock: {
        take: async (at) => {
          await sql.raw(`set local lock_timeout = ${Math.trunc(migrationWaitMs)}`).execute(at);
          await sql.raw("set local statement_timeout = 0").execute(at);
          await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(at);
        },
      },
    },
  );
  if (secrets) await keepSecret(db, secrets);
}
