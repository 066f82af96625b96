/** Rows of what models were seen to do, in SQL that SQLite and PostgreSQL read alike. */
import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";
import type { CapabilityRows } from "./store.ts";

export function capabilityRows(db: Kysely<Schema>): CapabilityRows {
  return {
    put: async ({ probedAt, ...row }) => {
      const { observed } = row;
      await db
        .insertInto("capabilities")
        .values({ ...row, probed_at: probedAt })
        .onConflict((conflict) =>
          conflict.columns(["provider", "model", "dialect"]).doUpdateSet({ observed, probed_at: probedAt }),
        )
        .execute();
    },
    get: async (provider, model) => {
      const rows = await db
        .selectFrom("capabilities")
        .selectAll()
        .where("provider", "=", provider)
        .where("model", "=", model)
        .orderBy("dialect")
        .execute();
      // PostgreSQL's driver gives a bigint as text.
      return rows.map(({ probed_at, ...row }) => ({ ...row, probedAt: Number(probed_at) }));
    },
  };
}
