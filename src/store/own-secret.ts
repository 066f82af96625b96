/** A database remembers which secret seals what is in it, so that a replica with another one does not start: it could read nothing, and nobody could read what it writes. */
import type { Kysely } from "kysely";
import { DataFault } from "./folder.ts";
import type { Schema } from "./schema.ts";

/** Names a secret without telling it. */
export interface SecretId {
  readonly id: string;
}

const NAME = "secret";

/** The first one seals. One that replaces another brings it along: CODESWITCH_SECRET=NEW,OLD. */
export async function keepSecret(db: Kysely<Schema>, secrets: readonly SecretId[]): Promise<void> {
  const [first] = secrets;
  if (first === undefined) return;
  await db
    .insertInto("settings")
    .values({ name: NAME, value: first.id })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  const { value } = await db.selectFrom("settings").select("value").where("name", "=", NAME).executeTakeFirstOrThrow();
  if (!secrets.some(({ id }) => id === value))
    throw new DataFault(
      "The database was made with another secret, and what that one sealed could not be read here. Set CODESWITCH_SECRET to the same value on every replica; the first one keeps its own in the file `secret` of its data folder.",
    );
  if (value !== first.id) await db.updateTable("settings").set({ value: first.id }).where("name", "=", NAME).execute();
}
