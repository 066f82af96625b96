/** The vault's rows in SQL that SQLite and PostgreSQL read alike. Long work is done in slices, so that other questions wait for one slice at most. */
import { type CompiledQuery, type Kysely, sql } from "kysely";
import type { ReasoningVersion } from "./reasoning-version.ts";
import { DAY } from "./slices.ts";
import type { Schema } from "./schema.ts";
import type { Bounds, FoundRow, ReasoningRows, SealedRow } from "./store.ts";

/** Databases bound the parameters of a statement; the lowest common bound is 999. */
const KEYS_AT_ONCE = 500;
/** What most calls ask for. */
const FEW_KEYS = 16;
const DROPPED_AT_ONCE = 50;
/** Longer than a row lives. */
const WRITER_DAYS = 30;
/** Moments of the index, in most of which lies one row. */
const COUNTED_AT_ONCE = 1_000;

export function reasoningRows(db: Kysely<Schema>, version: ReasoningVersion): ReasoningRows {
  const upsert = upsertInto(db);
  const few = selectFrom(db, FEW_KEYS);
  const many = selectFrom(db, KEYS_AT_ONCE);
  return {
    put: (rows, now) =>
      db.transaction().execute(async (at) => {
        const clashing = new Set<string>();
        if (rows.length === 0) return [];
        await version.wrote(at, now);
        // In one order, so that two who write the same keys do not wait for each other.
        for (const row of rows.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))))
          for (const { key, clashes } of (await at.executeQuery(upsert(row, now))).rows) if (clashes) clashing.add(key);
        return [...clashing];
      }),
    get: async (keys, now) => {
      const found: FoundRow[] = [];
      for (let from = 0; from < keys.length; from += KEYS_AT_ONCE)
        found.push(...(await (keys.length <= FEW_KEYS ? few : many)(keys.slice(from, from + KEYS_AT_ONCE), now)));
      return found;
    },
    version: version.read,
    prune: async (now, bounds) => {
      await version.forget(now - WRITER_DAYS * DAY);
      await dropExpired(db, now);
      await dropOldest(db, bounds);
    },
    count: () => count(db),
  };
}

interface Written {
  readonly key: string;
  readonly clashes: boolean | number;
}

/** The statement for one row, built once: building it costs more than running it. Until there is a row, each of its parameters is the name of a field. */
function upsertInto(db: Kysely<Schema>): (row: SealedRow, now: number) => CompiledQuery<Written> {
  // An expired row is replaced, pruned or not.
  const isWelcome = sql<boolean>`reasoning.expires_at <= ${"now"} or reasoning.digest = excluded.digest`;
  const statement = db
    .insertInto("reasoning")
    .values({
      key: "key",
      secret: "secret",
      digest: "digest",
      sealed: sql`${"sealed"}`,
      bytes: sql`${"bytes"}`,
      expires_at: sql`${"expiresAt"}`,
    })
    .onConflict((conflict) =>
      conflict.column("key").doUpdateSet({
        secret: sql`excluded.secret`,
        sealed: sql`case when ${isWelcome} then excluded.sealed else null end`,
        bytes: sql`case when ${isWelcome} then excluded.bytes else 0 end`,
        digest: sql`case when ${isWelcome} then excluded.digest else '' end`,
        expires_at: sql`case when reasoning.sealed is null and not (${isWelcome}) then reasoning.expires_at else excluded.expires_at end`,
      }),
    )
    .returning(["key", sql<boolean | number>`sealed is null`.as("clashes")])
    .compile();
  const names = statement.parameters as readonly (keyof SealedRow | "bytes" | "now")[];
  return (row, now) => {
    const values = { ...row, bytes: row.sealed.byteLength, now };
    return { ...statement, parameters: names.map((name) => values[name]) };
  };
}

/** Rows of up to `count` keys. The statement is built once, too: fewer keys fill it by repeating the last one. */
function selectFrom(
  db: Kysely<Schema>,
  count: number,
): (keys: readonly string[], now: number) => Promise<readonly FoundRow[]> {
  const statement = db
    .selectFrom("reasoning")
    .select(["key", "secret", "sealed", "expires_at"])
    .where("key", "in", Array<string>(count).fill(""))
    .where("expires_at", ">", 0)
    .compile();
  return async (keys, now) => {
    const filled = Array.from({ length: count }, (_, at) => keys[at] ?? keys.at(-1));
    const query: typeof statement = { ...statement, parameters: [...filled, now] };
    const { rows } = await db.executeQuery(query);
    // PostgreSQL's driver gives a bigint as text.
    return rows.map(({ expires_at, ...row }) => ({ ...row, expiresAt: Number(expires_at) }));
  };
}

async function dropExpired(db: Kysely<Schema>, now: number): Promise<void> {
  for (;;) {
    const expired = await db
      .selectFrom("reasoning")
      .select("key")
      .where("expires_at", "<=", now)
      .limit(DROPPED_AT_ONCE)
      .execute();
    if (expired.length === 0) return;
    const keys = expired.map(({ key }) => key);
    const dropped = await db
      .deleteFrom("reasoning")
      .where("key", "in", keys)
      .where("expires_at", "<=", now)
      .executeTakeFirst();
    // A corrupt key is found by the index and matches nothing.
    if (dropped.numDeletedRows === 0n) return;
    await others();
  }
}

async function dropOldest(db: Kysely<Schema>, bounds: Bounds): Promise<void> {
  let { rows, bytes } = await count(db);
  while (rows > bounds.rows || bytes > bounds.bytes) {
    const oldest = await db
      .selectFrom("reasoning")
      .select(["key", "bytes"])
      .orderBy("expires_at")
      .limit(DROPPED_AT_ONCE)
      .execute();
    const keys: string[] = [];
    for (const one of oldest) {
      if (rows <= bounds.rows && bytes <= bounds.bytes) break;
      keys.push(one.key);
      rows--;
      bytes -= one.bytes;
    }
    // Another gateway dropped what we counted.
    if (keys.length === 0) return;
    await db.deleteFrom("reasoning").where("key", "in", keys).execute();
    await others();
  }
}

/** Counting every row takes long, so it is done along the index, moment by moment. */
async function count(db: Kysely<Schema>): Promise<Bounds> {
  const held = { rows: 0, bytes: 0 };
  for (let from: number | undefined; ;) {
    const moments = await db
      .selectFrom("reasoning")
      .select(({ fn }) => ["expires_at", fn.countAll().as("rows"), fn.sum("bytes").as("bytes")])
      .$if(from !== undefined, (query) => query.where("expires_at", ">", from as number))
      .groupBy("expires_at")
      .orderBy("expires_at")
      .limit(COUNTED_AT_ONCE)
      .execute();
    for (const { rows, bytes } of moments) {
      held.rows += Number(rows);
      held.bytes += Number(bytes);
    }
    from = moments.at(-1)?.expires_at;
    if (moments.length < COUNTED_AT_ONCE || from === undefined) return held;
    await others();
  }
}

/** Lets other work on this thread go first. */
const others = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
