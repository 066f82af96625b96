/** Who is restarted, who is replaced, and when the whole gives up. */
import { describe, expect, test } from "bun:test";
import { until } from "../../test/fixtures/until.ts";
import { type Crew, crewOf, type Worker } from "./crew.ts";

const PACE = { wellMs: 10_000, againMs: 1, againMaxMs: 4, askMs: 20 };

interface FakeWorker extends Worker {
  die(how: string): void;
  /** It answers nothing more. */
  hang(): void;
  readonly isStopped: () => boolean;
}

function fakes(workers: number, starts: () => Error | undefined = () => undefined) {
  const made: FakeWorker[] = [];
  const told: string[] = [];
  let alive = 0;
  const levels: number[] = [];
  const start = async (): Promise<Worker> => {
    const fault = starts();
    if (fault) throw fault;
    const { promise, resolve } = Promise.withResolvers<string>();
    let stopped = false;
    let hangs = false;
    levels.push(++alive);
    void promise.then(() => alive--);
    const stop = async (): Promise<void> => {
      stopped = true;
      resolve("exit code 0");
      await promise;
    };
    const worker: FakeWorker = {
      ended: promise,
      openCalls: async () => (hangs ? new Promise<number>(() => {}) : 2),
      hang: () => void (hangs = true),
      kill: () => resolve("signal SIGKILL"),
      stop,
      leave: stop,
      die: resolve,
      isStopped: () => stopped,
    };
    made.push(worker);
    return worker;
  };
  const crew: Crew = crewOf({ workers, start, tell: (words) => void told.push(words), pace: PACE });
  return { crew, made, told, levels };
}

describe("a crew", () => {
  test("starts as many as it shall have, and counts the calls of all", async () => {
    const { crew, made } = fakes(3);
    await crew.start();
    expect(made.length).toBe(3);
    expect(await crew.openCalls()).toBe(6);
  });

  test("does not start where a first worker does not", async () => {
    let count = 0;
    const { crew } = fakes(2, () => (++count === 2 ? new Error("no memory") : undefined));
    await expect(crew.start()).rejects.toThrow("no memory");
  });

  test("puts another in the place of one that dies, and says so", async () => {
    const { crew, made, told } = fakes(2);
    await crew.start();
    made[0]?.die("signal SIGKILL");
    await until("the crew comes to that", () => made.length === 3);
    expect(told).toEqual([expect.stringContaining("signal SIGKILL")]);
    expect(await crew.openCalls()).toBe(4);
  });

  test("ends one that answers nothing any more, and puts another in its place", async () => {
    const { crew, made, told } = fakes(2);
    await crew.start();
    const from = performance.now();
    made[1]?.hang();
    await until("the crew comes to that", () => made.length === 3);
    expect(performance.now() - from).toBeGreaterThan(2 * PACE.askMs);
    expect(told).toEqual([
      expect.stringContaining("has not answered for 0.06 seconds"),
      expect.stringContaining("signal SIGKILL"),
    ]);
    expect(await crew.openCalls()).toBe(4);
    await Bun.sleep(5 * PACE.askMs);
    expect(made.length).toBe(3);
  });

  test("counts the calls of those that answer, and waits for no other", async () => {
    const { crew, made } = fakes(2);
    await crew.start();
    made[0]?.hang();
    expect(await crew.openCalls()).toBe(2);
    await crew.stop();
  });

  test("gives up when workers end as soon as they start, and not before", async () => {
    const { crew, made, told } = fakes(1);
    await crew.start();
    const failed = crew.failed.then(
      () => "",
      (error: Error) => error.message,
    );
    for (let at = 0; at < 7; at++) {
      await until("the crew comes to that", () => made.length === at + 1);
      expect(told.length).toBe(at);
      made[at]?.die("exit code 3");
    }
    expect(await failed).toContain("7 times, the last one: exit code 3");
    expect(made.length).toBe(7);
  });

  test("replaces one after the other: each old one stops only when its successor serves, and never two places at a time", async () => {
    const { crew, made, levels } = fakes(3);
    await crew.start();
    const old = [...made];
    expect(await crew.replace()).toBe(true);
    expect(made.length).toBe(6);
    expect(old.map((worker) => worker.isStopped())).toEqual([true, true, true]);
    expect(made.slice(3).map((worker) => worker.isStopped())).toEqual([false, false, false]);
    expect(Math.max(...levels)).toBe(4);
  });

  test("keeps the old ones where a new one does not start", async () => {
    let isBroken = false;
    const { crew, made, told } = fakes(2, () => (isBroken ? new Error("a bad file") : undefined));
    await crew.start();
    isBroken = true;
    expect(await crew.replace()).toBe(false);
    expect(made.map((worker) => worker.isStopped())).toEqual([false, false]);
    expect(told).toEqual([expect.stringContaining("a bad file")]);
  });

  test("stops all of them, and starts none of those that end then", async () => {
    const { crew, made } = fakes(2);
    await crew.start();
    await crew.stop();
    expect(made.map((worker) => worker.isStopped())).toEqual([true, true]);
    await Bun.sleep(20);
    expect(made.length).toBe(2);
  });
});
