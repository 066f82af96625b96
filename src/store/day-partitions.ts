/**
 * Retention in PostgreSQL: a partition of `calls` for each day, made a week ahead by whoever writes and dropped whole. A
 * row of a day without one lies in `calls_other`, from where it moves when its day is made.
 */
import type { Keeping } from "./retention.ts";
import { DAY, startOf } from "./slices.ts";
import { exact, type Sql, type SqlStore } from "./sql.ts";

const DAYS_AHEAD = 7;
/** Yesterday's calls may still be on their way, and a replay brings older ones. */
const DAYS_BEHIND = 2;
/** Names the lock of whoever makes partitions. */
const LOCK = 4_141_002;
/** A partition that cannot be had now is made, or dropped, the next time: nobody waits in line behind us. */
const LOCK_MS = 3_000;

export function inDays(db: SqlStore, clock: () => number): Keeping {
  let madeUntil = -Infinity;
  return {
    prepare: async () => {
      const today = startOf(DAY, clock());
      if (today + DAY <= madeUntil) return;
      await makeDays(db, today - DAYS_BEHIND * DAY, today + DAYS_AHEAD * DAY);
      madeUntil = today + DAYS_AHEAD * DAY;
    },
    drop: async (_, end) => {
      for (const { day, name } of await daysOf(db))
        if (day + DAY <= end) await locked(db, (sql) => sql.all(`drop table if exists ${name}`));
      await db.all("delete from calls_other where ended_at < $1", end);
    },
    tidy: async (_, now) => {
      const today = startOf(DAY, now);
      await makeDays(db, today - DAYS_BEHIND * DAY, today + DAYS_AHEAD * DAY);
      const [left] = await db.all<{ rows: unknown }>(
        "select count(*) as rows from (select 1 from calls_other limit 1000) as found",
      );
      const rows = exact(left?.rows);
      if (rows === 0) return [];
      return [
        `${rows === 1_000 ? "1000 or more" : rows} calls ended on days for which there is no partition; they are in the table calls_other, and go there row by row. Check the clock of each replica.`,
      ];
    },
  };
}

const nameOf = (day: number): string => `calls_${new Date(day).toISOString().slice(0, 10).replaceAll("-", "")}`;

interface Day {
  readonly name: string;
  readonly day: number;
}

async function daysOf(db: Sql): Promise<readonly Day[]> {
  const found = await db.all<{ name: string }>(
    `select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
     where inhparent = 'calls'::regclass and child.relname <> 'calls_other' order by child.relname`,
  );
  return found.map(({ name }) => ({
    name,
    day: Date.UTC(Number(name.slice(6, 10)), Number(name.slice(10, 12)) - 1, Number(name.slice(12, 14))),
  }));
}

/** `to`: included. */
async function makeDays(db: SqlStore, from: number, to: number): Promise<void> {
  const there = new Set((await daysOf(db)).map(({ day }) => day));
  for (let day = from; day <= to; day += DAY) if (!there.has(day)) await locked(db, (sql) => makeDay(sql, day));
}

async function makeDay(sql: Sql, day: number): Promise<void> {
  const name = nameOf(day);
  const [there] = await sql.all<{ is: unknown }>("select to_regclass($1) is not null as is", name);
  if (there?.is === true) return;
  // Attached only when it is full: a partition that is made in its place would stop everybody meanwhile.
  await sql.all(`create table ${name} (like calls including defaults including constraints)`);
  await sql.all(
    `with moved as (delete from calls_other where ended_at >= $1 and ended_at < $2 returning *) insert into ${name} select * from moved`,
    day,
    day + DAY,
  );
  await sql.all(`alter table calls attach partition ${name} for values from (${day}) to (${day + DAY})`);
}

/** One at a time among all replicas. */
const locked = (db: SqlStore, work: (sql: Sql) => Promise<unknown>): Promise<void> =>
  db.write(async (sql) => {
    await sql.all(`set local lock_timeout = ${LOCK_MS}`);
    await sql.all(`select pg_advisory_xact_lock(${LOCK})`);
    await work(sql);
  });
