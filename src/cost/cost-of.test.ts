/** The rows of usage as vendors report them, and what they come to: figures of the vendors' own price pages, computed by hand. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Usage, type UsageLine, usageLine } from "../ir/usage.ts";
import { bundledPrices } from "./bundled.ts";
import { costOf } from "./cost-of.ts";
import { priceBook } from "./price-book.ts";
import type { Rates, TieredRates } from "./price-table.ts";

const book = priceBook(() => [{ level: "bundled", index: bundledPrices() }]);
const at = (vendor: string, model: string, baseModel?: string) =>
  book.of({
    provider: { name: vendor, baseUrl: "https://vendor.example/v1" },
    vendor,
    model,
    ...(baseModel !== undefined && { baseModel }),
  });
const used = (lines: readonly Partial<UsageLine>[], more: Partial<Usage> = {}): Usage => ({
  lines: lines.map(usageLine),
  hostedCalls: {},
  source: "reported",
  ...more,
});
const NOW = Date.parse("2026-11-22T12:00:00Z");

interface Case {
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly usage: Usage;
  readonly micro: number;
  readonly when?: string;
}
const CASES: readonly Case[] = [
  {
    name: "cached tokens inside the prompt are billed once",
    vendor: "openai",
    model: "gpt-5.1",
    usage: used([{ input: 2_000, cacheRead: 8_000, output: 500, reasoning: 300 }]),
    micro: 8_500,
  },
  {
    name: "writes to the cache are billed above the input",
    vendor: "openai",
    model: "gpt-6.1-sol",
    usage: used([{ input: 2_000, cacheRead: 40_000, cacheWrite5m: 8_000, output: 1_000 }]),
    micro: 38_000,
  },
  {
    name: "a write for twelve hours is 2.5 times the input",
    vendor: "openai",
    model: "gpt-6.1-sol",
    usage: used([{ cacheWrite12h: 8_000 }]),
    micro: 40_000,
  },
  {
    name: "so it is where another vendor serves the model",
    vendor: "azure",
    model: "gpt-5.6-sol",
    usage: used([{ cacheWrite12h: 1_000 }]),
    micro: 10_000,
  },
  {
    name: "a long prompt changes the price of the whole call",
    vendor: "openai",
    model: "gpt-5.4",
    usage: used([{ input: 100_000, cacheRead: 200_000, output: 2_000 }]),
    micro: 645_000,
  },
  {
    name: "272,000 tokens are not more than 272,000",
    vendor: "openai",
    model: "gpt-5.4",
    usage: used([{ input: 272_000, output: 100 }]),
    micro: 681_500,
  },
  {
    name: "one more is",
    vendor: "openai",
    model: "gpt-5.4",
    usage: used([{ input: 272_001, output: 100 }]),
    micro: 1_362_255,
  },
  {
    name: "xAI's longer price begins at 200,000",
    vendor: "xai",
    model: "grok-4.7",
    usage: used([{ input: 200_000 }]),
    micro: 800_000,
  },
  {
    name: "and not one token before",
    vendor: "xai",
    model: "grok-4.7",
    usage: used([{ input: 199_999 }]),
    micro: 399_998,
  },
  {
    name: "Google's begins above 200,000",
    vendor: "gemini",
    model: "gemini-3.1-pro-preview",
    usage: used([{ input: 200_000 }]),
    micro: 400_000,
  },
  {
    name: "both lifetimes of a write have their price",
    vendor: "anthropic",
    model: "claude-sonnet-5-5",
    usage: used([{ input: 1_200, cacheRead: 60_000, cacheWrite5m: 400, cacheWrite1h: 2_000, output: 900 }]),
    micro: 26_400,
  },
  {
    name: "what was read from the cache counts towards the length of the prompt",
    vendor: "anthropic",
    model: "claude-haiku-5-5",
    usage: used([{ input: 10_000, cacheRead: 100_000, output: 500 }]),
    micro: 11_250,
  },
  {
    name: "exactly 100,000 are not more than 100,000",
    vendor: "anthropic",
    model: "claude-haiku-5-5",
    usage: used([{ input: 10_000, cacheRead: 90_000 }]),
    micro: 1_900,
  },
  {
    name: "a batch halves tokens and no searches",
    vendor: "anthropic",
    model: "claude-opus-5-5",
    usage: used([{ input: 10_000, output: 1_000 }], { serviceTier: "batch", hostedCalls: { web_search_requests: 3 } }),
    micro: 60_000,
  },
  {
    name: "thoughts beside the answer are billed as output",
    vendor: "gemini",
    model: "gemini-3.1-pro-preview",
    usage: used([{ input: 40_000, cacheRead: 180_000, output: 4_000, reasoning: 3_000 }]),
    micro: 304_000,
  },
  {
    name: "at the peak the price is double",
    vendor: "deepseek",
    model: "deepseek-flash",
    usage: used([{ input: 5_000, cacheRead: 100_000, output: 1_000 }]),
    micro: 3_300,
    when: "2026-11-23T02:00:00Z",
  },
  {
    name: "between the peaks it is not",
    vendor: "deepseek",
    model: "deepseek-flash",
    usage: used([{ input: 5_000, cacheRead: 100_000, output: 1_000 }]),
    micro: 1_650,
    when: "2026-11-23T05:00:00Z",
  },
  {
    name: "the tier that served counts: default, though priority was asked for",
    vendor: "openai",
    model: "gpt-5.5",
    usage: used([{ input: 10_000, output: 1_000 }], { serviceTier: "default" }),
    micro: 80_000,
  },
  {
    name: "priority, where it served",
    vendor: "openai",
    model: "gpt-5.5",
    usage: used([{ input: 10_000, output: 1_000 }], { serviceTier: "priority" }),
    micro: 200_000,
  },
  {
    name: "flex is half",
    vendor: "openai",
    model: "gpt-5.5",
    usage: used([{ input: 10_000, output: 1_000 }], { serviceTier: "flex" }),
    micro: 40_000,
  },
  {
    name: "Kimi's cached tokens are inside the prompt",
    vendor: "kimi",
    model: "kimi-k3",
    usage: used([{ input: 2_000, cacheRead: 28_000, output: 800 }]),
    micro: 26_400,
  },
  {
    name: "xAI's reasoning is part of the output",
    vendor: "xai",
    model: "grok-4.6",
    usage: used([{ input: 5_000, cacheRead: 20_000, output: 2_000, reasoning: 1_400 }]),
    micro: 32_000,
  },
  {
    name: "a data zone costs a tenth more, writes and tiers too",
    vendor: "azure",
    model: "us/gpt-5.6-sol",
    usage: used([{ input: 10_000, cacheWrite5m: 1_000, output: 1_000 }], { serviceTier: "priority" }),
    micro: (80_000 + 10_000 + 40_000) * 1.1,
  },
  {
    name: "an answer made in the United States costs a tenth more",
    vendor: "anthropic",
    model: "claude-opus-5-5",
    usage: used([{ input: 10_000, output: 1_000, region: "us" }]),
    micro: 66_000,
  },
  {
    name: "and nothing more where the vendor says global",
    vendor: "anthropic",
    model: "claude-opus-5-5",
    usage: used([{ input: 10_000, output: 1_000, region: "global" }]),
    micro: 60_000,
  },
  {
    name: "fast mode doubles",
    vendor: "anthropic",
    model: "claude-opus-5-5",
    usage: used([{ input: 10_000, output: 1_000, speed: "fast" }], { serviceTier: "default" }),
    micro: 120_000,
  },
  {
    name: "each line is billed at its own model's price",
    vendor: "anthropic",
    model: "claude-opus-5-5",
    usage: used([
      { input: 10_000, output: 1_000 },
      { kind: "advisor", model: "claude-haiku-5-5", input: 10_000, output: 1_000 },
    ]),
    micro: 61_500,
  },
  {
    name: "the length of a prompt is that of its line, not of the call",
    vendor: "anthropic",
    model: "claude-haiku-5-5",
    usage: used([{ kind: "round", input: 60_000 }, { input: 60_000 }]),
    micro: 12_000,
  },
  {
    name: "file searches cost $2.50 per thousand",
    vendor: "openai",
    model: "gpt-5.1",
    usage: used([{}], { hostedCalls: { file_search_requests: 4 } }),
    micro: 10_000,
  },
  {
    name: "what the gateway itself searched is on no vendor's bill",
    vendor: "openai",
    model: "gpt-5.1",
    usage: used([{ input: 1_000 }], {
      hostedCalls: { web_search_requests: 3 },
      ownCalls: { web_search_requests: 2 },
    }),
    micro: 11_250,
  },
  {
    name: "the old price holds for a call of its time",
    vendor: "openai",
    model: "gpt-5.6-sol",
    usage: used([{ input: 10_000, output: 1_000 }]),
    micro: 80_000,
    when: "2026-08-20T23:59:59Z",
  },
  {
    name: "the new one from its first moment on",
    vendor: "openai",
    model: "gpt-5.6-sol",
    usage: used([{ input: 10_000, output: 1_000 }]),
    micro: 60_000,
    when: "2026-08-21T00:00:00Z",
  },
  {
    name: "an announced price begins on its day",
    vendor: "gemini",
    model: "gemini-3.8-flash",
    usage: used([{ input: 10_000 }]),
    micro: 15_000,
    when: "2027-01-01T00:00:00Z",
  },
  {
    name: "a model that is sold no longer keeps its price",
    vendor: "anthropic",
    model: "claude-3-5-sonnet-20241022",
    usage: used([{ input: 10_000, output: 1_000 }]),
    micro: 45_000,
  },
];

test.each(CASES.map((one) => [`${one.vendor} ${one.model}: ${one.name}`, one] as const))("%s", (_, one) => {
  const cost = costOf(one.usage, at(one.vendor, one.model), one.when === undefined ? NOW : Date.parse(one.when));
  expect(cost).toEqual({ nano: Math.round(one.micro * 1000), priceVersion: bundledPrices().version, priced: true });
});

test("calls that count what was sold at $/M, model by model", () => {
  // in · out · read · write, in dollars per million tokens.
  const prices: Readonly<Record<string, readonly (number | undefined)[]>> = {
    "openai/gpt-5.1": [1.25, 10, 0.125],
    "openai/gpt-5.4": [2.5, 15, 0.25],
    "openai/gpt-5.5": [5, 30, 0.5],
    "openai/gpt-5.6-sol": [4, 20, 0.4, 5],
    "openai/gpt-6-sol": [2, 10, 0.2, 2.5],
    "openai/gpt-6-astra": [10, 50, 1, 12.5],
    "openai/gpt-6.1-sol": [2, 10, 0.1, 2.5],
    "anthropic/claude-sonnet-5": [2, 10, 0.2, 2.5],
    "anthropic/claude-sonnet-5-5": [2, 10, 0.1, 2.5],
    "anthropic/claude-opus-5": [5, 25, 0.5, 6.25],
    "anthropic/claude-opus-5-5": [4, 20, 0.2, 5],
    "anthropic/claude-haiku-5-5": [0.1, 0.5, 0.01, 0.125],
    "kimi/kimi-k3": [3, 15, 0.3, 3],
    "kimi/kimi-k3.1-pro": [2, 10, 0.2, 2],
    "gemini/gemini-3.1-pro-preview": [2, 12, 0.2],
    "gemini/gemini-3.8-flash": [0.75, 3.75, 0.075],
    "deepseek/deepseek-flash": [0.15, 0.6, 0.003],
    "deepseek/deepseek-v4-pro": [0.66, 1.98, 0.022],
    "xai/grok-4.7": [2, 6, 0.5],
  };
  const found = Object.keys(prices).map((name) => {
    const [vendor = "", model = ""] = name.split("/");
    const rates = at(vendor, model).own?.at(NOW)?.mode(undefined).rates;
    const { in: input, out, read, w5m } = rates as Rates;
    return [name, [input, out, read, w5m].flatMap((pico) => (pico === undefined ? [] : [pico / 1e6]))];
  });
  expect(Object.fromEntries(found)).toEqual(prices);
});

describe("what is not known", () => {
  test("of a model: the cost is null, not 0", () => {
    const cost = costOf(used([{ input: 10, output: 10 }]), at("openai", "gpt-99"), NOW);
    expect(cost).toMatchObject({ nano: null, priced: false });
  });
  test("of one line's model: the sum without it would be none", () => {
    const usage = used([{ input: 10 }, { kind: "advisor", model: "claude-99", input: 10 }]);
    expect(costOf(usage, at("anthropic", "claude-opus-5-5"), NOW)).toMatchObject({ nano: null, priced: false });
  });
  test("of a counter: it costs what goes in, and is marked", () => {
    const usage = used([{ input: 1_000, cacheWrite5m: 1_000 }]);
    expect(costOf(usage, at("openai", "gpt-5.1"), NOW)).toMatchObject({ nano: 2_500_000, priced: false });
  });
  test("of a tier: the standard price, marked", () => {
    const usage = used([{ input: 1_000 }], { serviceTier: "platinum" });
    expect(costOf(usage, at("openai", "gpt-5.1"), NOW)).toMatchObject({ nano: 1_250_000, priced: false });
  });
  test("of a tool: its calls are left out, and the cost is marked", () => {
    const usage = used([{ input: 1_000 }], { hostedCalls: { image_generation_requests: 1 } });
    expect(costOf(usage, at("openai", "gpt-5.1"), NOW)).toMatchObject({ nano: 1_250_000, priced: false });
  });
  test("names that every object has are no prices", () => {
    const usage = used([{ input: 1_000 }], { serviceTier: "constructor", hostedCalls: { toString: 2 } });
    expect(costOf(usage, at("openai", "gpt-5.1"), NOW)).toMatchObject({ nano: 1_250_000, priced: false });
  });
  test("more than $9,007 is believed of no call", () => {
    const usage = used([{ input: 1e12 }]);
    expect(costOf(usage, at("openai", "gpt-5.1"), NOW)).toMatchObject({ nano: null, priced: false });
  });
});

describe("the peak", () => {
  const usage = used([{ input: 1_000_000 }]);
  const micro = (when: string): number =>
    (costOf(usage, at("deepseek", "deepseek-flash"), Date.parse(when)).nano ?? 0) / 1000;
  test.each([
    ["the last moment before", "2026-11-23T00:59:59.999Z", 150_000],
    ["the first", "2026-11-23T01:00:00Z", 300_000],
    ["the last", "2026-11-23T03:59:59.999Z", 300_000],
    ["the first after", "2026-11-23T04:00:00Z", 150_000],
    ["the second one", "2026-11-23T06:00:00Z", 300_000],
    ["until ten", "2026-11-23T10:00:00Z", 150_000],
    ["no Saturday", "2026-11-21T02:00:00Z", 150_000],
    ["no holiday in China, though a Monday", "2026-10-05T02:00:00Z", 150_000],
    ["the day after the holidays", "2026-10-08T02:00:00Z", 300_000],
    ["not before the rule began", "2026-08-14T02:00:00Z", 150_000],
  ])("%s: %s", (_, when, expected) => expect(micro(when)).toBe(expected));
});

test("no reported counter is free: a call costs at least its tokens at the model's cheapest rate", () => {
  const rows = bundledPrices().table.rows;
  const count = fc.integer({ min: 0, max: 2_000_000 });
  const line = fc.record({
    input: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    cacheWrite12h: count,
    output: count,
  });
  const tier = fc.constantFrom(undefined, "default", "priority", "flex", "batch", "fast", "ultrafast", "new");
  fc.assert(
    fc.property(
      fc.constantFrom(...rows),
      line,
      tier,
      fc.integer({ min: 0, max: 2e12 }),
      (row, counts, served, when) => {
        const usage = used([counts], served === undefined ? {} : { serviceTier: served });
        const { nano } = costOf(usage, at(row.vendor, row.model), when);
        if (nano === null) return;
        const tokens = Object.values(counts).reduce((sum, one) => sum + one, 0);
        expect(nano).toBeGreaterThanOrEqual(Math.floor((tokens * cheapest(row.vendor, row.model)) / 1000));
      },
    ),
    { numRuns: 2_000 },
  );
  function cheapest(vendor: string, model: string): number {
    const rates = rows
      .filter((row) => row.vendor === vendor && row.model === model)
      .flatMap((row) => {
        const all: readonly TieredRates[] = [row, ...Object.values(row.modes ?? {})];
        const each = all.flatMap((one): Rates[] => [one, ...(one.tiers ?? [])]);
        // The hours of a discount.
        const times = Math.min(1, row.clock?.times ?? 1);
        return each
          .flatMap((one) => [one.in, one.out, one.read, one.w5m, one.w1h, one.w12h])
          .map((rate) => (rate ?? 0) * times);
      });
    return Math.min(...rates.filter((rate) => rate > 0));
  }
});

test("a cost is one addition a counter: less than 5 µs", () => {
  const usage = used([{ input: 1_200, cacheRead: 60_000, cacheWrite5m: 400, output: 900 }]);
  const target = {
    provider: { name: "a", baseUrl: "https://vendor.example" },
    vendor: "anthropic",
    model: "claude-sonnet-5-5",
  };
  const run = (times: number): void => {
    for (let at = 0; at < times; at++) costOf(usage, book.of(target), NOW + at);
  };
  run(20_000);
  const before = process.cpuUsage();
  run(100_000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 100_000).toBeLessThan(5);
});
