/** Counts for vendors without a counter: corrected by their bills, never costly, never stuck. */
import { describe, expect, test } from "bun:test";
import type { Entry, ModelRequest } from "../ir/request.ts";
import { type MeteredModel, type Sample, type TokenMeter, tokenMeter } from "./token-meter.ts";
import { countLocally } from "./tokens.ts";

const OF = { provider: "p", model: "m" };
const requestOf = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: "m",
  stream: false,
  generate: true,
  entries: [{ kind: "message", role: "user", content: text }],
  tools: [],
  sampling: {},
  state: {},
  cache: {},
  wants: {},
  caller: {},
  extra: { dialect: "anthropic-messages", fields: {} },
  ...more,
});
const sizeOf = async (request: ModelRequest): Promise<number> => {
  const { content } = request.entries[0] as Extract<Entry, { kind: "message" }>;
  return typeof content === "string" ? content.length : 0;
};
const sampleOf = (text: string, billed: number, more: Partial<ModelRequest> = {}) => ({
  request: () => requestOf(text, more),
  bytes: text.length,
  billed,
});

/** As the relay does: whoever is not wanted is not held. */
function teach(meter: TokenMeter, of: MeteredModel, sample: Sample): void {
  if (meter.wants(of, sample.bytes)) meter.learn(of, sample);
}

describe("a vendor that bills 1.3 times the local count", () => {
  const SIZES = [900, 40, 12_000, 333, 5_000, 70_000, 8, 2_500];
  test("is met within 3 % after five calls, and never more than 3 % below", async () => {
    const meter = tokenMeter(sizeOf);
    for (const size of SIZES.slice(0, 5)) teach(meter, OF, sampleOf("x".repeat(size), Math.round(size * 1.3)));
    for (const size of SIZES) {
      const ratio = (await meter.count(OF, requestOf("x".repeat(size)))) / (size * 1.3);
      expect([size, ratio >= 0.97, ratio <= 1.03 || size < 50]).toEqual([size, true, true]);
    }
  });
  test("is met when its bills scatter by 2 %", async () => {
    const meter = tokenMeter(sizeOf);
    for (let call = 0; call < 60; call++) {
      const scatter = 1 + 0.02 * Math.sin(call * 2.7);
      teach(meter, OF, sampleOf("x".repeat(1_000), 1_300 * scatter));
      if (call < 4) continue;
      const ratio = (await meter.count(OF, requestOf("x".repeat(1_000)))) / 1_300;
      expect(ratio).toBeGreaterThan(0.97);
      expect(ratio).toBeLessThan(1.03);
    }
  });
  test("is kept apart from every other model and provider", async () => {
    const meter = tokenMeter(sizeOf);
    teach(meter, OF, sampleOf("x".repeat(1_000), 1_300));
    expect(await meter.count({ provider: "p", model: "other" }, requestOf("x".repeat(1_000)))).toBe(1_000);
    expect(await meter.count({ provider: "other", model: "m" }, requestOf("x".repeat(1_000)))).toBe(1_000);
  });
});

describe("learning", () => {
  test("counts nothing before somebody asks, and each sample once", async () => {
    let counted = 0;
    const meter = tokenMeter(async (request) => {
      counted++;
      return sizeOf(request);
    });
    for (let call = 0; call < 5; call++) teach(meter, OF, sampleOf("x".repeat(100), 130));
    expect(counted).toBe(0);
    await Promise.all(Array.from({ length: 25 }, () => meter.count(OF, requestOf("y"))));
    expect(counted).toBe(5 + 25);
  });
  test("works nothing out for calls that it does not sample", () => {
    const meter = tokenMeter(sizeOf);
    let asked = 0;
    const request = (): ModelRequest => {
      asked++;
      return requestOf("x");
    };
    for (let call = 0; call < 1_000; call++) teach(meter, OF, { request, bytes: 100, billed: 10 });
    expect(asked).toBe(0);
  });
  test("leaves pictures, sealed thoughts and vendors' searches out", async () => {
    const meter = tokenMeter(sizeOf);
    const picture = { kind: "media", media: "image", source: { url: "https://example.com/a.png" } } as const;
    const seal = { dialect: "anthropic-messages", issuer: "", family: "", value: "s" } as const;
    const odd: readonly Partial<ModelRequest>[] = [
      { entries: [{ kind: "message", role: "user", content: [picture] }] },
      { entries: [{ kind: "reasoning", sections: [], seal }] },
      { tools: [{ kind: "hosted", dialect: "anthropic-messages", name: "web_search", raw: {} }] },
    ];
    for (const more of odd) teach(meter, OF, sampleOf("x", 100_000, more));
    expect(await meter.count(OF, requestOf("x".repeat(1_000)))).toBe(1_000);
  });
  test("never follows a bill that is beyond reason, nor one of nothing", async () => {
    const meter = tokenMeter(sizeOf);
    teach(meter, OF, sampleOf("x", 0));
    teach(meter, OF, sampleOf("x", -5));
    expect(await meter.count(OF, requestOf("x".repeat(100)))).toBe(100);
    teach(meter, OF, sampleOf("x", 1_000_000));
    expect(await meter.count(OF, requestOf("x".repeat(100)))).toBe(400);
  });
  test("is bounded in models and bytes", async () => {
    const meter = tokenMeter(sizeOf);
    const big = "x".repeat(500_000);
    for (let model = 0; model < 500; model++)
      teach(meter, { provider: "p", model: `m${model}` }, sampleOf(big, big.length * 2));
    // The first is forgotten or was never taken; nothing fails.
    expect(await meter.count({ provider: "p", model: "m499" }, requestOf("x".repeat(10)))).toBeGreaterThanOrEqual(10);
    teach(meter, OF, { request: () => requestOf("x"), bytes: 600_000, billed: 1_000 });
    expect(await meter.count(OF, requestOf("x".repeat(10)))).toBe(10);
  });
});

test("no more than 16 MB of samples wait to be weighed, and what was weighed makes room", async () => {
  const meter = tokenMeter(sizeOf);
  const HALF_MB = 512 * 1024;
  const model = (at: number): MeteredModel => ({ provider: "p", model: `m${at}` });
  const big = { request: () => requestOf("x".repeat(1_000)), bytes: HALF_MB, billed: 2_000 };
  const isTaught = async (at: number) => (await meter.count(model(at), requestOf("x".repeat(100)))) > 150;
  for (let at = 0; at < 33; at++) teach(meter, model(at), big);
  expect([await isTaught(31), await isTaught(32)]).toEqual([true, false]);
  teach(meter, model(33), big);
  teach(meter, model(34), big);
  expect([await isTaught(33), await isTaught(34)]).toEqual([true, false]);
});

describe("the local count", () => {
  test("is a number of tokens like OpenAI's", async () =>
    expect(await countLocally(requestOf("Hello, world! This is a test."))).toBe(9 + 4));
  test("is done within a moment for letters without a break, which held a server up for 21 seconds", async () => {
    const letters = Array.from({ length: 16_000 }, (_, at) => String.fromCharCode(97 + ((at * 7919) % 26))).join("");
    const from = process.cpuUsage();
    expect(await countLocally(requestOf(letters))).toBeGreaterThan(2_000);
    expect(process.cpuUsage(from).user / 1000).toBeLessThan(5_000);
  });
  test("lets others work in between", async () => {
    let beats = 0;
    const timer = setInterval(() => void beats++, 1);
    await countLocally(requestOf("The quick brown fox. ".repeat(50_000)));
    clearInterval(timer);
    expect(beats).toBeGreaterThan(5);
  });
  test("leaves a tool out that waits to be named", async () => {
    const tool = { kind: "function", name: "t", description: "long ".repeat(100) } as const;
    const [plain, waiting] = [requestOf("Hi"), requestOf("Hi", { tools: [{ ...tool, defer: true }] })];
    expect(await countLocally(waiting)).toBe(await countLocally(plain));
    expect(await countLocally(requestOf("Hi", { tools: [tool] }))).toBeGreaterThan(await countLocally(plain));
  });
});

test("the length of a body alone tells roughly how many tokens it holds, better with each bill", () => {
  const meter = tokenMeter();
  const of = { provider: "p", model: "m" };
  expect(Math.round(meter.roughly(of, 3_500))).toBe(1_000);
  meter.weighed(of, 10_000, 5_000);
  expect(meter.roughly(of, 1_000)).toBe(500);
  for (let at = 0; at < 40; at++) meter.weighed(of, 10_000, 2_000);
  expect(Math.round(meter.roughly(of, 1_000))).toBe(200);
  meter.weighed(of, 10_000, 0);
  expect(Math.round(meter.roughly(of, 1_000))).toBe(200);
  expect(Math.round(meter.roughly({ provider: "p", model: "other" }, 3_500))).toBe(1_000);
});
