/** Tells whether anybody else has written reasoning: each writer counts its own writes, in a row of its own. */
import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

export interface ReasoningVersion {
  /** Changes with each write of another. */
  read(): Promise<number>;
  /** Within the transaction of a write. */
  wrote(at: Kysely<Schema>, now: number): Promise<void>;
  /** Rows of writers that have been gone for so long that nothing of theirs is left. */
  forget(before: number): Promise<void>;
}

export function reasoningVersion(db: Kysely<Schema>): ReasoningVersion {
  const writer = randomUUID();
  const read = db
    .selectFrom("reasoning_writers")
    .select(({ fn }) => fn.coalesce(fn.sum("writes"), sql.lit(0)).as("writes"))
    .where("writer", "<>", writer)
    .compile();
  return {
    read: async () => Number((await db.executeQuery(read)).rows[0]?.writes ?? 0),
    wrote: async (at, now) => {
      await at
        .insertInto("reasoning_writers")
        .values({ writer, writes: 1, wrote_at: now })
        .onConflict((conflict) =>
          conflict.column("writer").doUpdateSet({ writes: sql`reasoning_writers.writes + 1`, wrote_at: now }),
        )
        .execute();
    },
    forget: async (before) => {
      await db.deleteFrom("reasoning_writers").where("wrote_at", "<", before).execute();
    },
  };
}
