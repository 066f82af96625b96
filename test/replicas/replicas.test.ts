/** Three replicas over one PostgreSQL and one Redis count as one, whatever happens to the parts while calls run. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Client } from "pg";
import { post, PATH, type Wire, WIRES } from "../e2e/wires.ts";
import { startPostgres, type PostgresServer, withoutPostgres } from "../fixtures/postgres.ts";
import { startRedis, type RedisServer, withoutRedis } from "../fixtures/redis.ts";
import { until } from "../fixtures/until.ts";
import { random } from "../fuzz/random.ts";
import { budgetMeters } from "../../src/limits/meters.ts";
import { openCounters } from "../../src/limits/open-counters.ts";
import { CALL_NANO, FREE_BUDGETS, KEYS, type Replica, startReplica } from "./company.ts";
import { FATES, fated, type ScriptedVendor, scriptedVendor, type Fate } from "./vendor.ts";

const left = withoutPostgres() ?? withoutRedis("redis");

describe.skipIf(left !== undefined)(left === undefined ? "three replicas" : `three replicas (${left})`, () => {
  let [database, redis, vendor, url] = [] as unknown as [PostgresServer, RedisServer, ScriptedVendor, string];
  let replicas: Replica[] = [];
  let sql: Client;
  let seen: { nano: number; levels: unknown } = { nano: 0, levels: [] };
  const silent = { info: () => {}, warn: () => {} };
  beforeAll(async () => {
    [database, redis] = await Promise.all([startPostgres(), startRedis()]);
    vendor = scriptedVendor();
    url = await database.database();
    sql = new Client({ connectionString: url });
    await sql.connect();
    const shared = { databaseUrl: url, redisUrl: redis.url, vendorUrl: vendor.url };
    replicas = await Promise.all([1, 2, 3].map(() => startReplica(shared)));
  });
  afterAll(async () => {
    await Promise.all(replicas.map((one) => one.leave()));
    await sql.end();
    await Promise.all([database.stop(), redis.stop(), vendor.stop()]);
  });
  const at = (count: number): string => (replicas[count % replicas.length] as Replica).url;
  const rowsOf = async (key: string): Promise<{ calls: number; nano: number; unsettled: number }> => {
    const { rows } = await sql.query<{ calls: number; nano: string; unsettled: number }>(
      "SELECT count(*)::int calls, coalesce(sum(cost_nano), 0)::text nano, (count(*) FILTER (WHERE NOT settled))::int unsettled FROM calls WHERE key = $1",
      [key],
    );
    return { ...(rows[0] as { calls: number; unsettled: number }), nano: Number(rows[0]?.nano) };
  };

  test("ten thousand tries at a limit of a thousand a minute: exactly a thousand are let in", async () => {
    const statuses = new Map<number, number>();
    let tried = 0;
    const caller = async (): Promise<void> => {
      for (let count = tried++; count < 10_000; count = tried++) {
        const wire = WIRES[count % WIRES.length] as Wire;
        const response = await post(at(count), PATH[wire], fated(wire, wire, "well", false), KEYS.limited);
        await response.arrayBuffer();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
    };
    const from = performance.now();
    await Promise.all(Array.from({ length: 30 }, caller));
    expect(performance.now() - from).toBeLessThan(55_000);
    expect(Object.fromEntries(statuses)).toEqual({ 200: 1_000, 429: 9_000 });
    await until("every try has a row", async () => (await rowsOf("limited")).calls === 10_000, 30_000);
  }, 120_000);

  test("a spent budget stays spent when Redis forgets everything, and when every replica starts again", async () => {
    const ask = async (count: number): Promise<number> => {
      const response = await post(at(count), PATH.chat, fated("chat", "chat", "well", false), KEYS.spender);
      await response.arrayBuffer();
      return response.status;
    };
    const statuses: number[] = [];
    for (let count = 0; !statuses.slice(-3).every((status) => status === 422) || count < 3; count++)
      statuses.push(await ask(count));
    expect(statuses.filter((status) => status === 200).length).toBe(100);
    await until("every answered call has a row", async () => (await rowsOf("spender")).nano === 100 * CALL_NANO);
    await redis.run("FLUSHALL");
    expect(await Promise.all([0, 1, 2].map(ask))).toEqual([422, 422, 422]);
    await redis.restart();
    await Promise.all(replicas.map((one) => one.crash()));
    expect(await Promise.all([0, 1, 2].map(ask))).toEqual([422, 422, 422]);
  }, 60_000);

  test("five hundred calls of every surface and outcome, while parts are killed, paused and wiped: nothing is held, lost or doubled", async () => {
    const dice = random(20_261_122);
    const ids = new Set<string>();
    const one = async (count: number, spreadMs = 1): Promise<void> => {
      const [wire, fate, stream] = [dice.pick(WIRES), dice.pick(FATES), dice.int(3) > 0];
      await Bun.sleep(dice.int(spreadMs));
      const leaving = new AbortController();
      if (fate === "left") setTimeout(() => leaving.abort(), 20 + dice.int(150));
      try {
        const body = fated(wire, dice.pick(WIRES), fate as Fate, stream);
        const response = await post(at(count), PATH[wire], body, KEYS.free, leaving.signal);
        const id = response.headers.get("x-codeswitch-request-id");
        if (id !== null) ids.add(id);
        await response.arrayBuffer();
      } catch {
        // Its replica was killed, its vendor broke off, or it left.
      }
    };
    const trouble = async (): Promise<void> => {
      const [first, second] = replicas as [Replica, Replica, Replica];
      await Bun.sleep(2_500);
      await first.crash();
      second.pause();
      await redis.run("FLUSHALL");
      await Bun.sleep(800);
      second.resume();
      redis.pause();
      // Longer than a call waits: they go on without.
      await Bun.sleep(2_500);
      redis.resume();
      database.pause();
      await Bun.sleep(1_000);
      database.resume();
    };
    await Promise.all([trouble(), ...Array.from({ length: 500 }, (_, count) => one(count, 12_000))]);

    await until(
      "every call that a client saw has its one row",
      async () => {
        const { rows } = await sql.query<{ id: string }>("SELECT id FROM calls WHERE key = 'free'");
        const found = new Set(rows.map(({ id }) => id));
        expect(found.size).toBe(rows.length);
        return [...ids].every((id) => found.has(id));
      },
      60_000,
    );
    // A counter that is gone is nobody's fault, and back with the next call.
    for (const count of [0, 1, 2]) await one(count);
    const counters = await openCounters(
      { redis: { url: redis.url, waitMs: 5_000 }, source: "a test" },
      { log: silent, clock: Date.now },
    );
    const meters = budgetMeters(
      { kind: "key", id: "free", label: "", limits: {}, budgets: FREE_BUDGETS },
      0,
      Date.now(),
    );
    try {
      await until(
        "nothing is held, and the counters say what the ledger says",
        async () => {
          const { nano } = await rowsOf("free");
          const levels = await counters.levels(meters.map(({ meter }) => meter));
          seen = { nano, levels };
          return levels.every((level) => level?.held === 0 && level.spent === nano);
        },
        200_000,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)} ${JSON.stringify(seen)}`);
      });
      expect(seen.nano).toBeGreaterThan(0);
      const { rows } = await sql.query<{ outcome: string }>("SELECT DISTINCT outcome FROM calls WHERE key = 'free'");
      expect(rows.map(({ outcome }) => outcome).sort()).toEqual(["abandoned", "ended", "failed", "unknown"]);
    } finally {
      await counters.close();
    }
  }, 300_000);
});
