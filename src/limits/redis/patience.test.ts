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

test("who answers others is not late, until four times as long", async () => {
  const patience = patienceOf(50);
  const began = performance.now();
  const others = setInterval(patience.heard, 5);
  const error = await patience.for(new Promise<never>(() => {})).catch((late: unknown) => late);
  clearInterval(others);
  expect(error).toBeInstanceOf(Late);
  expect(performance.now() - began).toBeGreaterThanOrEqual(195);
});

test("a process that stands still again and again gives an answer its five looks", async () => {
  const patience = patienceOf(20);
  // Each turn of the loop takes longer than the answer is waited for.
  const busy = setInterval(() => {
    const until = performance.now() + 30;
    while (performance.now() < until);
  }, 1);
  const answer = new Promise<string>((answered) => {
    let turns = 0;
    const turn = setInterval(() => {
      if (++turns < 3) return;
      clearInterval(turn);
      answered("there");
    }, 1);
  });
  expect(await patience.for(answer)).toBe("there");
  clearInterval(busy);
  patience.stop();
});
