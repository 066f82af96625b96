/** The store in PostgreSQL, which replicas share. */
import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool, type PoolConfig } from "pg";
import { callRows } from "./calls.ts";
import { capabilityRows } from "./capabilities.ts";
import { inDays } from "./day-partitions.ts";
import { deploymentRows } from "./deployments.ts";
import { DataFault } from "./folder.ts";
import { credentialRows, keyRows } from "./keys.ts";
import { migrate } from "./migrate.ts";
import { keepSecret, type SecretId } from "./own-secret.ts";
import { faultOf, isAway, MIGRATION_WAIT_MS, OLDEST_VERSION } from "./postgres-faults.ts";
import { reasoningRows } from "./reasoning.ts";
import { reasoningVersion } from "./reasoning-version.ts";
import type { Schema } from "./schema.ts";
import { epochOf } from "./settings.ts";
import { sqlOf } from "./sql.ts";
import type { Store } from "./store.ts";

/** One thread asks; two batches of rows at once are what a server takes best. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** No question of ours takes longer, and a report that does must not take the server down. */
const STATEMENT_MS = 30_000;
const IDLE_MS = 60_000;
const AGAIN_MS = 10;
/** Names the lock of the migrations among all locks of a database. */
const MIGRATION_LOCK = 4_141_001;

export interface PostgresOptions {
  readonly url: string;
  readonly secrets?: readonly SecretId[];
  readonly clock?: () => number;
  /** Until another one that migrates is done. */
  readonly migrationWaitMs?: number;
}

/** Throws a DataFault where a person can put it right. */
export async function postgresStore(options: PostgresOptions): Promise<Store> {
  const pool = poolFor(options.url);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await prepare(db, options);
  } catch (error) {
    await db.destroy();
    throw faultOf(error, options.url) ?? error;
  }
  const own = reasoningVersion(db);
  const ledger = sqlOf("postgres", db);
  return againOnce({
    reasoning: reasoningRows(db, own),
    capabilities: capabilityRows(db),
    deployments: deploymentRows(db),
    calls: callRows(ledger, inDays(ledger, options.clock ?? Date.now)),
    keys: keyRows(db),
    credentials: credentialRows(db),
    epoch: () => epochOf(db),
    close: () => db.destroy(),
  });
}

/**
 * A connection that was lost, or a server that was restarted, is found out by the next question. Whatever a store is told
 * may be told twice: it is asked again, once for each connection that may be lost.
 */
function againOnce(store: Store): Store {
  const again =
    <Words extends readonly unknown[], T>(ask: (...words: Words) => Promise<T>) =>
    async (...words: Words): Promise<T> => {
      for (let tries = 1; ; tries++)
        try {
          return await ask(...words);
        } catch (error) {
          if (!isAway(error) || tries > CONNECTIONS) throw error;
          // The pool lets go of a connection when it hears that it ended.
          await Bun.sleep(AGAIN_MS);
        }
    };
  const each = <T extends object>(room: T): T =>
    Object.fromEntries(Object.entries(room).map(([verb, ask]) => [verb, again(ask as never)])) as T;
  return {
    reasoning: each(store.reasoning),
    capabilities: each(store.capabilities),
    deployments: each(store.deployments),
    calls: each(store.calls),
    keys: each(store.keys),
    credentials: each(store.credentials),
    epoch: again(store.epoch),
    close: store.close,
  };
}

function poolFor(url: string): Pool {
  const config: PoolConfig = {
    connectionString: url,
    max: CONNECTIONS,
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
  const version = Math.floor(Number(rows[0]?.version) / 10_000);
  if (version < OLDEST_VERSION)
    throw new DataFault(
      `storage.url leads to PostgreSQL ${version}, and ${OLDEST_VERSION} is the oldest that is used. Take a newer server.`,
    );
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
