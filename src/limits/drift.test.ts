/** A counter that differs from the ledger is corrected where the difference stays, and left alone where calls make it. */
import { expect, test } from "bun:test";
import { drift } from "./drift.ts";
import { memoryCounters } from "./memory-counters.ts";
import { budgetMeters, type Metered } from "./meters.ts";
import type { Scope } from "./scope.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const SCOPE: Scope = {
  kind: "key",
  id: "laptop",
  label: 'the key "laptop"',
  limits: {},
  budgets: [{ usd: 1, per: "month", soft: [], degrade: [], status: 422 }],
};

function compared(ledger: readonly number[]) {
  let now = NOW;
  let looks = 0;
  const counters = memoryCounters(() => now);
  const told: string[] = [];
  const [metered] = budgetMeters(SCOPE, 0, NOW) as readonly [Metered];
  counters.seed(metered.meter, new Map([[NOW, 500]]));
  const comparing = drift({
    counters,
    seeding: { spent: async () => new Map([[NOW, ledger[Math.min(looks++, ledger.length - 1)] as number]]) },
    clock: () => now,
    warn: (message) => void told.push(message),
    pause: async () => {},
  });
  comparing.saw(metered);
  const spent = (): number | undefined => counters.levels([metered.meter])[0]?.spent;
  const later = (ms: number): void => void (now += ms);
  return { comparing, spent, told, later, counters };
}

test("what stays the same at two looks is corrected, both ways", async () => {
  for (const truth of [900, 100]) {
    const { comparing, spent, told } = compared([truth]);
    expect(await comparing.compare()).toBe(1);
    expect(spent()).toBe(truth);
    expect(told).toEqual([]);
    comparing.stop();
  }
});

test("more than a hundredth of the budget is told", async () => {
  const { comparing, told } = compared([20_000_500]);
  await comparing.compare();
  expect(told).toEqual([
    'The counter of a budget of the key "laptop" was less than the ledger by 20000000 nano-dollars, and was corrected (key:laptop:cost:month:2026-11-01).',
  ]);
  comparing.stop();
});

test("what changes from look to look is calls that end, and is left alone", async () => {
  const { comparing, spent } = compared([900, 901]);
  expect(await comparing.compare()).toBe(0);
  expect(spent()).toBe(500);
  comparing.stop();
});

test("one replica compares in a minute, and in the next one again", async () => {
  const { comparing, later } = compared([900, 900, 950]);
  expect(await comparing.compare()).toBe(1);
  expect(await comparing.compare()).toBe(0);
  later(60_000);
  expect(await comparing.compare()).toBe(1);
  comparing.stop();
});

test("a window that is over is compared no longer", async () => {
  const { comparing, later } = compared([900]);
  later(40 * 86_400_000);
  expect(await comparing.compare()).toBe(0);
  comparing.stop();
});
