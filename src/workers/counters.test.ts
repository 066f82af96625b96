/** The contract of all counters, asked over a line that carries JSON, as between two processes. */
import { describe, expect, test } from "bun:test";
import { budget, countersContract, requests, START } from "../../test/fixtures/counters-contract.ts";
import { joinedLines } from "../../test/fixtures/lines.ts";
import { type LocalCounters, memoryCounters } from "../limits/memory-counters.ts";
import { counterVerbs, countersOver } from "./counters.ts";
import type { Line } from "./line.ts";

/** Of a loaded machine, in a test that is not about time. */
const PATIENT_MS = 30_000;

const joined = (counters: LocalCounters, delay?: () => Promise<void>): Line =>
  joinedLines(counterVerbs(counters), delay).here;

countersContract("in the supervisor", {
  open: async () => {
    let now = START;
    const counters = countersOver(joined(memoryCounters(() => now)), PATIENT_MS);
    // What was told before the clock moves was told before it.
    const advance = async (ms: number): Promise<void> => {
      await counters.levels([]);
      now += ms;
    };
    return { counters, advance, close: () => counters.close() };
  },
  runs: 100,
  tries: 10_000,
});

describe("a supervisor that is slow", () => {
  test("is away for the call, and holds nothing for it afterwards", async () => {
    const kept = memoryCounters(() => START);
    const gate = Promise.withResolvers<void>();
    let isHeld = true;
    const line = joined(kept, async () => (isHeld ? gate.promise : undefined));
    const counters = countersOver(line);
    expect(await counters.admit({ id: "a", meters: [budget(10, 4)], leaseMs: 60_000 })).toEqual({
      kind: "away",
      meter: 0,
    });
    isHeld = false;
    gate.resolve();
    // Questions are answered in their order: what the late answer led to has been done before this one.
    while (((await line.ask("levels", [[budget(10, 4)]])) as readonly { held: number }[])[0]?.held !== 0)
      await Bun.sleep(1);
    expect(kept.levels([budget(10, 4)])).toEqual([{ spent: 0, held: 0 }]);
  });

  test("leaves what a call held before its late question to the call's own end", async () => {
    const kept = memoryCounters(() => START);
    let gate = Promise.resolve();
    const line = joined(kept, () => gate);
    const counters = countersOver(line, 20);
    const patient = countersOver(line, PATIENT_MS);
    while ((await counters.admit({ id: "a", meters: [budget(10, 4)], leaseMs: 60_000 })).kind !== "admitted");
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    expect(await counters.admit({ id: "a", meters: [requests(5)], leaseMs: 60_000 })).toMatchObject({ kind: "away" });
    gate = Promise.resolve();
    held.resolve();
    await patient.levels([]);
    expect(kept.levels([budget(10, 4), requests(5)])).toEqual([
      { spent: 0, held: 4 },
      { spent: 1, held: 0 },
    ]);
    void counters.settle("a", [{ meter: budget(10, 4), held: 4, actual: 3 }]);
    await patient.levels([]);
    expect(kept.levels([budget(10, 4), requests(5)])).toEqual([
      { spent: 3, held: 0 },
      { spent: 0, held: 0 },
    ]);
  });
});

test("where the other process is gone, every call is told that it is away", async () => {
  const line = joined(memoryCounters(() => START));
  line.cut();
  const counters = countersOver(line);
  expect(await counters.admit({ id: "a", meters: [requests(1)], leaseMs: 1 })).toEqual({ kind: "away", meter: 0 });
  void counters.settle("a", []);
});
