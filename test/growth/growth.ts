/** How the work for an input grows with it: the time of this thread for one size and for twice that. */
import { expect } from "bun:test";

/** 2 is linear; memory and its collector add to it. What is quadratic takes 4. */
const GROWTH_MAX = 2.6;
/** A machine that is busy with others only ever adds: the least of all tries is the nearest to the truth. */
const TRIES_MAX = 5;
/** At some sizes the collector of memory has its own steps. What is quadratic grows too fast at all of them. */
const SCALES = [1, 2, 4];
/** Work of less is done several times over: some systems tell a thread's time in steps of milliseconds. */
const WORK_MS_MIN = 20;
/** A reading below one such step is none. */
const STEP_MS_MAX = 10;

export async function expectLinear<T>(
  size: number,
  make: (size: number) => T,
  work: (input: T) => unknown,
): Promise<void> {
  let least = Infinity;
  for (const scale of SCALES) {
    least = Math.min(least, await growthFrom(make(scale * size), make(2 * scale * size), work));
    if (least <= GROWTH_MAX) return;
  }
  expect(least).toBeLessThanOrEqual(GROWTH_MAX);
}

async function growthFrom<T>(once: T, twice: T, work: (input: T) => unknown): Promise<number> {
  // Once: what other tests left behind is much, and clearing it takes longer than the work.
  Bun.gc(true);
  await work(once);
  const rounds = Math.ceil(WORK_MS_MIN / Math.max(await cpuMs(once, work, 1), 0.2));
  let [least, leastOfTwice] = [Infinity, Infinity];
  for (let count = 0; count < TRIES_MAX; count++) {
    leastOfTwice = Math.min(leastOfTwice, await cpuMs(twice, work, rounds));
    least = Math.min(least, Math.max(await cpuMs(once, work, rounds), STEP_MS_MAX));
    if (leastOfTwice / least <= GROWTH_MAX) break;
  }
  return leastOfTwice / least;
}

async function cpuMs<T>(input: T, work: (input: T) => unknown, rounds: number): Promise<number> {
  const before = process.threadCpuUsage();
  for (let count = 0; count < rounds; count++) await work(input);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
