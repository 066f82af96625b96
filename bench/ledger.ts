/**
 * Reports over many calls, measured: `bun bench/ledger.ts sqlite [ROWS [FOLDER]]`, `bun bench/ledger.ts postgres [ROWS [URL]]`.
 * Fills a store with rows of 30 days, sums them, and times each report, then retention while calls go on. What is named
 * is kept, and is not filled again; else it is a folder or a private server of its own, gone at the end.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { startPostgres } from "../test/fixtures/postgres.ts";
import { callRowOf } from "../test/fixtures/call-rows.ts";
import { DATABASE_FILE } from "../src/store/folder.ts";
import { postgresStore } from "../src/store/postgres.ts";
import { type StoreThread, storeThread } from "../src/store/store-thread.ts";
import { fillOf, markOf } from "../test/fixtures/fill-calls.ts";
import { USAGE_BY, type Store } from "../src/store/store.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 30;
const [engine = "sqlite", count = "10000000", place] = process.argv.slice(2);
const ROWS = Number(count);

const sorted = (took: readonly number[]): readonly number[] => took.toSorted((a, b) => a - b);
const ms = (value: number | undefined): string => `${(value ?? 0).toFixed(1)} ms`;
const at = (took: readonly number[], share: number): string => ms(sorted(took)[Math.floor(took.length * share)]);

async function timed(name: string, work: () => Promise<unknown>, times = 5): Promise<void> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  const [best] = sorted(took);
  console.log(`${name.padEnd(44)} best ${ms(best)}, worst ${ms(Math.max(...took))}`);
}

async function reports({ calls }: Store, now: number): Promise<void> {
  for (const days of [7, DAYS]) {
    const span = { from: now - days * DAY, to: now };
    for (const by of USAGE_BY) await timed(`usage --by ${by}, ${days} days`, () => calls.usage(by, span, 20));
  }
  const month = { from: now - DAYS * DAY, to: now };
  const zone = "Asia/Kolkata";
  const odd = { from: now - 9 * DAY - 7, to: now - 77 };
  await timed("usage --by model --key", () => calls.usage("model", { ...month, key: "key-7" }, 20));
  await timed(`usage --by day, ${zone}`, () => calls.usage("day", { ...month, zone }, 40));
  await timed("usage --by session, an odd span", () => calls.usage("session", odd, 20));
  await timed("logs", () => calls.list({}, { limit: 50 }));
  await timed("logs, an older page", () => calls.list({}, { limit: 50, before: { id: "x", ended_at: odd.from } }));
  for (const [name, filter] of Object.entries({
    "--session": { session: "session-1234" },
    "--session of nobody": { session: "none" },
    "--key": { key: "key-7" },
    "--model": { model: "model-3" },
    "--repo": { repo: "github.com/company/repo-7" },
    "--outcome unknown": { outcome: "unknown" as const },
  }))
    await timed(`logs ${name}`, () => calls.list(filter, { limit: 50 }));
  for (const scope of [{ kind: "global" }, { kind: "key", value: "key-7" }, { kind: "tag", value: "team=3" }] as const)
    await timed(`spent in 30 days: ${scope.kind}`, () => calls.spent(scope, "cost", month));
}

/** A hundred rows a second, as a journal hands them on, until `work` is over. */
async function insertsBeside(name: string, store: Store, now: number, work: Promise<unknown>): Promise<void> {
  const inserts: number[] = [];
  const epochs: number[] = [];
  let moment = now;
  const state = { isOver: false };
  const worked = work.finally(() => void (state.isOver = true));
  const from = performance.now();
  while (!state.isOver) {
    const rows = JSON.stringify(Array.from({ length: 20 }, () => callRowOf({ ended_at: moment++ })));
    const asked = performance.now();
    await Promise.all([
      store.calls.insert(rows).then(() => inserts.push(performance.now() - asked)),
      store.epoch().then(() => epochs.push(performance.now() - asked)),
    ]);
    await Bun.sleep(Math.max(0, 200 - (performance.now() - asked)));
  }
  await worked;
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  console.log(
    `${name}: ${seconds} s; ${inserts.length} inserts of 20 rows: median ${at(inserts, 0.5)}, p99 ${at(inserts, 0.99)}, longest ${at(inserts, 0.9999)}; the epoch: p99 ${at(epochs, 0.99)}, longest ${at(epochs, 0.9999)}`,
  );
}

async function measure(store: StoreThread, now: number, size: () => Promise<number>): Promise<void> {
  await store.ready();
  await insertsBeside("nothing beside", store, now, Bun.sleep(20_000));
  await insertsBeside("summing all that is open", store, now, store.calls.rollUp(now));
  await reports(store, now);
  const before = await size();
  await insertsBeside(
    "retention of a day and its eve",
    store,
    now,
    store.calls.retain(now, { calls: DAYS - 2, rollups: 400 }),
  );
  const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(`on disk: ${mega(before)}, after retention ${mega(await size())}`);
}

/** The moment that the rows end with: that of an earlier run, where there was one. */
const present = Math.floor(Date.now() / HOUR) * HOUR + 20 * 60_000;

async function inFile(dataDir: string): Promise<void> {
  const store = storeThread({ dataDir });
  await store.ready();
  const path = join(dataDir, DATABASE_FILE);
  const [last] = await store.calls.list({}, { limit: 1 });
  if (last === undefined) {
    await store.close();
    const file = new Database(path);
    file.run("pragma journal_mode = off");
    file.run("pragma synchronous = off");
    await timed(`filling ${ROWS} rows`, async () => void file.run(fillOf("sqlite", ROWS, present, DAYS)), 1);
    file.run(markOf("calls"));
    file.close();
    return inFile(dataDir);
  }
  await measure(store, last.ended_at + 1, async () => statSync(path).size);
  await store.close();
}

async function inServer(url: string, dataDir: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const store = storeThread({ dataDir, url });
  const [last] = await store.calls.list({}, { limit: 1 });
  if (last === undefined) {
    // Each makes the partitions of a week.
    for (let day = DAYS; day >= 0; day -= 7) {
      const early = await postgresStore({ url, clock: () => present - day * DAY });
      await early.calls.insert("[]");
      await early.close();
    }
    await client.query("set synchronous_commit = off");
    await timed(`filling ${ROWS} rows`, () => client.query(fillOf("postgres", ROWS, present, DAYS)), 1);
    await client.query(markOf("calls"));
    await client.query("vacuum analyze calls");
  }
  const now = last === undefined ? present : last.ended_at + 1;
  await measure(store, now, async () => {
    const { rows } = await client.query<{ size: string }>("select pg_database_size(current_database()) as size");
    return Number(rows[0]?.size);
  });
  await client.end();
  await store.close();
}

const dir = mkdtempSync(join(tmpdir(), "codeswitch-ledger-"));
if (engine === "sqlite") await inFile(place ?? dir);
else if (place !== undefined) await inServer(place, dir);
else {
  const server = await startPostgres(["max_wal_size=4GB", "shared_buffers=1GB"]);
  await inServer(await server.database(), dir);
  await server.stop();
}
rmSync(dir, { recursive: true });
