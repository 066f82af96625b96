import { expect, test } from "bun:test";
import { stopwatch } from "./stopwatch.ts";

function watched() {
  const now = { ms: 1_000 };
  const watch = stopwatch(() => now.ms);
  return { watch, pass: (ms: number) => void (now.ms += ms) };
}

test("the gateway's own time is what lies between the whole request and the question, and behind the whole answer", () => {
  const { watch, pass } = watched();
  pass(500);
  watch.arrived();
  pass(3.126);
  watch.asked();
  pass(8_000);
  watch.asked();
  pass(100);
  watch.answered();
  pass(2);
  expect(watch.overheadMs(0)).toBe(5.13);
  expect(watch.overheadMs(1)).toBe(4.13);
  expect(watch.passedMs()).toBe(8_605);
});

test("a call that nobody was asked for took its time to be refused", () => {
  const { watch, pass } = watched();
  watch.arrived();
  pass(1.5);
  expect(watch.overheadMs(0)).toBe(1.5);
  expect(watch.overheadMs(7)).toBe(0);
});

test("of a request that never came whole nothing can be told", () => {
  const { watch, pass } = watched();
  pass(100);
  expect(watch.overheadMs(0)).toBeUndefined();
});
