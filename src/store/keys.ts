/** Rows of made keys and of vendors' credentials, in SQL that SQLite and PostgreSQL read alike. Each change raises the epoch. */
import type { Kysely, Selectable } from "kysely";
import type { KeysTable, Schema } from "./schema.ts";
import { raiseEpoch } from "./settings.ts";
import type { CredentialRows, KeyRow, KeyRows } from "./store.ts";

export function keyRows(db: Kysely<Schema>): KeyRows {
  const one = async (column: "hash" | "name" | "hash_before", value: string): Promise<KeyRow | undefined> => {
    const found = await db.selectFrom("keys").selectAll().where(column, "=", value).executeTakeFirst();
    return found && keyRow(found);
  };
  return {
    put: (row) =>
      changing(db, async (at) => {
        const { id, ...rest } = { ...row, blocked: row.blocked ? 1 : 0 };
        await at
          .insertInto("keys")
          .values({ id, ...rest })
          .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
          .execute();
      }),
    find: async (hash) => (await one("hash", hash)) ?? one("hash_before", hash),
    named: (name) => one("name", name),
    all: async () => (await db.selectFrom("keys").selectAll().orderBy("name").execute()).map(keyRow),
    delete: (id) =>
      changing(db, async (at) => {
        const { numDeletedRows } = await at.deleteFrom("keys").where("id", "=", id).executeTakeFirstOrThrow();
        return numDeletedRows > 0n;
      }),
  };
}

/** PostgreSQL's driver gives a bigint as text. */
const keyRow = (row: Selectable<KeysTable>): KeyRow => ({
  ...row,
  blocked: row.blocked !== 0,
  created_at: Number(row.created_at),
  expires_at: row.expires_at === null ? null : Number(row.expires_at),
  grace_until: row.grace_until === null ? null : Number(row.grace_until),
});

export function credentialRows(db: Kysely<Schema>): CredentialRows {
  return {
    put: (row) =>
      changing(db, async (at) => {
        const { secret, sealed, changed_at } = row;
        await at
          .insertInto("credentials")
          .values(row)
          .onConflict((conflict) => conflict.column("provider").doUpdateSet({ secret, sealed, changed_at }))
          .execute();
      }),
    all: async () => {
      const rows = await db.selectFrom("credentials").selectAll().orderBy("provider").execute();
      return rows.map((row) => ({
        ...row,
        sealed: new Uint8Array(row.sealed),
        changed_at: Number(row.changed_at),
      }));
    },
    delete: (provider) =>
      changing(db, async (at) => {
        const gone = await at.deleteFrom("credentials").where("provider", "=", provider).executeTakeFirstOrThrow();
        return gone.numDeletedRows > 0n;
      }),
  };
}

const changing = <T>(db: Kysely<Schema>, work: (at: Kysely<Schema>) => Promise<T>): Promise<T> =>
  db.transaction().execute(async (at) => {
    const done = await work(at);
    await raiseEpoch(at);
    return done;
  });
