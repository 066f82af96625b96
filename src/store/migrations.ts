/** How the tables came to be, in order. A migration that was released never changes; a new one is a new row at the end. */
import { type Kysely, type Migration, Migrator } from "kysely";

/** What databases call the same thing differently. */
export interface Words {
  readonly binary: "blob" | "bytea";
}

const MIGRATIONS: Readonly<Record<string, (db: Kysely<unknown>, words: Words) => Promise<void>>> = {
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
};

/** Brings a database of any age up to date. Throws where it holds a migration that this version does not know. */
export async function migrate<T>(db: Kysely<T>, words: Words): Promise<void> {
  const entries = Object.entries(MIGRATIONS).map(([name, up]): [string, Migration] => [
    name,
    { up: (at) => up(at as Kysely<unknown>, words) },
  ]);
  const migrator = new Migrator({
    db: db as Kysely<unknown>,
    provider: { getMigrations: async () => Object.fromEntries(entries) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
