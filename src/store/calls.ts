/** The memory of calls in SQL. */
import { boundIn, CALL_COLUMNS, CALL_PARAMETERS, CALLS_FROM_JSON } from "./call-columns.ts";
import { listOf } from "./call-list.ts";
import { repriceSteps } from "./reprice.ts";
import { type Keeping, retainOf } from "./retention.ts";
import { markOpen, rollUp } from "./roll-up.ts";
import { HOUR, startOf } from "./slices.ts";
import type { Sql, SqlStore } from "./sql.ts";
import type { CallSteps } from "./store.ts";
import { spentOf, usageOf } from "./usage.ts";

/** A statement that is prepared once, and run in whatever transaction is open. Gives how many rows it changed. */
export type Prepare = (text: string) => (values: readonly unknown[]) => number;

/** `prepare`: of a database that lies in this thread. A builder of queries takes as long for a row as the database does. */
export function callRows(db: SqlStore, keeping: Keeping, prepare?: Prepare): CallSteps {
  const insert = prepare ? oneByOne(prepare) : allAtOnce;
  return {
    insert: async (rows) => {
      await keeping.prepare?.();
      await db.write(async (sql) => {
        const hours = (await insert(sql, rows)).map((endedAt) => startOf(HOUR, endedAt));
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

/** When those ended that were not there before. */
type Insert = (sql: Sql, rows: string) => Promise<readonly number[]>;

/** What outlived its retention does not come back: its hour has sums, but no other rows to be summed with. */
const KEPT_FROM = "(select cast(value as bigint) from settings where name = 'calls_from')";

const allAtOnce: Insert = async (sql, rows) =>
  (await sql.all<{ readonly ended_at: unknown }>(INSERT_ALL, rows)).map(({ ended_at }) => Number(ended_at));
const INSERT_ALL = `insert into calls (${CALL_COLUMNS}) select * from (${CALLS_FROM_JSON}) as told
   where told.ended_at >= ${KEPT_FROM} on conflict do nothing returning ended_at`;

function oneByOne(prepare: Prepare): Insert {
  let insertOne: ReturnType<Prepare> | undefined;
  return async (sql, rows) => {
    insertOne ??= prepare(`insert into calls (${CALL_COLUMNS}) values (${CALL_PARAMETERS}) on conflict do nothing`);
    const [found] = await sql.all<{ readonly kept: unknown }>(`select ${KEPT_FROM} as kept`);
    const keptFrom = Number(found?.kept);
    const ended: number[] = [];
    for (const row of JSON.parse(rows) as readonly Record<string, unknown>[]) {
      const endedAt = Number(row.ended_at);
      if (endedAt >= keptFrom && insertOne(boundIn(row)) > 0) ended.push(endedAt);
    }
    return ended;
  };
}
