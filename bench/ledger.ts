/**
 * Reports over many calls, measured: `bun bench/ledger.ts sqlite [ROWS]`, `bun bench/ledger.ts postgres [ROWS]` (a private
 * server). Fills a store of its own with rows of 30 days, sums them, and times each report, retention beside it.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../test/fixtures/postgres.ts";
import { callRowOf } from "../test/fixtures/call-rows.ts";
import { DATABASE_FILE } from "../src/store/folder.ts";
import { openStore } from "../src/store/place.ts";
import { fillOf, markOf } from "../test/fixtures/fill-calls.ts";
import { USAGE_BY, type Store } from "../src/store/store.ts";

const DAY = 86_400_000;
const NOW = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 20 * 60_000;
const [engine = "sqlite", count = "10000000"] = process.argv.slice(2);
const ROWS = Number(count);
const dir = mkdtempSync(join(tmpdir(), "codeswitch-ledger-"));

async function timed(name: string, work: () => Promise<unknown>, times = 1): Promise<void> {
  const took: number[] = [];
  for (let at = 0; at < times; at++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  console.log(`${name.padEnd(44)} best ${(took[0] ?? 0).toFixed(1)} ms, worst ${(took.at(-1) ?? 0).toFixed(1)} ms`);
}

async function reports(store: Store): Promise<void> {
  const month = { from: NOW - 30 * DAY, to: NOW };
  for (const by of USAGE_BY) await timed(`usage --by ${by}, 30 days`, () => store.calls.usage(by, month, 20), 5);
  await timed("usage --by model --key", () => store.calls.usage("model", { ...month, key: "key-7" }, 20), 5);
  await timed(
    "usage --by day, Asia/Kolkata",
    () => store.calls.usage("day", { ...month, zone: "Asia/Kolkata" }, 40),
    5,
  );
  await timed(
    "usage --by session, an odd span",
    () => store.calls.usage("session", { from: NOW - 9 * DAY - 7, to: NOW - 77 }, 20),
    5,
  );
  await timed("logs", () => store.calls.list({}, { limit: 50 }), 5);
  await timed("logs --session", () => store.calls.list({ session: "session-1234" }, { limit: 50 }), 5);
  await timed("logs --session of nobody", () => store.calls.list({ session: "none" }, { limit: 50 }), 5);
  await timed("logs --key", () => store.calls.list({ key: "key-7" }, { limit: 50 }), 5);
  for (const scope of [{ kind: "global" }, { kind: "key", value: "key-7" }, { kind: "tag", value: "team=3" }] as const)
    await timed(`spent in 30 days: ${scope.kind}`, () => store.calls.spent(scope, "cost", month), 5);
}

/** 100 batches of 20 while whole days go. */
async function retention(store: Store): Promise<void> {
  const took: number[] = [];
  const state = { isOver: false };
  const dropping = store.calls.retain(NOW, { calls: 25, rollups: 400 }).finally(() => void (state.isOver = true));
  const from = performance.now();
  while (!state.isOver) {
    const rows = JSON.stringify(Array.from({ length: 20 }, () => callRowOf({ ended_at: NOW })));
    const asked = performance.now();
    await store.calls.insert(rows);
    took.push(performance.now() - asked);
    await Bun.sleep(100);
  }
  await dropping;
  took.sort((a, b) => a - b);
  console.log(
    `retention of 5 days: ${((performance.now() - from) / 1_000).toFixed(1)} s; ${took.length} inserts meanwhile, median ${took[Math.floor(took.length / 2)]?.toFixed(1)} ms, p99 ${took[Math.floor(took.length * 0.99)]?.toFixed(1)} ms`,
  );
}

if (engine === "sqlite") {
  await (await openStore({ dataDir: dir })).close();
  const path = join(dir, DATABASE_FILE);
  const file = new Database(path);
  file.run("pragma synchronous = off");
  await timed(`filling ${ROWS} rows`, async () => {
    file.run(fillOf("sqlite", ROWS, NOW));
    file.run(markOf("calls"));
  });
  file.run("pragma wal_checkpoint(truncate)");
  file.close();
  const store = await openStore({ dataDir: dir });
  await timed("summing every hour and day", () => store.calls.rollUp(NOW));
  await reports(store);
  const before = statSync(path).size;
  await retention(store);
  await store.close();
  console.log(`file: ${(before / 1e6).toFixed(0)} MB, after retention ${(statSync(path).size / 1e6).toFixed(0)} MB`);
} else {
  const server = await startPostgres(["max_wal_size=4GB", "shared_buffers=256MB"]);
  const url = await server.database();
  const store = await openStore({ dataDir: dir, url });
  await timed(`filling ${ROWS} rows`, async () => {
    await server.run(fillOf("postgres", ROWS, NOW), url);
    await server.run(markOf("calls"), url);
  });
  await server.run("analyze", url);
  await timed("summing every hour and day", () => store.calls.rollUp(NOW));
  await server.run("analyze sums", url);
  await reports(store);
  await retention(store);
  await store.close();
  await server.stop();
}
rmSync(dir, { recursive: true });
