/** The memory of calls in SQL. */
import { boundIn, CALL_COLUMNS, CALL_PARAMETERS, CALLS_FROM_JSON, parameterOf } from "./call-columns.ts";
import { listOf } from "./call-list.ts";
import { repriceSteps } from "./reprice.ts";
import { type Keeping, retainOf } from "./retention.ts";
import { markOpen, rollUp } from "./roll-up.ts";
import { HOUR, startOf } from "./slices.ts";
import type { Sql, SqlStore } from "./sql.ts";
import type { CallSteps } from "./store.ts";
import { spentOf, usageOf } from "./usage.ts";

export function callRows(db: SqlStore, keeping: Keeping): CallSteps {
  const insert = insertInto(db);
  return {
    insert: async (rows) => {
      await keeping.prepare?.();
      await db.write(async (sql) => {
        const inserted = await insert(sql, rows);
        const hours = inserted.map(({ ended_at }) => startOf(HOUR, Number(ended_at)));
        if (hours.length > 0) await markOpen(sql, hours);
      });
    },
    list: listOf(db),
    usage: usageOf(db),
    spent: spentOf(db),
    rollUp: (now) => rollUp(db, now),
    retain: retainOf(db, keeping),
    ...repriceSteps(db),
  };
}

type Inserted = readonly { readonly ended_at: unknown }[];

const insertInto = ({ engine }: SqlStore): ((sql: Sql, rows: string) => Promise<Inserted>) =>
  engine === "sqlite" ? oneByOne : (sql, rows) => sql.all(INSERT_ALL, rows);

async function oneByOne(sql: Sql, rows: string): Promise<Inserted> {
  const inserted: { readonly ended_at: unknown }[] = [];
  for (const row of JSON.parse(rows) as readonly Record<string, unknown>[])
    inserted.push(...(await sql.all<{ ended_at: unknown }>(INSERT_ONE, ...boundIn(row))));
  return inserted;
}

/** What outlived its retention does not come back: its hour has sums, but no other rows to be summed with. */
const KEPT_FROM = "(select cast(value as bigint) from settings where name = 'calls_from')";
const INSERT_ONE = `insert into calls (${CALL_COLUMNS}) select ${CALL_PARAMETERS}
   where ${parameterOf("ended_at")} >= ${KEPT_FROM} on conflict do nothing returning ended_at`;
const INSERT_ALL = `insert into calls (${CALL_COLUMNS}) select * from (${CALLS_FROM_JSON}) as told
   where told.ended_at >= ${KEPT_FROM} on conflict do nothing returning ended_at`;
