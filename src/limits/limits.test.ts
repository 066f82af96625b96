/** One admit, one end: also where the ledger must be asked first, is away, where the caller leaves too soon, and where a window ends while a call runs. */
import { describe, expect, test } from "bun:test";
import { DEFAULTS } from "../config/default.ts";
import type { BudgetConfig, Config, KeyConfig } from "../config/config.ts";
import { priceBook } from "../cost/price-book.ts";
import { bundledPrices } from "../cost/bundled.ts";
import { GatewayError } from "../ir/error.ts";
import { usageLine } from "../ir/usage.ts";
import type { CallRecord } from "../ledger/ledger.ts";
import { tokenMeter } from "../providers/token-meter.ts";
import type { Admissible } from "../relay/call.ts";
import { plan } from "../routing/plan.ts";
import { callRecord } from "../../test/fixtures/call-record.ts";
import type { Counters } from "./counters.ts";
import { limitsOf, type LimitsOptions } from "./limits.ts";
import { memoryCounters } from "./memory-counters.ts";
import { budgetMeters } from "./meters.ts";
import { allScopes } from "./scope.ts";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const KEY_TEXT = "a-key-of-a-caller-0123456789";
const budget = (usd: number, more: Partial<BudgetConfig> = {}): BudgetConfig => ({
  ...{ usd, per: "day", soft: [], degrade: [], status: 422 },
  ...more,
});

function configOf(key: Partial<KeyConfig>): Config {
  const provider = {
    name: "p",
    kind: "openai-compatible",
    baseUrl: "http://p/v1",
    headers: {},
    firstByteMs: 1,
    idleMs: 1,
  } as const;
  return {
    ...DEFAULTS,
    keys: [{ name: "laptop", key: KEY_TEXT, ...key }],
    // A dollar for a million tokens that come out.
    providers: { p: { ...provider, prices: { input: 0, output: 1 } } },
    models: [{ name: "m", targets: [{ provider: "p", model: "m" }] }],
    source: "a test",
    warnings: [],
  };
}

function under(key: Partial<KeyConfig>, more: Partial<LimitsOptions> = {}) {
  const config = configOf(key);
  const at = { now: NOON };
  const counters = more.counters ?? memoryCounters(() => at.now);
  const warnings: string[] = [];
  const limits = limitsOf({
    config: () => config,
    counters,
    tokens: tokenMeter(),
    prices: priceBook(() => [{ level: "bundled", index: bundledPrices() }]),
    clock: () => at.now,
    warn: (message) => void warnings.push(message),
    ...more,
  });
  const call = (id: string, maxTokens = 100_000): Admissible => ({
    kind: "call",
    id,
    caller: { name: "laptop", key: config.keys[0] } as Admissible["caller"],
    plan: plan(config, "m"),
    dialect: "openai-chat",
    bytes: new Uint8Array(10),
    body: { model: "m", max_tokens: maxTokens, messages: [] },
    record: { draft: callRecord(id) as Admissible["record"]["draft"] },
  });
  const admit = async (id: string, maxTokens?: number): Promise<string> => {
    try {
      await limits.hooks.admit(call(id, maxTokens));
      return "in";
    } catch (error) {
      return error instanceof GatewayError ? `${error.status} ${error.kind}` : "broken";
    }
  };
  const end = (id: string, more: Partial<CallRecord> = {}): void =>
    limits.write({ ...callRecord(id), provider: "p", startedAt: at.now, totalMs: 0, ...more });
  const costs = (nano: number): Partial<CallRecord> => ({
    cost: { nano, priceVersion: "t", priced: true },
    usage: { lines: [usageLine({ output: 5 })], hostedCalls: {}, source: "reported" },
  });
  const level = (now = at.now) => {
    const meters = allScopes(config).flatMap((scope) => budgetMeters(scope, 0, now));
    return (counters as ReturnType<typeof memoryCounters>).levels(meters.map(({ meter }) => meter))[0];
  };
  return { limits, at, counters, warnings, admit, end, costs, level };
}

describe("a counter that is not there", () => {
  test("is asked of the ledger once for all calls that wait, and they are let in or not by what it says", async () => {
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const spent = async () => {
      asked++;
      await promise;
      return new Map([[NOON, 999_999_000]]);
    };
    const { admit } = under({ budgets: [budget(1)] }, { calls: { spent } });
    const all = ["a", "b", "c"].map((id) => admit(id));
    resolve();
    // The first takes what is left, 1,000 nano-dollars; the others find it held.
    expect((await Promise.all(all)).toSorted()).toEqual(["429 rate-limited", "429 rate-limited", "in"]);
    expect(asked).toBe(1);
  });

  test("and that the ledger cannot tell lets a hundredth in, then a sentence with 503; it is said in the log", async () => {
    const away = { spent: () => Promise.reject(new Error("connection refused")) };
    // 90 cents: a hundredth is $0.009, and each call holds $0.004.
    const { admit, warnings } = under({ budgets: [budget(0.9)] }, { calls: away });
    expect([await admit("a", 4_000), await admit("b", 4_000), await admit("c", 4_000)]).toEqual([
      "in",
      "in",
      "503 unavailable",
    ]);
    expect(warnings[0]).toContain("connection refused");
  });

  test("of a budget that was known to be spent refuses as spent", async () => {
    let isAway = false;
    const spent = async () => {
      if (isAway) throw new Error("away");
      return new Map([[NOON, 1_000_000_000]]);
    };
    const memory = memoryCounters(() => NOON);
    let counters: Counters = memory;
    const behind: Counters = {
      ...memory,
      admit: (asked) => counters.admit(asked),
      seed: (meter, found) => counters.seed(meter, found),
    };
    const { admit } = under({ budgets: [budget(1)] }, { calls: { spent }, counters: behind });
    expect(await admit("a")).toBe("422 budget-exceeded");
    isAway = true;
    counters = memoryCounters(() => NOON);
    expect(await admit("b")).toBe("422 budget-exceeded");
  });
});

test("while the journal is full, calls under a budget are refused and others are not", async () => {
  expect(await under({ budgets: [budget(1)] }, { full: () => true }).admit("a")).toBe("503 unavailable");
  expect(await under({ limits: { requestsPerMinute: 1 } }, { full: () => true }).admit("a")).toBe("in");
});

test("a caller that leaves while the counters are asked holds nothing afterwards", async () => {
  const memory = memoryCounters(() => NOON);
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: Counters = { ...memory, admit: (asked) => promise.then(() => memory.admit(asked)) };
  const { admit, end, level, limits } = under({ limits: { parallel: 1 }, budgets: [budget(1)] }, { counters: slow });
  const asked = admit("a");
  expect(limits.open()).toBe(1);
  end("a", { outcome: "abandoned" });
  resolve();
  await asked;
  expect([limits.open(), level()?.held]).toEqual([0, 0]);
  expect(await admit("b")).toBe("in");
});

test("a call that outlasts its day counts in the day of its end, as in the ledger", async () => {
  const { admit, end, at, costs, level } = under({ budgets: [budget(1)] });
  at.now = Date.parse("2026-11-22T23:59:59Z");
  const before = at.now;
  await admit("a");
  await admit("b", 10);
  end("b", costs(7));
  at.now = Date.parse("2026-11-23T00:00:30Z");
  await admit("c", 10);
  end("a", costs(500));
  end("c", costs(1));
  expect(level(before)).toEqual({ spent: 7, held: 0 });
  expect(level()).toEqual({ spent: 501, held: 0 });
});

test("an unknown price holds the least there is, counts as nothing, and a spent budget refuses it all the same", async () => {
  const { admit, end, costs, level } = under({ budgets: [budget(0.000_000_01)] });
  await admit("a", 0);
  end("a", { cost: { nano: null, priceVersion: null, priced: false } });
  expect(level()).toEqual({ spent: 0, held: 0 });
  await admit("b");
  end("b", costs(10));
  expect(await admit("c", 0)).toBe("422 budget-exceeded");
});

test("a mark is told by one of two replicas that count together", async () => {
  const told: number[] = [];
  const receiver = Bun.serve({
    port: 0,
    fetch: async (request) => {
      told.push(((await request.json()) as { mark: number }).mark);
      return new Response("ok");
    },
  });
  const counters = memoryCounters(() => NOON);
  const key = { budgets: [budget(1, { soft: [0.5] })] };
  const config: Config = { ...configOf(key), alerts: { webhook: `http://127.0.0.1:${receiver.port}/` } };
  const two = [1, 2].map(() => under(key, { counters, config: () => config }));
  for (const [at, { admit, end, costs }] of [...two, ...two].entries()) {
    await admit(`call-${at}`, 1_000);
    end(`call-${at}`, costs(300_000_000));
  }
  const deadline = Date.now() + 5_000;
  while (told.length === 0 && Date.now() < deadline) await Bun.sleep(5);
  await Bun.sleep(50);
  expect(told).toEqual([0.5]);
  await receiver.stop(true);
});
