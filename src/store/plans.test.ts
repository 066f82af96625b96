/** No report reads all calls: the plan of each of its statements is asked for. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { CompiledQuery, Kysely, type LogEvent, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { sharedPostgres, withoutPostgres } from "../../test/fixtures/postgres.ts";
import { fillOf, markOf } from "../../test/fixtures/fill-calls.ts";
import type { Engine } from "./call-columns.ts";
import { callRows } from "./calls.ts";
import { inDays } from "./day-partitions.ts";
import { IN_FILE } from "./file-retention.ts";
import { migrate } from "./migrate.ts";
import type { Schema } from "./schema.ts";
import { sqlOf } from "./sql.ts";
import { kyselyOn } from "./sqlite.ts";
import { type CallRows, USAGE_BY } from "./store.ts";

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR + 20 * 60_000;
const SPAN = { from: NOW - 9 * 24 * HOUR - 7, to: NOW };
const ROWS = 10_000;
const DAYS = 2;
const why = withoutPostgres();

const REPORTS: Readonly<Record<string, (calls: CallRows) => Promise<unknown>>> = {
  ...Object.fromEntries(USAGE_BY.map((by) => [`usage by ${by}`, (calls: CallRows) => calls.usage(by, SPAN, 9)])),
  "usage of a key": (calls) => calls.usage("session", { ...SPAN, key: "key-1" }, 9),
  "usage of a key by day": (calls) => calls.usage("day", { ...SPAN, key: "key-1" }, 9),
  "a list": (calls) => calls.list({}, { limit: 9 }),
  "a page": (calls) => calls.list({}, { limit: 9, before: { id: "x", ended_at: NOW - HOUR } }),
  "one call": (calls) => calls.list({ id: "x" }, { limit: 9 }),
  "a session": (calls) => calls.list({ session: "session-7" }, { limit: 9 }),
  "an outcome": (calls) => calls.list({ outcome: "unknown" }, { limit: 9 }),
  "spent by all": (calls) => calls.spent({ kind: "global" }, "cost", SPAN),
  "spent by a key": (calls) => calls.spent({ kind: "key", value: "key-1" }, "cost", { ...SPAN, bucketMs: 6 * HOUR }),
  "spent for a tag": (calls) => calls.spent({ kind: "tag", value: "team=1" }, "tokens", SPAN),
  "requests of a minute": (calls) =>
    calls.spent({ kind: "key", value: "key-1" }, "requests", { from: NOW - 60_000, to: NOW, bucketMs: 5_000 }),
};

/** What a plan says where it reads a whole table of calls. */
const EXPLAINED: Readonly<Record<Engine, { readonly words: string; readonly scan: RegExp }>> = {
  sqlite: { words: "explain query plan", scan: /\bSCAN (c|calls)\b(?! USING INDEX calls_by_time)/ },
  // A table of some rows is read faster whole. What this forbids is used only where there is no index.
  postgres: { words: "explain", scan: /Seq Scan on calls/ },
};

async function check(engine: Engine, open: (log: (event: LogEvent) => void) => Promise<Kysely<Schema>>): Promise<void> {
  let asked: CompiledQuery[] = [];
  const db = await open(({ query }) => void asked.push(query));
  const store = sqlOf(engine, db);
  // No row goes in this way: `fillOf` makes them in the database.
  const calls =
    engine === "sqlite"
      ? callRows(store, IN_FILE, () => () => 0)
      : callRows(
          store,
          inDays(store, () => NOW),
        );
  await calls.insert("[]");
  await store.all(fillOf(engine, ROWS, NOW, DAYS));
  await store.all(markOf("calls"));
  await calls.rollUp(NOW);
  await store.all("analyze");
  if (engine === "postgres") await store.all("set enable_seqscan = off");
  const { words, scan } = EXPLAINED[engine];
  for (const [name, report] of Object.entries(REPORTS)) {
    asked = [];
    await report(calls);
    const selects = asked.filter(({ sql }) => /^\s*select/.test(sql) && /\bcalls\b/.test(sql));
    for (const { sql, parameters } of selects) {
      const plan = JSON.stringify((await db.executeQuery(CompiledQuery.raw(`${words} ${sql}`, [...parameters]))).rows);
      expect({ name, plan }).toEqual({ name, plan: expect.not.stringMatching(scan) });
    }
  }
  await db.destroy();
}

describe("no report reads all calls", () => {
  test("in SQLite", async () => {
    await check("sqlite", async (log) => {
      const db = kyselyOn(new Database(":memory:"), log);
      await migrate(db, { engine: "sqlite", binary: "blob" });
      return db;
    });
  }, 120_000);

  test.skipIf(why !== undefined)(
    why === undefined ? "in PostgreSQL" : `in PostgreSQL (${why})`,
    async () => {
      const connectionString = await (await sharedPostgres()).database();
      await check("postgres", async (log) => {
        // One connection, so that what is set holds for all that follows.
        const db = new Kysely<Schema>({
          dialect: new PostgresDialect({ pool: new Pool({ connectionString, max: 1 }) }),
          log,
        });
        await migrate(db, { engine: "postgres", binary: "bytea" });
        return db;
      });
    },
    120_000,
  );
});
