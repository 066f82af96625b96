import { describe, expect, test } from "bun:test";
import { GatewayError, type ErrorKind } from "../ir/error.ts";
import { tryTargets } from "./retry.ts";

const failing = (kind: ErrorKind, retryAfter?: string) =>
  new GatewayError(kind, "no", retryAfter === undefined ? {} : { retryAfter });

/** Runs the loop over a script: per call the target's failure, or "ok". */
async function run(targets: readonly string[], script: readonly (GatewayError | "ok")[]) {
  const tried: string[] = [];
  const waits: number[] = [];
  const outcome = await tryTargets(
    targets,
    async (target) => {
      tried.push(target);
      const next = script[tried.length - 1];
      if (next === undefined) throw new Error("tried once too often");
      if (next !== "ok") throw next;
      return target;
    },
    { signal: new AbortController().signal, wait: async (ms) => void waits.push(ms) },
  ).catch((error: unknown) => error);
  return { tried, waits, outcome };
}

describe("attempt", () => {
  test("a failure that another target may not share goes to the next one at once", async () => {
    const { tried, waits, outcome } = await run(["a", "b"], [failing("overloaded"), "ok"]);
    expect(tried).toEqual(["a", "b"]);
    expect(waits).toEqual([]);
    expect(outcome).toBe("b");
  });

  test("a vendor that says not to ask again is not asked again, and its neighbour is", async () => {
    const final = new GatewayError("rate-limited", "no", { headers: { "x-should-retry": "false" } });
    expect((await run(["a"], [final])).tried).toEqual(["a"]);
    expect((await run(["a", "b"], [final, "ok"])).outcome).toBe("b");
  });

  test("a limit of ours refuses for all targets, a limit on one provider for its targets alone", async () => {
    const ours = new GatewayError("rate-limited", "no", { ours: true });
    expect((await run(["a", "b"], [ours])).tried).toEqual(["a"]);
    const providers = new GatewayError("budget-exceeded", "no", { nextTarget: true });
    expect((await run(["a", "b"], [providers, "ok"])).outcome).toBe("b");
    expect((await run(["a", "b"], [failing("overloaded"), providers])).tried).toEqual(["a", "b"]);
  });

  test("the last target is tried again after a short wait, twice at most", async () => {
    const { tried, waits, outcome } = await run(
      ["a"],
      [failing("upstream-failed"), failing("upstream-failed"), failing("upstream-failed")],
    );
    expect(tried).toEqual(["a", "a", "a"]);
    expect(waits).toEqual([250, 500]);
    expect((outcome as GatewayError).kind).toBe("upstream-failed");
  });

  test.each([
    ["overloaded", true, true],
    ["unavailable", true, true],
    ["rate-limited", true, true],
    ["upstream-failed", true, true],
    ["upstream-unreachable", true, true],
    ["upstream-cut", true, true],
    ["upstream-timeout", true, false],
    ["quota-exhausted", true, false],
    ["foreign-seal", true, false],
    ["gateway-full", false, false],
    ["gateway-stopping", false, false],
    ["upstream-auth", false, false],
    ["context-overflow", false, false],
  ] as const)("%s: another target is tried: %j; the last one again: %j", async (kind, another, again) => {
    expect((await run(["a", "b"], [failing(kind), "ok"])).tried).toEqual(another ? ["a", "b"] : ["a"]);
    expect((await run(["a"], [failing(kind), "ok"])).tried).toEqual(again ? ["a", "a"] : ["a"]);
  });

  test("a longer Retry-After goes to the caller at once, unchanged", async () => {
    const { tried, waits, outcome } = await run(["a"], [failing("rate-limited", "30")]);
    expect(tried).toEqual(["a"]);
    expect(waits).toEqual([]);
    expect((outcome as GatewayError).details.retryAfter).toBe("30");
  });

  test("a Retry-After that fits is honoured, and the waits add up to two seconds at most", async () => {
    const { waits } = await run(
      ["a"],
      [failing("rate-limited", "1"), failing("rate-limited", "1"), failing("rate-limited", "1")],
    );
    expect(waits).toEqual([1000, 1000]);
    const second = await run(["a"], [failing("rate-limited", "2"), failing("rate-limited", "1")]);
    expect(second.waits).toEqual([2000]);
  });

  test("a request that is wrong is wrong everywhere", async () => {
    const { tried } = await run(["a", "b"], [failing("invalid-request")]);
    expect(tried).toEqual(["a"]);
  });

  test("an empty account goes on to the next target, but is not asked again", async () => {
    expect((await run(["a", "b"], [failing("quota-exhausted"), "ok"])).tried).toEqual(["a", "b"]);
    expect((await run(["a"], [failing("quota-exhausted")])).tried).toEqual(["a"]);
  });

  test("every target is tried once, however many there are, and only the last one again", async () => {
    const down = Array.from({ length: 8 }, () => failing("overloaded"));
    const { tried, waits, outcome } = await run(["a", "b", "c", "d", "e", "f"], down);
    expect(tried).toEqual(["a", "b", "c", "d", "e", "f", "f", "f"]);
    expect(waits).toEqual([250, 500]);
    expect((outcome as GatewayError).kind).toBe("overloaded");
  });

  test("a fourth target answers where three are down", async () => {
    const down = [failing("unavailable"), failing("quota-exhausted"), failing("upstream-timeout")];
    const { tried, outcome } = await run(["a", "b", "c", "d"], [...down, "ok"]);
    expect(tried).toEqual(["a", "b", "c", "d"]);
    expect(outcome).toBe("d");
  });

  test("a caller who left is not retried for", async () => {
    const gone = new AbortController();
    gone.abort();
    let tries = 0;
    const outcome = tryTargets(
      ["a", "b"],
      async () => {
        tries++;
        throw failing("overloaded");
      },
      { signal: gone.signal, wait: async () => {} },
    );
    expect(await outcome.catch((error: GatewayError) => error.kind)).toBe("overloaded");
    expect(tries).toBe(1);
  });
});
