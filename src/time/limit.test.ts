import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { orLate } from "./limit.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("what settles in time is what comes, and no timer is left", async () => {
  expect(await orLate(Promise.resolve(7), 1_000)).toBe(7);
  await expect(orLate(Promise.reject(new Error("broke")), 1_000)).rejects.toThrow("broke");
  expect(jest.getTimerCount()).toBe(0);
});

test("what does not is late, at its limit and not before", async () => {
  let told = "nothing";
  const waiting = orLate(new Promise<never>(() => {}), 1_000).then((found) => void (told = found));
  jest.advanceTimersByTime(999);
  await Promise.resolve();
  expect(told).toBe("nothing");
  jest.advanceTimersByTime(1);
  await waiting;
  expect(told).toBe("late");
});
