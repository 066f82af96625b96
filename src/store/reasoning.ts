/** The vault's rows in SQL that SQLite and PostgreSQL read alike. */
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";
import type { Bounds, FoundRow, ReasoningRows, SealedRow } from "./store.ts";

/** Databases bound the parameters of a statement; the lowest bound that is about is 999. */
const KEYS_AT_ONCE = 500;

export function reasoningRows(db: Kysely<Schema>): ReasoningRows {
  return {
    put: async (rows) => {
      if (rows.length === 0) return;
      await db.transaction().execute(async (at) => {
        for (const row of rows) await upsert(at, row);
      });
    },
    get: async (keys, now) => {
      const found: FoundRow[] = [];
      for (let from = 0; from < keys.length; from += KEYS_AT_ONCE)
        found.push(...(await select(db, keys.slice(from, from + KEYS_AT_ONCE), now)));
      return found;
    },
    prune: async (now, bounds) => {
      await db.deleteFrom("reasoning").where("expires_at", "<=", now).execute();
      const held = await count(db);
      if (held.rows > bounds.rows || held.bytes > bounds.bytes) await dropOldest(db, bounds);
    },
    count: () => count(db),
  };
}

async function upsert(db: Kysely<Schema>, row: SealedRow): Promise<void> {
  const isSame = sql<boolean>`reasoning.digest = excluded.digest`;
  await db
    .insertInto("reasoning")
    .values({
      key: row.key,
      secret: row.secret,
      digest: row.digest,
      sealed: row.sealed,
      bytes: row.sealed.byteLength,
      expires_at: row.expiresAt,
    })
    .onConflict((conflict) =>
      conflict.column("key").doUpdateSet({
        secret: sql`excluded.secret`,
        sealed: sql`case when ${isSame} then excluded.sealed else null end`,
        bytes: sql`case when ${isSame} then excluded.bytes else 0 end`,
        digest: sql`case when ${isSame} then excluded.digest else '' end`,
        expires_at: sql`excluded.expires_at`,
      }),
    )
    .execute();
}

async function select(db: Kysely<Schema>, keys: readonly string[], now: number): Promise<readonly FoundRow[]> {
  const rows = await db
    .selectFrom("reasoning")
    .select(["key", "secret", "sealed", "expires_at"])
    .where("key", "in", keys)
    .where("expires_at", ">", now)
    .execute();
  // PostgreSQL's driver gives a bigint as text.
  return rows.map(({ expires_at, ...row }) => ({ ...row, expiresAt: Number(expires_at) }));
}

async function count(db: Kysely<Schema>): Promise<Bounds> {
  const held = await db
    .selectFrom("reasoning")
    .select(({ fn }) => [fn.countAll().as("rows"), fn.sum("bytes").as("bytes")])
    .executeTakeFirst();
  return { rows: Number(held?.rows ?? 0), bytes: Number(held?.bytes ?? 0) };
}

async function dropOldest(db: Kysely<Schema>, bounds: Bounds): Promise<void> {
  await sql`
    delete from reasoning where key in (
      select key from (
        select key,
          row_number() over (order by expires_at desc, key) as place,
          sum(bytes) over (order by expires_at desc, key rows unbounded preceding) as held
        from reasoning
      ) as ranked
      where place > ${bounds.rows} or held > ${bounds.bytes}
    )`.execute(db);
}
