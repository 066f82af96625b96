import { describe, expect, test } from "bun:test";
import { budget, countersContract, parallel, requests, START } from "../../test/fixtures/counters-contract.ts";
import { LIMITS } from "../wire/limits.ts";
import { memoryCounters } from "./memory-counters.ts";

function rig() {
  let now = START;
  const counters = memoryCounters(() => now);
  return { counters, advance: (ms: number) => void (now += ms), close: () => counters.close() };
}

countersContract("in memory", { open: async () => rig(), runs: 500, tries: 10_000 });

describe("in memory", () => {
  test("a clock that is set back brings no window back", () => {
    const { counters, advance } = rig();
    advance(70_000);
    for (let at = 0; at < 5; at++) counters.admit({ id: `${at}`, meters: [requests(5)], leaseMs: 60_000 });
    advance(-3_600_000);
    expect(counters.admit({ id: "late", meters: [requests(5)], leaseMs: 60_000 })).toMatchObject({ waitMs: 65_000 });
  });

  test("what is over is forgotten: 200,000 calls of 2,000 keys leave no more than the last of them", () => {
    const { counters, advance } = rig();
    let most = 0;
    for (let at = 0; at < 200_000; at++) {
      const key = at % 2_000;
      const meters = [requests(1_000, { id: `${key}` }), parallel(10, { id: `${key} at a time` })];
      counters.admit({ id: `${at}`, meters, leaseMs: 60_000 });
      counters.settle(
        `${at}`,
        meters.map((meter) => ({ meter, held: 1, actual: 1 })),
      );
      advance(50);
      most = Math.max(most, counters.size());
    }
    expect(most).toBeLessThan(4_000);
    advance(LIMITS.counterIdleMs);
    for (let at = 0; at < 10_000; at++) counters.admit({ id: `last ${at}`, meters: [], leaseMs: 60_000 });
    expect(counters.size()).toBe(0);
  });

  test("of calls that never ended no more are kept than the bound, and none longer than a day", () => {
    const { counters, advance } = rig();
    const calls = LIMITS.leasesOverMax + 500;
    for (let at = 0; at < calls; at++) counters.admit({ id: `${at}`, meters: [budget(calls, 1)], leaseMs: 60_000 });
    advance(60_000);
    expect(counters.levels([budget(calls, 1)])).toEqual([{ spent: calls, held: 0 }]);
    expect(counters.size()).toBe(LIMITS.leasesOverMax + 1);
    // The oldest are no longer known: what they truly came to is counted beside what they held.
    counters.settle("0", [{ meter: budget(calls, 1), held: 1, actual: 1 }]);
    expect(counters.levels([budget(calls, 1)])).toEqual([{ spent: calls + 1, held: 0 }]);
    counters.settle(`${calls - 1}`, [{ meter: budget(calls, 1), held: 1, actual: 0 }]);
    expect(counters.levels([budget(calls, 1)])).toEqual([{ spent: calls, held: 0 }]);
    advance(LIMITS.leaseOverMs);
    counters.admit({ id: "later", meters: [parallel(1)], leaseMs: 60_000 });
    advance(60_000);
    counters.levels([]);
    expect(counters.size()).toBeLessThanOrEqual(3);
  });

  test("as many ended calls are remembered as the bound says, so that none of them is settled twice", () => {
    const { counters } = rig();
    const money = budget(1_000_000, 1);
    for (let at = 0; at < LIMITS.settledMax; at++) counters.settle(`${at}`, [{ meter: money, held: 0, actual: 1 }]);
    counters.settle("0", [{ meter: money, held: 0, actual: 1 }]);
    expect(counters.levels([money])).toEqual([{ spent: LIMITS.settledMax, held: 0 }]);
  });

  test("a counter that nobody asks for is forgotten, however long its window is: the ledger has it", () => {
    const { counters, advance } = rig();
    const ever = budget(10, 1, { seeded: true, window: { kind: "fixed", start: 0, end: null } });
    counters.seed(ever, new Map([[START, 5]]));
    advance(LIMITS.counterIdleMs - 1);
    expect(counters.admit({ id: "a", meters: [ever], leaseMs: 1 }).kind).toBe("admitted");
    counters.settle("a", []);
    advance(LIMITS.counterIdleMs);
    counters.admit({ id: "b", meters: [], leaseMs: 1 });
    expect(counters.admit({ id: "c", meters: [ever], leaseMs: 1 }).kind).toBe("unknown");
  });
});
