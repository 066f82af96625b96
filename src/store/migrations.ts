/** How the tables came to be, in order. A migration that was released never changes; a new one is a new row at the end. */
import { type Kysely, sql } from "kysely";
import { callColumnsOf, type Engine } from "./call-columns.ts";
import { sumColumnsOf } from "./sum-columns.ts";

/** What databases call the same thing differently. */
export interface Words {
  readonly engine: Engine;
  readonly binary: "blob" | "bytea";
}

/** Before and while tables are made, no type of theirs holds. */
type Tables = Record<string, Record<string, unknown>>;
export type Migration = (db: Kysely<Tables>, words: Words) => Promise<void>;

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-reasoning": async (db, { binary }) => {
    await db.schema
      .createTable("reasoning")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("secret", "text", (column) => column.notNull())
      .addColumn("digest", "text", (column) => column.notNull())
      .addColumn("sealed", binary)
      .addColumn("bytes", "integer", (column) => column.notNull())
      .addColumn("expires_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("reasoning_by_age").on("reasoning").columns(["expires_at", "bytes"]).execute();
  },
  "0002-capabilities": async (db) => {
    await db.schema
      .createTable("capabilities")
      .addColumn("provider", "text", (column) => column.notNull())
      .addColumn("model", "text", (column) => column.notNull())
      .addColumn("dialect", "text", (column) => column.notNull())
      .addColumn("observed", "text", (column) => column.notNull())
      .addColumn("probed_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("capabilities_pk", ["provider", "model", "dialect"])
      .execute();
  },
  "0003-deployments": async (db) => {
    await db.schema
      .createTable("deployments")
      .addColumn("base_url", "text", (column) => column.notNull())
      .addColumn("model", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("seen_at", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("deployments_pk", ["base_url", "model"])
      .execute();
  },
  "0004-settings": async (db) => {
    await db.schema
      .createTable("settings")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("value", "text", (column) => column.notNull())
      .execute();
    const first = [
      { name: "epoch", value: "1" },
      { name: "calls_from", value: "0" },
    ];
    await db.insertInto("settings").values(first).execute();
  },
  "0005-calls": async (db, { engine }) => {
    const columns = sql.raw(callColumnsOf(engine));
    // By day from the first: a table of millions of rows is not cut afterwards, and a day that is dropped costs nothing.
    if (engine === "postgres") {
      await sql`create table calls (${columns}, primary key (id, ended_at)) partition by range (ended_at)`.execute(db);
      await sql`create table calls_other partition of calls default`.execute(db);
    } else await sql`create table calls (${columns}, primary key (id)) strict`.execute(db);
    await sql`create index calls_by_time on calls (ended_at)`.execute(db);
    await sql`create index calls_by_key on calls (key, ended_at)`.execute(db);
  },
  "0006-sums": async (db, { engine }) => {
    const ending = sql.raw(engine === "sqlite" ? "strict, without rowid" : "");
    const integer = sql.raw(engine === "sqlite" ? "integer" : "bigint");
    await sql`create table open_hours (hour ${integer} primary key, inserts ${integer} not null)`.execute(db);
    await sql`create table summed_days (day ${integer} primary key, version ${integer} not null, made ${integer} not null)`.execute(
      db,
    );
    await sql`create table sums (grain ${integer} not null, dimension text not null, slice ${integer} not null,
      value text not null, key text not null, ${sql.raw(sumColumnsOf(engine))},
      primary key (grain, dimension, slice, value, key)) ${ending}`.execute(db);
    await sql`create index sums_by_value on sums (dimension, value, grain, slice)`.execute(db);
  },
  "0007-keys": async (db, { binary }) => {
    await db.schema
      .createTable("keys")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("hash", "text", (column) => column.notNull().unique())
      .addColumn("shown", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("expires_at", "bigint")
      .addColumn("blocked", "integer", (column) => column.notNull())
      .addColumn("hash_before", "text")
      .addColumn("grace_until", "bigint")
      .addColumn("settings", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("keys_by_hash_before").on("keys").column("hash_before").execute();
    await db.schema
      .createTable("credentials")
      .addColumn("provider", "text", (column) => column.primaryKey())
      .addColumn("secret", "text", (column) => column.notNull())
      .addColumn("sealed", binary, (column) => column.notNull())
      .addColumn("changed_at", "bigint", (column) => column.notNull())
      .execute();
  },
  "0008-reasoning-writers": async (db) => {
    await db.schema
      .createTable("reasoning_writers")
      .addColumn("writer", "text", (column) => column.primaryKey())
      .addColumn("writes", "bigint", (column) => column.notNull())
      .addColumn("wrote_at", "bigint", (column) => column.notNull())
      .execute();
  },
  "0009-dearest-sessions": async (db) => {
    await sql`create index sums_dearest on sums (cost_nano, slice, value) where dimension = 'session' and grain = ${sql.lit(86_400_000)}`.execute(
      db,
    );
  },
};
