/** Rows of calls, newest first. What only a few calls have, such as a session, is looked up in the sums first: they know the hours in which to look. */
import { callRow, CALL_COLUMNS } from "./call-columns.ts";
import type { CallRow } from "./call-row.ts";
import { type Dimension, dimensionIn, finestOf } from "./dimensions.ts";
import { HOUR, startOf } from "./slices.ts";
import type { Sql, SqlStore } from "./sql.ts";
import type { CallFilter, CallRows, PageEnd, Span } from "./store.ts";

/** The rarest first: hours are looked up by the first one that is asked for. */
const BY = ["session", "repo", "key", "client", "model", "outcome"] as const satisfies readonly (keyof CallFilter &
  Dimension)[];

type Word = (typeof BY)[number];
/** A model is known by the name that was asked for, by its entry, and by the one that answered. */
const MEANT: Readonly<Record<Word, readonly Dimension[]>> = {
  session: ["session"],
  repo: ["repo"],
  key: ["key"],
  client: ["client"],
  model: ["model", "entry", "asked"],
  outcome: ["outcome"],
};
const namesOf = (word: Word): string => MEANT[word].map((one) => `'${one}'`).join(", ");

export const listOf =
  (db: SqlStore): CallRows["list"] =>
  (filter, page) =>
    db.read(async (sql) => {
      if (filter.id !== undefined) return one(sql, filter.id, page.limit);
      const until = Math.min(filter.to ?? FAR, page.before === undefined ? FAR : page.before.ended_at + 1);
      const span = { from: filter.from ?? 0, to: until };
      const found: CallRow[] = [];
      for (const part of await spansOf(sql, filter, span)) {
        const left = page.limit - found.length;
        if (left <= 0) break;
        found.push(...(await rowsIn(sql, part, filter, left, page.before)));
      }
      return found;
    });
const FAR = Number.MAX_SAFE_INTEGER;

/** By its whole id, or by the beginning of one, as a line of the log has it. */
/** By its whole id, or by the beginning of one, as a line of the log has it. */
async function one(sql: Sql, id: string, limit: number): Promise<readonly CallRow[]> {
  const ends = (digit: string): string => id + UNTYPED.replaceAll("x", digit).slice(id.length);
  const [where, values] = BEGINNING.test(id) ? ["id between $1 and $2", [ends("0"), ends("f")]] : ["id = $1", [id]];
  const found = await sql.all<Record<string, unknown>>(
    `select ${CALL_COLUMNS} from calls where ${where} order by id desc limit ${Math.trunc(limit)}`,
    ...values,
  );
  return found.map(callRow);
}
const UNTYPED = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
/** From the millisecond on. */
const BEGINNING = /^[0-9a-f]{8}-[0-9a-f]{4}(?:-[0-9a-f]{0,4}){0,3}$/;

/** Where to look, the latest first. */
async function spansOf(sql: Sql, filter: CallFilter, span: Span): Promise<readonly Span[]> {
  const by = BY.find((name) => filter[name] !== undefined);
  if (by === undefined) return [span];
  const hours = await sql.all<{ hour: unknown }>(
    `select slice / ${HOUR} * ${HOUR} as hour from sums
     where dimension in (${namesOf(by)}) and value = $1 and grain = ${finestOf(by)} and slice >= $2 and slice < $3
     union select hour from open_hours where hour >= $2 and hour < $3 order by hour desc`,
    filter[by],
    startOf(HOUR, span.from),
    span.to,
  );
  return hours.map(({ hour }) => ({
    from: Math.max(span.from, Number(hour)),
    to: Math.min(span.to, Number(hour) + HOUR),
  }));
}

async function rowsIn(
  sql: Sql,
  { from, to }: Span,
  filter: CallFilter,
  limit: number,
  before: PageEnd | undefined,
): Promise<readonly CallRow[]> {
  const values: unknown[] = [from, to];
  const conditions = BY.flatMap((name) => {
    if (filter[name] === undefined) return [];
    const value = `$${values.push(filter[name])}`;
    return [`(${MEANT[name].map((one) => `${dimensionIn(sql.engine, one).value} = ${value}`).join(" or ")})`];
  });
  if (before) conditions.push(`(c.ended_at, c.id) < ($${values.push(before.ended_at)}, $${values.push(before.id)})`);
  const found = await sql.all<Record<string, unknown>>(
    `select ${CALL_COLUMNS} from calls c where c.ended_at >= $1 and c.ended_at < $2
     ${conditions.map((condition) => `and ${condition}`).join(" ")}
     order by c.ended_at desc, c.id desc limit ${Math.trunc(limit)}`,
    ...values,
  );
  return found.map(callRow);
}
