/**
 * Sums of calls by hour and by day, derived from the rows and never incremented, so that they can be made again at any
 * time. Whoever inserts a row marks its hour as open in the same transaction. Whoever sums an hour takes the mark away
 * only if nobody inserted meanwhile; while the mark is there, reports read that hour from its rows.
 */
import { DIMENSIONS, type Dimension, dimensionIn, finestOf, keyIn } from "./dimensions.ts";
import { DAY, HOUR, startOf } from "./slices.ts";
import type { Sql, SqlStore } from "./sql.ts";
import { measuresOf, SUM_NAMES, SUMMED, SUMS_REPLACED } from "./sum-columns.ts";

export const markOpen = (sql: Sql, hours: readonly number[]): Promise<unknown> =>
  sql.all(
    `insert into open_hours (hour, inserts) ${HOURS_IN[sql.engine]}
     on conflict (hour) do update set inserts = open_hours.inserts + 1`,
    // In one order, so that two who insert do not wait for each other.
    JSON.stringify([...new Set(hours)].sort((a, b) => a - b)),
  );
const HOURS_IN = {
  sqlite: "select value, 1 from json_each($1) where true",
  postgres: "select value::bigint, 1 from json_array_elements_text($1::text::json)",
} as const;

export async function rollUp(db: SqlStore, now: number): Promise<void> {
  const closed = await db.all<Mark>(
    "select hour as slice, inserts as stamp from open_hours where hour <= $1 order by hour",
    now - HOUR,
  );
  for (const mark of closed) await sumHour(db, asNumbers(mark));
  const days = await db.all<Mark>(
    `select day as slice, version as stamp from summed_days where made = 0 and day <= $1
     and not exists (select 1 from open_hours where hour >= day and hour < day + ${DAY}) order by day`,
    now - DAY,
  );
  for (const mark of days) await sumDay(db, asNumbers(mark));
}

/** `stamp`: goes up with every change of what is summed. */
interface Mark {
  readonly slice: number;
  readonly stamp: number;
}
const asNumbers = ({ slice, stamp }: Mark): Mark => ({ slice: Number(slice), stamp: Number(stamp) });

/** One transaction a dimension: whoever inserts into this hour waits for no more. */
async function sumHour(db: SqlStore, mark: Mark): Promise<void> {
  for (const dimension of DIMENSIONS) {
    const isSummed = await db.write(async (sql) => {
      if (!(await isUnchanged(sql, "open_hours", "hour", "inserts", mark))) return false;
      await sql.all(sumOfRows(sql, dimension), mark.slice, mark.slice + HOUR);
      return true;
    });
    // Rows came meanwhile: the next time.
    if (!isSummed) return;
  }
  await db.write(async (sql) => {
    const taken = await sql.all(
      "delete from open_hours where hour = $1 and inserts = $2 returning hour",
      mark.slice,
      mark.stamp,
    );
    if (taken.length === 0) return;
    await sql.all(
      `insert into summed_days (day, version, made) values ($1, 1, 0)
       on conflict (day) do update set version = summed_days.version + 1, made = 0`,
      startOf(DAY, mark.slice),
    );
  });
}

async function sumDay(db: SqlStore, mark: Mark): Promise<void> {
  for (const dimension of DIMENSIONS) {
    const isSummed = await db.write(async (sql) => {
      if (!(await isUnchanged(sql, "summed_days", "day", "version", mark))) return false;
      await sql.all(SUM_OF_HOURS, DAY, finestOf(dimension), dimension, mark.slice, mark.slice + DAY);
      return true;
    });
    if (!isSummed) return;
  }
  await db.write((sql) =>
    sql.all("update summed_days set made = 1 where day = $1 and version = $2", mark.slice, mark.stamp),
  );
}

/** Whoever would change it waits until this transaction is over. */
async function isUnchanged(sql: Sql, table: string, slice: string, stamp: string, mark: Mark): Promise<boolean> {
  const lock = sql.engine === "postgres" ? " for share" : "";
  const found = await sql.all(
    `select 1 from ${table} where ${slice} = $1 and ${stamp} = $2${lock}`,
    mark.slice,
    mark.stamp,
  );
  return found.length > 0;
}

function sumOfRows({ engine }: Sql, dimension: Dimension): string {
  const { rows, value } = dimensionIn(engine, dimension);
  const grain = finestOf(dimension);
  return `insert into sums (grain, dimension, slice, value, key, ${SUM_NAMES})
    select ${grain}, '${dimension}', slice, value, key, ${SUMMED} from (
      select c.ended_at / ${grain} * ${grain} as slice, ${value} as value, ${keyIn(dimension)} as key, ${measuresOf(engine)}
      from ${rows} where c.ended_at >= $1 and c.ended_at < $2) as of_rows
    where true group by slice, value, key
    on conflict (grain, dimension, slice, value, key) do update set ${SUMS_REPLACED}`;
}

const SUM_OF_HOURS = `insert into sums (grain, dimension, slice, value, key, ${SUM_NAMES})
  select cast($1 as bigint), dimension, cast($4 as bigint), value, key, ${SUMMED} from sums
  where grain = $2 and dimension = $3 and slice >= $4 and slice < $5 group by dimension, value, key
  on conflict (grain, dimension, slice, value, key) do update set ${SUMS_REPLACED}`;
