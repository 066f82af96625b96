/** The memory of calls in SQL. */
import { CALL_COLUMNS, CALLS_FROM_JSON } from "./call-columns.ts";
import { listOf } from "./call-list.ts";
import { repriceSteps } from "./reprice.ts";
import { type Keeping, retainOf } from "./retention.ts";
import { markOpen, rollUp } from "./roll-up.ts";
import { HOUR, startOf } from "./slices.ts";
import type { SqlStore } from "./sql.ts";
import type { CallSteps } from "./store.ts";
import { spentOf, usageOf } from "./usage.ts";

export function callRows(db: SqlStore, keeping: Keeping): CallSteps {
  const insert = insertInto(db);
  return {
    insert: async (rows) => {
      await keeping.prepare?.();
      await db.write(async (sql) => {
        const inserted = await sql.all<{ ended_at: unknown }>(insert, rows);
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

/** What outlived its retention does not come back: its hour has sums, but no other rows to be summed with. */
const insertInto = ({ engine }: SqlStore): string =>
  `insert into calls (${CALL_COLUMNS}) select * from (${CALLS_FROM_JSON[engine]}) as told
   where told.ended_at >= (select cast(value as bigint) from settings where name = 'calls_from')
   on conflict do nothing returning ended_at`;
