/** Rows of the deployments that were asked, in SQL that SQLite and PostgreSQL read alike. */
import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";
import type { DeploymentRows } from "./store.ts";

export function deploymentRows(db: Kysely<Schema>): DeploymentRows {
  return {
    put: async ({ baseUrl, model, state, at }) => {
      await db
        .insertInto("deployments")
        .values({ base_url: baseUrl, model, state, seen_at: at })
        .onConflict((conflict) => conflict.columns(["base_url", "model"]).doUpdateSet({ state, seen_at: at }))
        .execute();
    },
    all: async () => {
      const rows = await db.selectFrom("deployments").selectAll().orderBy("base_url").orderBy("model").execute();
      // PostgreSQL's driver gives a bigint as text.
      return rows.map(({ base_url, model, state, seen_at }) => ({
        ...{ baseUrl: base_url, model, at: Number(seen_at) },
        state: state === "answers" ? "answers" : "missing",
      }));
    },
  };
}
