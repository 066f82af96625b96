/** What bounds the durable vault: rows, bytes, time, and patience with its disk. */
import { describe, expect, test } from "bun:test";
import { sqliteMemoryStore } from "../store/sqlite.ts";
import { LIMITS } from "../wire/limits.ts";
import { boxOf } from "./box.ts";
import { durableLevel } from "./durable.ts";
import { answer, eventually, NOW, remember, thought } from "../../test/fixtures/lives.ts";
import { memoryLevel } from "./memory.ts";
import { type Shelf, shelfOf } from "./shelf.ts";
import { vaultOf } from "./vault.ts";

describe("bounds", () => {
  const SECRETS = [{ id: "s", value: "x".repeat(32) }] as const;
  const busy = (): Error => Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY" });

  async function small(
    more: { shelf?: Partial<Shelf>; bounds?: { rows: number; bytes: number }; hungMs?: number } = {},
  ) {
    const store = await sqliteMemoryStore();
    let now = NOW;
    const failures: unknown[] = [];
    const level = durableLevel(
      memoryLevel(() => now),
      {
        shelf: { ...shelfOf(store.reasoning, boxOf(SECRETS)), close: async () => {}, end: () => {}, ...more.shelf },
        clock: () => now,
        failed: (error) => void failures.push(error),
        ...(more.bounds && { bounds: more.bounds }),
        ...(more.hungMs !== undefined && { hungMs: more.hungMs }),
      },
    );
    return { store, vault: vaultOf(level), failures, later: (ms: number) => void (now += ms) };
  }

  test("of rows and of bytes: the oldest leave", async () => {
    for (const bounds of [
      { rows: 2, bytes: 1_000_000 },
      { rows: 1_000, bytes: 700 },
    ]) {
      const { store, vault, later } = await small({ bounds });
      for (const id of ["a", "b", "c", "d"]) {
        remember(vault, answer("thought", id));
        later(1_000);
      }
      await vault.stop();
      const { rows, bytes } = await store.reasoning.count();
      expect(rows).toBeLessThan(4);
      expect(rows).toBeLessThanOrEqual(bounds.rows);
      expect(rows).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(bounds.bytes);
    }
  });

  test("of time: what is too old is neither given back nor kept", async () => {
    const { store, vault, later } = await small();
    remember(vault, answer("hm", "call_1"));
    await eventually(async () => (await store.reasoning.count()).rows === 1);
    later(LIMITS.vaultDiskTtlMs);
    expect(await thought(vault, "call_1")).toBeUndefined();
    await vault.stop();
    expect((await store.reasoning.count()).rows).toBe(0);
  });

  test("older than the memory keeps it, and younger than the disk does: from the disk", async () => {
    const { store, vault, later } = await small();
    remember(vault, answer("hm", "call_1"));
    await eventually(async () => (await store.reasoning.count()).rows === 1);
    later(LIMITS.vaultTtlMs + 1);
    expect(await thought(vault, "call_1")).toBe("hm");
    await vault.stop();
  });

  test("of what waits for the disk: the rest stays in memory", async () => {
    const { store, vault } = await small();
    const half = "x".repeat(LIMITS.vaultTurnBytesMax * 0.4);
    const ids = Array.from({ length: 16 }, (_, at) => `call_${at}`);
    for (const id of ids) remember(vault, answer(half, id));
    for (const id of ids) expect((await thought(vault, id)) === half).toBe(true);
    await vault.stop();
    const { rows } = await store.reasoning.count();
    expect(rows).toBeGreaterThan(2);
    expect(rows).toBeLessThan(ids.length);
  });

  test("a file that another gateway holds for a moment is waited for", async () => {
    const store = await sqliteMemoryStore();
    const shelf = shelfOf(store.reasoning, boxOf(SECRETS));
    let refusals = 3;
    const put: Shelf["put"] = async (notes, now) => {
      if (refusals-- > 0) throw busy();
      return shelf.put(notes, now);
    };
    const { vault, failures } = await small({ shelf: { ...shelf, put } });
    remember(vault, answer("hm", "call_1"));
    await vault.stop();
    expect(failures).toEqual([]);
    expect(refusals).toBeLessThan(0);
    expect((await store.reasoning.count()).rows).toBe(1);
  });

  test("one that is held for ever is given up, with one word", async () => {
    const { vault, failures } = await small({ shelf: { put: () => Promise.reject(busy()) } });
    remember(vault, answer("hm", "call_1"));
    await eventually(() => failures.length > 0);
    await vault.stop();
    expect(failures).toHaveLength(1);
    expect(await thought(vault, "call_1")).toBe("hm");
  });

  test("so is one that does not answer: memory serves again", async () => {
    const never = new Promise<never>(() => {});
    const { vault, failures } = await small({ shelf: { put: () => never, get: () => never }, hungMs: 20 });
    remember(vault, answer("hm", "call_1"));
    await eventually(() => failures.length > 0);
    expect(await thought(vault, "call_1")).toBe("hm");
    await vault.stop();
    expect(failures).toEqual([new Error("it did not answer for 0.02 seconds")]);
  });

  test("after the stop nothing is asked of the disk, and nothing is told of it", async () => {
    const store = await sqliteMemoryStore();
    const shelf = shelfOf(store.reasoning, boxOf(SECRETS));
    const asked: string[] = [];
    const { vault, failures } = await small({
      shelf: {
        put: (...words) => (asked.push("put"), shelf.put(...words)),
        get: (...words) => (asked.push("get"), shelf.get(...words)),
        close: async () => void asked.push("close"),
      },
    });
    remember(vault, answer("hm", "call_1"));
    await vault.stop();
    remember(vault, answer("hm", "call_2"));
    expect(await thought(vault, "call_2")).toBe("hm");
    expect(asked).toEqual(["put", "close"]);
    expect(failures).toEqual([]);
  });
});
