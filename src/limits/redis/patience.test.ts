import { expect, test } from "bun:test";
import { Late, patienceOf } from "./patience.ts";

test("what comes in time is what comes, also a failure", async () => {
  const patience = patienceOf(5_000);
  expect(await patience.for(Promise.resolve(7))).toBe(7);
  await expect(patience.for(Promise.reject(new Error("broke")))).rejects.toThrow("broke");
  patience.stop();
});

test("what does not come is late, and what was asked later waits its own time", async () => {
  const patience = patienceOf(40);
  const began = performance.now();
  const never = new Promise<never>(() => {});
  const first = patience.for(never).catch((error: unknown) => [error, performance.now() - began] as const);
  await Bun.sleep(20);
  const second = patience.for(never).catch((error: unknown) => [error, performance.now() - began] as const);
  for (const [at, late] of [await first, await second].entries()) {
    expect(late[0]).toBeInstanceOf(Late);
    expect(late[1]).toBeGreaterThanOrEqual(40 + at * 19);
  }
});

test("an answer that came while this process stood still is read", async () => {
  const patience = patienceOf(30);
  const answer = patience.for(new Promise<string>((answered) => setTimeout(answered, 40, "there")));
  const until = performance.now() + 120;
  while (performance.now() < until);
  expect(await answer).toBe("there");
});
