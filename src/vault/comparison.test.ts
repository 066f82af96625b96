/** When the disk is asked what it has, and when the gateway knows. */
import { expect, test } from "bun:test";
import { dataVersion } from "../store/data-version.ts";
import { sqliteMemoryStore, sqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { LIMITS } from "../wire/limits.ts";
import { boxOf } from "./box.ts";
import { comparison } from "./comparison.ts";
import { NOW, places } from "../../test/fixtures/lives.ts";
import { memoryLevel } from "./memory.ts";
import { type Shelf, shelfOf } from "./shelf.ts";

const { folder } = places();
const BOX = boxOf([{ id: "s", value: "x".repeat(32) }]);

/** A gateway's memory before a store, and how many keys it asked for, question by question. */
function gateway(store: Store, dir?: string) {
  const asked: number[] = [];
  const rows = shelfOf(store.reasoning, BOX);
  const get: Shelf["get"] = (keys, now) => (asked.push(keys.length), rows.get(keys, now));
  const shelf: Shelf = { ...rows, get, close: async () => {}, end: () => {} };
  const memory = memoryLevel(() => NOW);
  const version = dir === undefined ? undefined : dataVersion(dir);
  const failed = (error: unknown): never => {
    throw error;
  };
  const compared = comparison({
    memory,
    shelf,
    ...(version && { dataVersion: version }),
    clock: () => NOW,
    failed,
  });
  const put = async (key: string): Promise<void> => {
    const put = await rows.put([{ key, text: "[]", expiresAt: NOW + 1_000 }], NOW);
    compared.wrote([key], put);
  };
  const has = async (...keys: readonly string[]): Promise<readonly boolean[]> => {
    expect(await compared.isCurrent(keys)).toBe(true);
    return keys.map((key) => memory.has(key));
  };
  return { asked, put, has, close: () => version?.close() };
}

test("while nobody writes nothing is asked, whether the disk has it or not; what another gateway writes is there at the next look-up", async () => {
  const dir = folder();
  const [mine, other] = [await sqliteStore(dir), await sqliteStore(dir)];
  const [one, two] = [gateway(mine, dir), gateway(other, dir)];
  await two.put("theirs");
  // The first answer tells that the file is there.
  expect(await one.has("theirs", "nobody's")).toEqual([true, false]);
  expect(await one.has("theirs", "nobody's")).toEqual([true, false]);
  one.asked.length = 0;
  for (let times = 0; times < 3; times++) expect(await one.has("theirs", "nobody's")).toEqual([true, false]);
  expect(one.asked).toEqual([]);
  await two.put("nobody's");
  expect(await one.has("theirs", "nobody's")).toEqual([true, true]);
  one.close();
  two.close();
  for (const store of [mine, other]) await store.close();
});

test("one's own write costs one question, and none of what was known", async () => {
  const dir = folder();
  const store = await sqliteStore(dir);
  const one = gateway(store, dir);
  for (let times = 0; times < 2; times++) await one.has("nobody's");
  await one.put("mine");
  one.asked.length = 0;
  for (let times = 0; times < 3; times++) expect(await one.has("nobody's")).toEqual([false]);
  expect(one.asked).toEqual([0]);
  one.close();
  await store.close();
});

test("what was compared is forgotten when there is too much of it", async () => {
  const one = gateway(await sqliteMemoryStore());
  const keys = Array.from({ length: LIMITS.vaultComparedMax + 1 }, (_, at) => `key ${at}`);
  await one.has(...keys);
  one.asked.length = 0;
  await one.has(keys[0] as string, keys[1] as string);
  expect(one.asked).toEqual([1]);
});
