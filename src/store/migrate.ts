/**
 * Brings a database of any age up to date, in one transaction. A newer version may have been here: what it added stays
 * unread, until it notes a `min_version`, below which nobody understands the tables any more.
 */
import { type Kysely, sql } from "kysely";
import { DataFault } from "./folder.ts";
import { type Migration, MIGRATIONS, type Words } from "./migrations.ts";

/** The number of the last migration is the version of the tables. */
const versionOf = (name: string): number => Number.parseInt(name, 10);

export interface Lock {
  /** Taken within the transaction, which gives it back. */
  take(db: Kysely<Db>): Promise<void>;
}
type Db = Record<string, Record<string, unknown>>;

export async function migrate<T>(
  anyDb: Kysely<T>,
  words: Words,
  { lock, migrations = MIGRATIONS }: { lock?: Lock; migrations?: Readonly<Record<string, Migration>> } = {},
): Promise<void> {
  const db = anyDb as unknown as Kysely<Db>;
  await db.transaction().execute(async (at) => {
    await lock?.take(at);
    await sql`create table if not exists kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(
      at,
    );
    const done = new Set(
      (await at.selectFrom("kysely_migration").select("name").execute()).map(({ name }) => String(name)),
    );
    const own = Object.keys(migrations);
    await refuseTooNew(at, done, versionOf(own.at(-1) ?? "0"));
    for (const name of own.filter((one) => !done.has(one))) {
      await migrations[name]?.(at, words);
      await at.insertInto("kysely_migration").values({ name, timestamp: new Date().toISOString() }).execute();
    }
  });
}

/** A migration that older versions cannot live with ends with this. */
export async function needsVersion(db: Kysely<Db>, version: number): Promise<void> {
  await db
    .insertInto("settings")
    .values({ name: MIN_VERSION, value: String(version) })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: String(version) }))
    .execute();
}
const MIN_VERSION = "min_version";

async function refuseTooNew(db: Kysely<Db>, done: ReadonlySet<string>, own: number): Promise<void> {
  if (!done.has("0004-settings")) return;
  const noted = await db.selectFrom("settings").select("value").where("name", "=", MIN_VERSION).executeTakeFirst();
  const least = Number(noted?.value ?? 0);
  if (least > own)
    throw new DataFault(
      `A newer version of codeswitch has changed the database, and what it made is read by versions of its tables from ${least} on; this one knows ${own}. Start the newer version.`,
    );
}
