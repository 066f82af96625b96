/** The memory over real databases: what is replayed, interrupted and refused, and what the sums say afterwards. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callRecord } from "../../test/fixtures/call-record.ts";
import { sharedPostgres, startPostgres, withoutPostgres } from "../../test/fixtures/postgres.ts";
import { until } from "../../test/fixtures/until.ts";
import { DEFAULTS } from "../config/default.ts";
import { type SharedStore, storeAt } from "../store/open.ts";
import type { CallRows } from "../store/store.ts";
import { remember } from "./remember.ts";
import type { Writer } from "./writer.ts";
import { thisHolder } from "./journal-folder.ts";
import { intoStore } from "./into-store.ts";
import { writerOf } from "./writer.ts";

setDefaultTimeout(60_000);

const NOW = Date.now();
let dir = "";
let warnings: string[] = [];
const stops: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "codeswitch-remember-"));
  warnings = [];
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(dir, { recursive: true, force: true });
});

const warn = (message: string): void => void warnings.push(message);
const whole = (writing: Writer, count: number, more: Parameters<typeof callRecord>[1] = {}): void => {
  for (let at = 0; at < count; at++) {
    const record = callRecord(Bun.randomUUIDv7(), { startedAt: NOW - 7_200_000, ...more });
    writing.begin({ ...record, outcome: "unknown" });
    writing.write(record);
  }
};
const total = async (calls: CallRows): Promise<readonly [calls: number, cost: number]> => {
  const sums = await calls.usage("key", { from: 0, to: NOW + 3_600_000 }, 100);
  return [sums.reduce((sum, one) => sum + one.calls, 0), sums.reduce((sum, one) => sum + one.cost_nano, 0)];
};

const why = withoutPostgres();
const ENGINES = [
  ["SQLite", undefined, async () => undefined],
  [`PostgreSQL${why === undefined ? "" : ` (skipped: ${why})`}`, why, async () => (await sharedPostgres()).database()],
] as const;

for (const [engine, skipped, addressOf] of ENGINES)
  describe.skipIf(skipped !== undefined)(engine, () => {
    let store: SharedStore;
    let url: string | undefined;
    const calls = async (): Promise<CallRows> => (await store.get()).calls;
    const memory = (): Writer => {
      const config = { ...DEFAULTS, storage: { ...DEFAULTS.storage, ...(url !== undefined && { url }) } };
      const made = remember({ dataDir: dir, calls, config, clock: Date.now, warn });
      stops.push(() => made.stop());
      return made;
    };
    beforeEach(async () => {
      url = await addressOf();
      store = storeAt({ dataDir: dir, ...(url !== undefined && { url }) }) as SharedStore;
      stops.push(() => store.close());
    });

    test("a record comes back as the row that it became", async () => {
      const writing = memory();
      const record = callRecord(Bun.randomUUIDv7(), {
        startedAt: NOW,
        session: "s\u0000\ud800-1",
        tags: { team: "ü \\u0000" },
      });
      writing.write(record);
      await until("the row is in", async () => (await total(await calls()))[0] === 1, 30_000);
      const [row] = await (await calls()).list({ id: record.id }, { limit: 1 });
      expect(row).toMatchObject({
        key: "laptop",
        session: "s\ufffd\ufffd-1",
        tags: { team: "ü \\u0000" },
        attempts: record.attempts,
        cost_nano: 12_345_000,
        tools: ["shell"],
      });
      expect(warnings).toEqual([]);
    });

    test("a journal that is replayed three times, with roll-ups between, leaves every sum as it was", async () => {
      const root = join(dir, "journal");
      const away = {
        ...intoStore({ calls: () => Promise.reject(new Error("away")), rowsAtOnce: 50, root, warn }),
        backoffMs: [5],
      };
      const killed = writerOf({
        root,
        store: away,
        warn,
        holder: { ...thisHolder(), pid: 4_194_300, born: "1" },
        bounds: { stopMs: 50 },
      });
      whole(killed, 200);
      await killed.stop();
      const left = join(dir, "left");
      cpSync(root, left, { recursive: true });
      for (const time of [1, 2, 3]) {
        cpSync(left, root, { recursive: true });
        await until(
          "the replay is done",
          async () => {
            const next = memory();
            await next.adopt();
            await next.stop();
            return !existsSync(root);
          },
          30_000,
        );
        await (await calls()).rollUp(NOW);
        expect([time, ...(await total(await calls()))]).toEqual([time, 200, 200 * 12_345_000]);
      }
    });

    test("two gateways on one folder: each row once, and no journal left when both have stopped", async () => {
      const two = [memory(), memory()];
      for (const writing of two) whole(writing, 150);
      await until("all rows are in", async () => (await total(await calls()))[0] === 300, 30_000);
      await Promise.all(two.map((writing) => writing.stop()));
      expect((await total(await calls()))[0]).toBe(300);
      expect(existsSync(join(dir, "journal"))).toBe(false);
    });
  });

describe.skipIf(why !== undefined)(`PostgreSQL that goes away${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  test("killed under load, and there again: every row once, to the nano", async () => {
    const server = await startPostgres();
    stops.push(() => server.stop());
    const url = await server.database();
    const store = storeAt({ dataDir: dir, url }) as SharedStore;
    stops.push(() => store.close());
    const config = { ...DEFAULTS, storage: { ...DEFAULTS.storage, url } };
    const calls = async (): Promise<CallRows> => (await store.get()).calls;
    const writing = remember({ dataDir: dir, calls, config, clock: Date.now, warn });
    stops.push(() => writing.stop());
    whole(writing, 500);
    await until("some rows are in", async () => (await total(await calls()))[0] > 0);
    whole(writing, 500);
    await server.kill();
    whole(writing, 500);
    await until("it was said", () => warnings.some((line) => line.includes("takes no rows now")), 30_000);
    await server.start();
    await until("all rows are in", async () => (await total(await calls()).catch(() => [0]))[0] === 1_500, 30_000);
    expect(await total(await calls())).toEqual([1_500, 1_500 * 12_345_000]);
  });
});
