import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeContract } from "../../test/fixtures/store-contract.ts";

import { callRowOf } from "../../test/fixtures/call-rows.ts";
import { fillOf, markOf } from "../../test/fixtures/fill-calls.ts";
import { DATABASE_FILE, DataFault } from "./folder.ts";
import type { KeyRow } from "./store.ts";
import { storeThread } from "./store-thread.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-thread-"));
afterAll(() => rmSync(ROOT, { recursive: true }));
const DAY = 86_400_000;
const NOW = Math.floor(Date.now() / DAY) * DAY + DAY / 2;
let folders = 0;
const folder = (): string => join(ROOT, `data-${folders++}`);

storeContract("sqlite in its thread", async () => storeThread({ dataDir: folder() }));

test("what a person can put right comes out of the thread as such", async () => {
  const dir = folder();
  writeFileSync(dir, "a file");
  const linked = folder();
  const store = storeThread({ dataDir: linked });
  await store.ready();
  await store.close();
  rmSync(join(linked, DATABASE_FILE));
  symlinkSync(dir, join(linked, DATABASE_FILE));
  const second = storeThread({ dataDir: linked });
  const refused = await second.ready().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DataFault);
  expect(String(refused)).toMatch(/is a link/);
  await second.close();
});

test("a store that was never asked closes without a thread", async () => {
  let started = 0;
  const store = storeThread({ dataDir: folder() }, () => {
    started++;
    throw new Error("not here");
  });
  await store.close();
  expect(started).toBe(0);
});

test("a thread that dies fails what was asked of it, and the next question makes another", async () => {
  const script = `${folder()}.ts`;
  writeFileSync(script, "self.onmessage = () => process.exit(3);");
  const workers = [() => new Worker(script)];
  const real = (): Worker => new Worker(new URL("./worker.ts", import.meta.url).href);
  const store = storeThread({ dataDir: folder() }, () => (workers.shift() ?? real)());
  await expect(store.ready()).rejects.toThrow("the thread of the database ended");
  await store.ready();
  expect(await store.calls.list({}, { limit: 1 })).toEqual([]);
  await store.close();
  await expect(store.ready()).rejects.toThrow("it was stopped");
});

const keyRowOf = ({ name }: { readonly name: string }): KeyRow => ({
  ...{ id: `key-${name}`, name, hash: `s:${name}`, hash_before: null, grace_until: null, shown: "cs-…abcd" },
  ...{ settings: "{}", blocked: false, expires_at: null, created_at: 0 },
});

/** On Windows a file that is open cannot be deleted. */
const inPlace = test.skipIf(process.platform === "win32");

inPlace("a file that is deleted while it is open is made again, and what comes from then on is in it", async () => {
  const dataDir = folder();
  const [store, beside] = [storeThread({ dataDir }), storeThread({ dataDir })];
  await store.calls.insert(JSON.stringify([callRowOf({ id: "01a204dd-a4d6-740a-856f-000000000001" })]));
  for (const end of ["", "-wal", "-shm"]) rmSync(join(dataDir, DATABASE_FILE + end), { force: true });
  const id = "01a204dd-a4d6-740a-856f-000000000002";
  await store.calls.insert(JSON.stringify([callRowOf({ id })]));
  const read = await beside.calls.list({}, { limit: 10 });
  expect(read.map((row) => row.id)).toEqual([id]);
  await store.close();
  await beside.close();
});

inPlace("keys that another file holds are obeyed: the number of its changes is another one", async () => {
  const dataDir = folder();
  const store = storeThread({ dataDir });
  const one = keyRowOf({ name: "one" });
  await store.keys.put(one);
  const before = await store.epoch();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(dataDir, DATABASE_FILE + end), { force: true });
  const beside = storeThread({ dataDir });
  await beside.keys.put(keyRowOf({ name: "two" }));
  expect(await store.epoch()).not.toBe(before);
  expect(await store.keys.find(one.hash)).toBeUndefined();
  await beside.close();
  await store.close();
});

inPlace("one that was put in its place is read, and one that is none is said until it is one again", async () => {
  const [dataDir, other] = [folder(), folder()];
  const path = join(dataDir, DATABASE_FILE);
  const store = storeThread({ dataDir });
  await store.ready();
  const second = storeThread({ dataDir: other });
  await second.calls.insert(JSON.stringify([callRowOf({ id: "01a204dd-a4d6-740a-856f-000000000003" })]));
  await second.close();
  for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true });
  writeFileSync(`${path}.none`, "no database at all, but long enough to be taken for one".repeat(20));
  renameSync(`${path}.none`, path);
  await expect(store.calls.list({}, { limit: 1 })).rejects.toThrow(/not a database/);
  for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true });
  renameSync(join(other, DATABASE_FILE), path);
  expect(await store.calls.list({}, { limit: 9 })).toHaveLength(1);
  await store.close();
});

test("the epoch is told while a report takes for ever", async () => {
  const script = `${folder()}.ts`;
  writeFileSync(script, "self.onmessage = () => { for (;;); };");
  const workers = [() => new Worker(new URL("./worker.ts", import.meta.url).href), () => new Worker(script)];
  const store = storeThread({ dataDir: folder() }, () => (workers.shift() as () => Worker)());
  await store.ready();
  const report = store.calls.usage("model", { from: 0, to: NOW }, 9).catch(() => "ended");
  expect(await store.epoch()).toBe(1);
  await store.calls.insert(JSON.stringify([callRowOf()]));
  store.end();
  expect(await report).toBe("ended");
});

test("new rows are taken while many others are summed and dropped, and a revoked key is known within a second", async () => {
  const dataDir = folder();
  const store = storeThread({ dataDir });
  await store.ready();
  const file = new Database(join(dataDir, DATABASE_FILE));
  file.run("pragma synchronous = off");
  file.run(fillOf("sqlite", 30_000, NOW, 2));
  file.run(markOf("calls"));
  file.close();
  const epochs: number[] = [];
  let inserted = 0;
  const beside = async (work: Promise<unknown>): Promise<void> => {
    const over = { is: false };
    const done = work.finally(() => void (over.is = true));
    while (!over.is) {
      const from = performance.now();
      const insert = store.calls.insert(JSON.stringify([callRowOf({ ended_at: NOW })]));
      await store.epoch();
      epochs.push(performance.now() - from);
      await insert;
      inserted++;
    }
    await done;
  };
  await beside(store.calls.rollUp(NOW));
  await beside(store.calls.retain(NOW, { calls: 1, rollups: 400 }));
  expect(inserted).toBeGreaterThan(20);
  expect(Math.max(...epochs)).toBeLessThan(1_000);
  const sums = await store.calls.usage("day", { from: NOW - 2 * DAY - 1, to: NOW + 1 }, 9);
  expect(sums.reduce((sum, { calls }) => sum + calls, 0)).toBe(30_000 + inserted);
  await store.close();
}, 120_000);

/** CPU of this thread alone, best of some tries. */
test("what the asking thread pays for a batch of rows is less than a millisecond", async () => {
  const store = storeThread({ dataDir: folder() });
  await store.ready();
  let least = Infinity;
  for (let times = 0; times < 20; times++) {
    const rows = JSON.stringify(Array.from({ length: 50 }, () => callRowOf()));
    const before = process.threadCpuUsage();
    const inserted = store.calls.insert(rows);
    await inserted;
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  expect(least).toBeLessThan(1);
  await store.close();
});
