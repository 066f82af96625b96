/** How long the rows of each table stay, and how they go. A table that is missing here fails a test: nothing grows for ever unseen. */
import { DAY, startOf } from "./slices.ts";
import { exact, inTurn, type SqlStore } from "./sql.ts";
import type { CallRows } from "./store.ts";
import { rollUp } from "./roll-up.ts";

type Kept = "days" | "bounded" | "one a thing";

export const RETENTION: Readonly<Record<string, { readonly kept: Kept; readonly how: string }>> = {
  calls: { kept: "days", how: "storage.calls_days; PostgreSQL drops whole days, SQLite deletes some rows at a time" },
  sums: { kept: "days", how: "storage.rollups_days" },
  open_hours: { kept: "bounded", how: "gone when their hour is summed, or with its rows" },
  summed_days: { kept: "days", how: "storage.rollups_days" },
  reasoning: { kept: "bounded", how: "a week, and bounded in rows and bytes (wire/limits.ts)" },
  reasoning_writers: { kept: "bounded", how: "one row for each process, gone some time after its last write" },
  capabilities: { kept: "one a thing", how: "one row for each model and dialect that was asked" },
  deployments: { kept: "one a thing", how: "one row for each deployment that was asked" },
  settings: { kept: "one a thing", how: "some single values" },
  keys: { kept: "one a thing", how: "until somebody deletes the key" },
  credentials: { kept: "one a thing", how: "until somebody deletes the credential" },
  kysely_migration: { kept: "one a thing", how: "one row for each migration" },
};

/** What engines do differently about rows of calls. */
export interface Keeping {
  /** Before rows are inserted. */
  prepare?(): Promise<void>;
  /** Lets go of the rows that ended before `end`, the start of a day. */
  drop(db: SqlStore, end: number): Promise<void>;
  /** Makes room ahead, and gives room back. Gives what the operator should know. */
  tidy(db: SqlStore, now: number): Promise<readonly string[]>;
}

const SUMS_AT_ONCE = 500;

export const retainOf =
  (db: SqlStore, keeping: Keeping): CallRows["retain"] =>
  async (now, { calls, rollups }) => {
    const end = startOf(DAY, now - calls * DAY);
    const [least] = await db.all<{ at: unknown }>("select min(hour) as at from open_hours where hour < $1", end);
    if (least?.at !== null) await rollUp(db, now);
    await db.all(
      "update settings set value = $1 where name = 'calls_from' and cast(value as bigint) < cast($1 as bigint)",
      String(end),
    );
    await keeping.drop(db, end);
    await db.all("delete from open_hours where hour < $1", end);
    await dropSums(db, startOf(DAY, now - rollups * DAY));
    return keeping.tidy(db, now);
  };

async function dropSums(db: SqlStore, end: number): Promise<void> {
  const days = await db.all<{ day: unknown }>("select day from summed_days where day < $1 order by day", end);
  for (const { day } of days) {
    const from = exact(day);
    const grains = await db.all<{ grain: unknown; dimension: unknown }>("select distinct grain, dimension from sums");
    for (const { grain, dimension } of grains) {
      const range = [exact(grain), dimension, from, from + DAY];
      for (;;) {
        const gone = await inTurn(() =>
          db.write((sql) =>
            sql.all(
              `delete from sums where (grain, dimension, slice, value, key) in (select grain, dimension, slice, value, key from sums
               where grain = $1 and dimension = $2 and slice >= $3 and slice < $4 limit ${SUMS_AT_ONCE}) returning 1`,
              ...range,
            ),
          ),
        );
        if (gone.length < SUMS_AT_ONCE) break;
      }
    }
    await db.all("delete from summed_days where day = $1", from);
  }
}
