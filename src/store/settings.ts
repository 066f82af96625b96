/** Single values that belong to the whole database. */
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

export async function epochOf(db: Kysely<Schema>): Promise<number> {
  const found = await db.selectFrom("settings").select("value").where("name", "=", "epoch").executeTakeFirstOrThrow();
  return Number(found.value);
}

/** Together with the change that it tells of, in one transaction. */
export async function raiseEpoch(db: Kysely<Schema>): Promise<void> {
  await db
    .updateTable("settings")
    .set({ value: sql`cast(cast(value as bigint) + 1 as text)` })
    .where("name", "=", "epoch")
    .execute();
}
