/** Sums of calls over any span: closed slices from the roll-up, the rest from the rows, in one snapshot. */
import { dimensionBy, dimensionIn, dimensionOf, type Dimension, grainsOf } from "./dimensions.ts";
import { DAY, type Grain, HOUR, type Known, type Pieces, piecesOf, QUARTER, type Range, startOf } from "./slices.ts";
import { exact, type Sql, type SqlStore } from "./sql.ts";
import type { CallRows, Span, SpentMeasure, UsageSum } from "./store.ts";
import { measuresOf, SUM_NAMES, SUMMED, SUMS } from "./sum-columns.ts";
import { dayIn } from "./zone.ts";

export const usageOf =
  (db: SqlStore): CallRows["usage"] =>
  (by, { key, zone = "UTC", ...span }, limit) =>
    db.read(async (sql) => {
      const dimension = dimensionBy(by);
      if (by === "day") return byDay(await byQuarter(sql, span, key), zone).slice(-limit);
      const pieces = await piecesFor(sql, span, grainsOf(dimension));
      const among = by === "session" ? await dearest(sql, pieces, key, limit) : undefined;
      const parts = partsOf(sql, dimension, pieces, { by: "value", key, among });
      const found = await sql.all<Sums>(
        `select value, ${SUMMED} from (${parts.text}) as parts group by value having sum(calls) > 0
         order by sum(cost_nano) desc, sum(calls) desc, value limit ${Math.trunc(limit)}`,
        ...parts.values,
      );
      return found.map(usageSum);
    });

type Sums = Readonly<Record<(typeof SUMS)[number], unknown>> & { readonly value: unknown };

const usageSum = (row: Sums): UsageSum => ({
  value: row.value === "" ? null : String(row.value),
  calls: exact(row.calls),
  failed: exact(row.failed),
  tokens_input: exact(row.tokens_input),
  tokens_cache_read: exact(row.tokens_cache_read),
  tokens_cache_write: exact(row.tokens_cache_write),
  tokens_output: exact(row.tokens_output),
  tokens_reasoning: exact(row.tokens_reasoning),
  cost_nano: exact(row.cost_nano),
  unpriced_calls: exact(row.unpriced_calls),
  estimated_calls: exact(row.estimated_calls),
  total_ms: Math.round(Number(row.total_ms)),
});

async function byQuarter(sql: Sql, span: Span, key: string | undefined): Promise<readonly UsageSum[]> {
  const pieces = await piecesFor(sql, span, [QUARTER]);
  // The sums of all calls do not tell keys apart; those by key have as many quarters.
  const parts = partsOf(sql, key === undefined ? "time" : "key", pieces, { by: "quarter", ofValue: key });
  const found = await sql.all<Sums>(
    `select slice as value, ${SUMMED} from (${parts.text}) as parts group by slice order by slice`,
    ...parts.values,
  );
  return found.map(usageSum);
}

/** In the order of the days. */
function byDay(quarters: readonly UsageSum[], zone: string): readonly UsageSum[] {
  const days = new Map<string, UsageSum>();
  const dayOf = dayIn(zone);
  for (const quarter of quarters) {
    const value = dayOf(Number(quarter.value));
    const before = days.get(value);
    days.set(value, before ? added(before, quarter) : { ...quarter, value });
  }
  return [...days.values()].filter(({ calls }) => calls > 0);
}

function added(one: UsageSum, other: UsageSum): UsageSum {
  const sum: Record<string, unknown> = { ...one };
  for (const name of SUMS) if (name !== "requests") sum[name] = exact(one[name] + other[name]);
  return sum as unknown as UsageSum;
}

const MEASURED: Readonly<Record<SpentMeasure, string>> = {
  cost: "cost_nano",
  requests: "requests",
  input: "tokens_input + tokens_cache_read + tokens_cache_write",
  output: "tokens_output",
  tokens: "tokens_input + tokens_cache_read + tokens_cache_write + tokens_output",
};

export const spentOf =
  (db: SqlStore): CallRows["spent"] =>
  (of, what, { bucketMs, ...span }) =>
    db.read(async (sql) => {
      const { dimension, value } = dimensionOf(of);
      // A sum must lie in one bucket.
      const grains = grainsOf(dimension).filter((grain) => bucketMs === undefined || bucketMs % grain === 0);
      const pieces = await piecesFor(sql, span, grains);
      const parts = partsOf(sql, dimension, pieces, { by: "moment", ofValue: value });
      const bucket = bucketMs === undefined ? "0" : `slice / ${Math.trunc(bucketMs)} * ${Math.trunc(bucketMs)}`;
      const found = await sql.all<{ bucket: unknown; spent: unknown }>(
        `select ${bucket} as bucket, sum(${MEASURED[what]}) as spent from (${parts.text}) as parts group by 1`,
        ...parts.values,
      );
      return new Map(found.map((row) => [bucketMs === undefined ? span.from : Number(row.bucket), exact(row.spent)]));
    });

interface Parts {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What is summed up: equal values, equal quarters of an hour, or what lies in one bucket of any length. */
type By = "value" | "quarter" | "moment";
const COLUMN = { value: "value", quarter: "slice", moment: "slice" } as const;

interface Which {
  readonly by: By;
  readonly key?: string | undefined;
  readonly ofValue?: string | undefined;
  /** Of these values only. */
  readonly among?: readonly string[] | undefined;
}

/** Rows of sums, of days and of hours or quarters, and single calls, as one list. */
function partsOf(
  { engine }: Sql,
  dimension: Dimension,
  { sums, rows }: Pieces,
  { by, key, ofValue, among }: Which,
): Parts {
  const { rows: from, value } = dimensionIn(engine, dimension);
  const column = COLUMN[by];
  const ofRow = { value, quarter: `c.ended_at / ${QUARTER} * ${QUARTER}`, moment: "c.ended_at" }[by];
  const values: unknown[] = [];
  const bound = (given: unknown): string => `$${values.push(given)}`;
  const byKey = key === undefined ? undefined : bound(key);
  const byValue = ofValue === undefined ? undefined : bound(ofValue);
  const some = among === undefined ? undefined : VALUES[engine](values.push(JSON.stringify(among)));
  const ofSums = [...sums].map(([grain, ranges]) => {
    const { join, where } = within(engine, "s.slice", ranges, bound);
    return `select s.${column} as ${column}, ${SUM_NAMES} from ${join}
      ${some === undefined ? "sums s where" : `${some} k cross join ${BY_INDEX[engine]("sums_by_value")} where s.value = k.value and`} s.grain = ${grain} and s.dimension = '${dimension}' and ${where}
      ${byKey ? `and s.key = ${byKey}` : ""} ${byValue ? `and s.value = ${byValue}` : ""}`;
  });
  const { join, where } = within(engine, "c.ended_at", rows, bound);
  const ofRows = `select ${ofRow} as ${column}, ${measuresOf(engine)} from ${join} ${from}
      where ${where} ${byKey ? `and c.key = ${byKey}` : ""} ${byValue ? `and ${value} = ${byValue}` : ""}
      ${some === undefined ? "" : `and ${value} in (select k.value from ${some} k)`}`;
  return { text: [...ofSums, ofRows].join(" union all "), values };
}

/**
 * A month has hundreds of thousands of sessions, and a report shows some. One that is among the dearest is so in one of
 * its pieces at least: with n pieces, it has an n-th of its cost in one of them. undefined: all have to be added up.
 */
async function dearest(
  sql: Sql,
  { sums, rows }: Pieces,
  key: string | undefined,
  limit: number,
): Promise<readonly string[] | undefined> {
  const days = sums.get(DAY) ?? [];
  if (days.length === 0) return undefined;
  const within = days.map(([from, to]) => `(s.slice >= ${from} and s.slice < ${to})`).join(" or ");
  const ofDays = `from ${BY_INDEX[sql.engine]("sums_dearest")} where s.dimension = 'session' and s.grain = ${DAY}
    and (${within}) ${key === undefined ? "" : "and s.key = $1"}`;
  const words = key === undefined ? [] : [key];
  const top = await sql.all<{ value: string; cost: unknown }>(
    `select s.value as value, s.cost_nano as cost ${ofDays} order by s.cost_nano desc limit ${TOP * Math.trunc(limit)}`,
    ...words,
  );
  const best = new Map<string, number>();
  for (const { value, cost } of top) if (!best.has(value)) best.set(value, exact(cost));
  const pieces = days.reduce((count, [from, to]) => count + (to - from) / DAY, 1);
  const least = Math.floor(([...best.values()][Math.trunc(limit) - 1] ?? 0) / pieces);
  if (least <= 0) return undefined;
  const inDays = await sql.all<{ value: string }>(
    `select distinct s.value as value ${ofDays} and s.cost_nano >= ${least} limit ${AMONG_MAX}`,
    ...words,
  );
  if (inDays.length === AMONG_MAX) return undefined;
  const edges = partsOf(
    sql,
    "session",
    { sums: new Map([...sums].filter(([grain]) => grain !== DAY)), rows },
    { by: "value", key },
  );
  const inEdges = await sql.all<{ value: string }>(
    `select value from (${edges.text}) as parts group by value having sum(cost_nano) >= ${least}`,
    ...edges.values,
  );
  return [...new Set([...inDays, ...inEdges].map(({ value }) => value))];
}
/** The same session may be among the dearest of several days. */
const TOP = 5;
/** With more, it is no quicker. */
const AMONG_MAX = 50_000;

/** SQLite does not know that the days of a session are few. */
const BY_INDEX = {
  sqlite: (name: string) => `sums s indexed by ${name}`,
  postgres: () => "sums s",
} as const;

const VALUES = {
  sqlite: (at: number) => `(select value from json_each($${at}))`,
  postgres: (at: number) => `(select value from json_array_elements_text($${at}::text::json) as told(value))`,
} as const;
/** PostgreSQL sees the numbers when it plans: it leaves out partitions, and knows how much lies between them. SQLite has one plan, and looks each range up. */
function within(
  engine: Sql["engine"],
  column: string,
  ranges: readonly Range[],
  bound: (given: unknown) => string,
): { readonly join: string; readonly where: string } {
  if (engine === "sqlite")
    return {
      join: `(select value ->> 0 as lo, value ->> 1 as hi from json_each(${bound(JSON.stringify(ranges))})) r cross join`,
      where: `${column} >= r.lo and ${column} < r.hi`,
    };
  const each = ranges.map(([from, to]) => `${column} >= ${Math.trunc(from)} and ${column} < ${Math.trunc(to)}`);
  return { join: "", where: each.length === 0 ? "false" : `(${each.join(" or ")})` };
}

/** Within the time of which anything is known: a span may begin with 1970. */
async function piecesFor(sql: Sql, span: Span, grains: readonly Grain[]): Promise<Pieces> {
  const [ends] = await sql.all<{ first: unknown; last: unknown; open: unknown; latest: unknown }>(
    `select (select min(day) from summed_days) as first, (select max(day) from summed_days) as last,
     (select min(hour) from open_hours) as open, (select max(hour) from open_hours) as latest`,
  );
  const from = Math.max(span.from, Math.min(at(ends?.first, Infinity), at(ends?.open, Infinity)));
  const to = Math.min(span.to, Math.max(at(ends?.last, -Infinity) + DAY, at(ends?.latest, -Infinity) + HOUR));
  return from < to ? piecesOf({ from, to }, grains, await knownOf(sql, { from, to })) : { sums: new Map(), rows: [] };
}
const at = (value: unknown, otherwise: number): number =>
  value === null || value === undefined ? otherwise : Number(value);

async function knownOf(sql: Sql, { from, to }: Span): Promise<Known> {
  const slices = async (text: string, grain: number): Promise<ReadonlySet<number>> =>
    new Set((await sql.all<{ slice: unknown }>(text, startOf(grain, from), to)).map(({ slice }) => Number(slice)));
  return {
    openHours: await slices("select hour as slice from open_hours where hour >= $1 and hour < $2", DAY),
    madeDays: await slices("select day as slice from summed_days where made = 1 and day >= $1 and day < $2", DAY),
  };
}
