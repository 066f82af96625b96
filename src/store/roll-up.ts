/**
 * Sums of calls by hour and by day, derived from the rows and never incremented, so that they can be made again at any
 * time. Whoever inserts a row marks its hour as open in the same transaction. Whoever sums an hour takes the mark away
 * only if nobody inserted meanwhile; while the mark is there, reports read that hour from its rows.
 */
import { DIMENSIONS, type Dimension, finestOf, keyIn, ofParts, PART_COLUMNS, partColumnsIn } from "./dimensions.ts";
import { DAY, HOUR, QUARTER, startOf } from "./slices.ts";
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

/** The rows are read once, and sums are made of them before anybody is held up; whoever inserts waits while they are written. */
async function sumHour(db: SqlStore, mark: Mark): Promise<void> {
  const make = async (sql: Sql): Promise<void> => {
    await emptyTable(sql, PARTS, partsOf(sql, "limit 0"));
    await emptyTable(sql, MADE, `select ${MADE_COLUMNS} from sums limit 0`);
    await sql.all(
      `insert into ${PARTS} ${partsOf(sql, "and c.ended_at >= $1 and c.ended_at < $2")}`,
      mark.slice,
      mark.slice + HOUR,
    );
    for (const dimension of DIMENSIONS) await sql.all(sumOfParts(sql, dimension));
  };
  await db.writeAfter(make, [
    async (sql) => {
      const taken = await sql.all(
        "delete from open_hours where hour = $1 and inserts = $2 returning hour",
        mark.slice,
        mark.stamp,
      );
      // Rows came meanwhile: the next time.
      if (taken.length === 0) return "stop";
      await sql.all(KEEP);
      await sql.all(
        `insert into summed_days (day, version, made) values ($1, 1, 0)
         on conflict (day) do update set version = summed_days.version + 1, made = 0`,
        startOf(DAY, mark.slice),
      );
      return "go on";
    },
  ]);
}

async function sumDay(db: SqlStore, mark: Mark): Promise<void> {
  const make = async (sql: Sql): Promise<void> => {
    await emptyTable(sql, MADE, `select ${MADE_COLUMNS} from sums limit 0`);
    for (const dimension of DIMENSIONS)
      await sql.all(SUM_OF_HOURS, DAY, finestOf(dimension), dimension, mark.slice, mark.slice + DAY);
  };
  // A day has many sums, and a file has one writer: one dimension at a time.
  const keep = DIMENSIONS.map((dimension) => async (sql: Sql) => {
    if (!(await isUnchanged(sql, "summed_days", "day", "version", mark))) return "stop";
    await sql.all(KEEP_OF, dimension);
    return "go on";
  });
  const done = async (sql: Sql): Promise<"go on"> => {
    await sql.all("update summed_days set made = 1 where day = $1 and version = $2", mark.slice, mark.stamp);
    return "go on";
  };
  await db.writeAfter(make, [...keep, done]);
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

/** Tables of this connection alone. */
const PARTS = "hour_parts";
const MADE = "made_sums";

async function emptyTable(sql: Sql, name: string, like: string): Promise<void> {
  if (sql.engine === "postgres") return void (await sql.all(`create temp table ${name} on commit drop as ${like}`));
  await sql.all(`create temp table if not exists ${name} as ${like}`);
  await sql.all(`delete from ${name}`);
}

/** Calls that are equal in all that they are summed by: some thousand of an hour. */
const partsOf = ({ engine }: Sql, which: string): string =>
  `select slice, ${PART_COLUMNS}, ${SUMMED} from (
     select c.ended_at / ${QUARTER} * ${QUARTER} as slice, ${partColumnsIn(engine)}, ${measuresOf(engine)}
     from calls c where true ${which}) as of_rows
   group by slice, ${PART_COLUMNS}`;

function sumOfParts({ engine }: Sql, dimension: Dimension): string {
  const { rows, value } = ofParts(engine, PARTS, dimension);
  const grain = finestOf(dimension);
  return `insert into ${MADE} (${MADE_COLUMNS})
    select ${grain}, '${dimension}', c.slice / ${grain} * ${grain}, ${value}, ${keyIn(dimension)}, ${SUMMED}
    from ${rows} group by 3, 4, 5`;
}

const MADE_COLUMNS = `grain, dimension, slice, value, key, ${SUM_NAMES}`;
const keepMade = (which: string): string => `insert into sums (${MADE_COLUMNS}) select ${MADE_COLUMNS} from ${MADE}
  where ${which} order by grain, dimension, slice, value, key
  on conflict (grain, dimension, slice, value, key) do update set ${SUMS_REPLACED}`;
const KEEP = keepMade("true");
const KEEP_OF = keepMade("dimension = $1");

const SUM_OF_HOURS = `insert into ${MADE} (${MADE_COLUMNS})
  select cast($1 as bigint), dimension, cast($4 as bigint), value, key, ${SUMMED} from sums
  where grain = $2 and dimension = $3 and slice >= $4 and slice < $5 group by dimension, value, key`;
