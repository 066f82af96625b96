import { describe, expect, test } from "bun:test";
import { budget, parallel, requests, START } from "../../test/fixtures/counters-contract.ts";
import { LIMITS } from "../wire/limits.ts";
import { awayOf, type OpenCall } from "./away.ts";
import type { Meter } from "./counters.ts";

const LEASE_MS = 60_000;
const DOLLAR = 1_000_000_000;

function rig(replicas: number, open: readonly OpenCall[] = [], heard: readonly (readonly [Meter, number])[] = []) {
  let now = START;
  let ids = 0;
  const away = awayOf(() => now);
  for (const [meter, spent] of heard) away.heard(meter, { spent, held: 0 });
  away.begin(replicas, open);
  const admit = (meter: Meter, id = `call-${ids++}`) => away.admit({ id, meters: [meter], leaseMs: LEASE_MS });
  const passed = (tries: number, meter: Meter): number =>
    Array.from({ length: tries }, () => admit(meter)).filter(({ kind }) => kind === "admitted").length;
  return { away, admit, passed, advance: (ms: number) => void (now += ms) };
}

describe("while Redis is away", () => {
  test("a replica lets its share of a limit in, rounded up", () => {
    expect(rig(3).passed(1_000, requests(100))).toBe(34);
    expect(rig(1).passed(1_000, requests(100))).toBe(100);
    expect(rig(300).passed(1_000, requests(100))).toBe(1);
  });

  test("of what was left when it was last heard, until that has left the window; then of the whole limit", () => {
    const { passed, admit, advance } = rig(3, [], [[requests(100), 70]]);
    expect(passed(1_000, requests(100))).toBe(10);
    expect(admit(requests(100))).toMatchObject({ kind: "refused", level: { spent: 80 }, waitMs: 65_000 });
    advance(65_000);
    expect(passed(1_000, requests(100))).toBe(34);
    expect(admit(requests(100))).toMatchObject({ kind: "refused", waitMs: 65_000 });
  });

  test("nothing is let in where nothing was left", () => {
    expect(rig(3, [], [[requests(100), 100]]).passed(100, requests(100))).toBe(0);
  });

  test("calls that are open count towards its share of those at a time, and make room when they end", () => {
    const before = { id: "before", meters: [parallel(5)], holds: [1], leaseMs: LEASE_MS, untold: false };
    const { away, admit } = rig(2, [before]);
    expect(admit(parallel(5), "a").kind).toBe("admitted");
    expect(admit(parallel(5), "b").kind).toBe("admitted");
    expect(admit(parallel(5), "c")).toMatchObject({ kind: "refused", level: { held: 3 } });
    away.settle("before", [{ meter: parallel(5), held: 1, actual: 0 }], before);
    expect(admit(parallel(5), "d").kind).toBe("admitted");
  });

  test("of a budget no more is spent than a hundredth of it, or a dollar, whichever is less; then it is away", () => {
    const spent = 49_950 * DOLLAR;
    const dear = budget(50 * DOLLAR, DOLLAR / 10, { seeded: true });
    const small = rig(1, [], [[dear, 10 * DOLLAR]]);
    expect(small.passed(100, dear)).toBe(5);
    expect(small.admit(dear)).toEqual({ kind: "away", meter: 0 });
    const large = budget(50_000 * DOLLAR, DOLLAR / 10, { seeded: true });
    expect(rig(1, [], [[large, spent]]).passed(100, large)).toBe(10);
  });

  test("of a large budget that is far from spent, its share of a hundredth of what is left: no traffic of a second uses that up", () => {
    const large = budget(1_000_000 * DOLLAR, DOLLAR, { seeded: true });
    expect(rig(1, [], [[large, 0]]).passed(1_000, large)).toBe(1_000);
    const left = budget(1_000 * DOLLAR, DOLLAR, { seeded: true });
    expect(rig(2, [], [[left, 200 * DOLLAR]]).passed(1_000, left)).toBe(4);
  });

  test("a budget that was spent is refused as spent, and what is left of one is not exceeded", () => {
    const money = budget(1_000, 1, { seeded: true });
    expect(rig(1, [], [[money, 1_000]]).admit(money)).toMatchObject({
      kind: "refused",
      level: { spent: 1_000 },
      waitMs: 2_000_000_000,
    });
    const { passed, admit } = rig(1, [], [[money, 997]]);
    expect(passed(100, money)).toBe(3);
    expect(admit(money)).toMatchObject({ kind: "refused", level: { spent: 997, held: 3 } });
  });

  test("what a call came to counts towards the grace instead of what it held", () => {
    const money = budget(100_000, 900, { seeded: true });
    const { away, admit } = rig(1, [], [[money, 0]]);
    expect(admit(money, "a").kind).toBe("admitted");
    expect(admit(money, "b")).toEqual({ kind: "away", meter: 0 });
    away.settle("a", [{ meter: money, held: 900, actual: 50 }], undefined);
    expect(admit(money, "c").kind).toBe("admitted");
    const before = { id: "before", meters: [money], holds: [500], leaseMs: LEASE_MS, untold: false };
    away.settle("before", [{ meter: money, held: 500, actual: 540 }], before);
    expect(admit({ ...money, amount: 11 })).toEqual({ kind: "away", meter: 0 });
    expect(admit({ ...money, amount: 10 }).kind).toBe("admitted");
  });

  test("a budget of which nothing was heard is unknown, until it is seeded", () => {
    const money = budget(1_000, 1, { seeded: true });
    const { away, admit } = rig(1);
    expect(admit(money)).toEqual({ kind: "unknown", meters: [0] });
    away.heard(money, { spent: 1_000, held: 0 });
    expect(admit(money)).toMatchObject({ kind: "refused" });
  });

  test("of so many meters the last level is remembered, and not of more", () => {
    const { away } = rig(1);
    for (let at = 0; at <= LIMITS.levelsHeardMax; at++) away.heard(requests(1, { id: `${at}` }), { spent: 1, held: 0 });
    expect(away.level(requests(1, { id: "0" }))).toBeUndefined();
    expect(away.level(requests(1, { id: "1" }))).toBeDefined();
  });
});
