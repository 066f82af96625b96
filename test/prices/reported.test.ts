/** From what a vendor reports to what it bills: usage as it is on the wire, read by its dialect, priced by the bundled table. Figures are of the vendors' price pages, computed by hand. */
import { describe, expect, test } from "bun:test";
import { bundledPrices } from "../../src/cost/bundled.ts";
import { costOf } from "../../src/cost/cost-of.ts";
import { priceBook } from "../../src/cost/price-book.ts";
import { encodeUsage as printMessages, usageReader } from "../../src/dialects/anthropic-messages/usage.ts";
import { decodeUsage as readChat, encodeUsage as printChat } from "../../src/dialects/openai-chat/usage.ts";
import {
  decodeUsage as readResponses,
  encodeUsage as printResponses,
} from "../../src/dialects/openai-responses/usage.ts";
import type { Usage } from "../../src/ir/usage.ts";
import type { JsonObject } from "../../src/wire/json.ts";

const chat = (usage: JsonObject, tier?: string): Usage => readChat(usage, tier);
const responses = (usage: JsonObject, more: JsonObject = {}): Usage => readResponses({ ...more, usage }, {});
function messages(...parts: readonly JsonObject[]): Usage {
  const reader = usageReader();
  for (const part of parts) reader.read(part);
  return reader.usage();
}

const book = priceBook(() => [{ level: "bundled", index: bundledPrices() }]);
const NOON = Date.parse("2026-11-22T12:00:00Z");
function micro(vendor: string, model: string, usage: Usage, when = NOON): number {
  const provider = { name: vendor, baseUrl: "https://vendor.example/v1" };
  const cost = costOf(usage, book.of({ provider, vendor, model }), when);
  expect(cost.priced).toBe(true);
  return (cost.nano ?? NaN) / 1000;
}

describe("what is billed of a report", () => {
  test("1: OpenAI Chat has cached tokens and reasoning inside", () => {
    const usage = chat({
      prompt_tokens: 10_000,
      completion_tokens: 500,
      total_tokens: 10_500,
      prompt_tokens_details: { cached_tokens: 8_000 },
      completion_tokens_details: { reasoning_tokens: 300 },
    });
    expect(micro("openai", "gpt-5.1", usage)).toBe(8_500);
  });

  test("2: OpenAI Responses has writes to the cache inside", () => {
    const usage = responses({
      input_tokens: 50_000,
      input_tokens_details: { cached_tokens: 40_000, cache_write_tokens: 8_000 },
      output_tokens: 1_000,
      total_tokens: 51_000,
    });
    expect(micro("openai", "gpt-6.1-sol", usage)).toBe(38_000);
  });

  test("2b: some of them for twelve hours", () => {
    const usage = responses({
      input_tokens: 50_000,
      input_tokens_details: {
        cached_tokens: 40_000,
        cache_write_tokens: 8_000,
        cache_write_tokens_details: { ttl_30m_tokens: 2_000, ttl_12h_tokens: 6_000 },
      },
      output_tokens: 1_000,
    });
    expect(micro("openai", "gpt-6.1-sol", usage)).toBe(4_000 + 4_000 + 5_000 + 30_000 + 10_000);
  });

  test("3: a long prompt, most of it cached, makes the whole call dearer", () => {
    const usage = responses({
      input_tokens: 300_000,
      input_tokens_details: { cached_tokens: 200_000 },
      output_tokens: 2_000,
    });
    expect(micro("openai", "gpt-5.4", usage)).toBe(645_000);
  });

  test.each([
    [272_000, 681_500],
    [272_001, 1_362_255],
  ])("4: the boundary: %d tokens", (input, expected) => {
    expect(micro("openai", "gpt-5.4", responses({ input_tokens: input, output_tokens: 100 }))).toBe(expected);
  });

  test("5: Anthropic has everything beside the input", () => {
    const usage = messages({
      input_tokens: 1_200,
      cache_read_input_tokens: 60_000,
      cache_creation_input_tokens: 2_400,
      cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 2_000 },
      output_tokens: 900,
    });
    expect(micro("anthropic", "claude-sonnet-5-5", usage)).toBe(26_400);
  });

  test("6: what was read counts towards the length", () => {
    const usage = messages({ input_tokens: 10_000, cache_read_input_tokens: 100_000, output_tokens: 500 });
    expect(micro("anthropic", "claude-haiku-5-5", usage)).toBe(11_250);
  });

  test("7: a batch with searches", () => {
    const usage = messages({
      input_tokens: 10_000,
      output_tokens: 1_000,
      server_tool_use: { web_search_requests: 3 },
      service_tier: "batch",
    });
    expect(micro("anthropic", "claude-opus-5-5", usage)).toBe(60_000);
  });

  test("8: Gemini counts thoughts beside the answer; the total tells", () => {
    const usage = chat({
      prompt_tokens: 220_000,
      completion_tokens: 1_000,
      total_tokens: 224_000,
      prompt_tokens_details: { cached_tokens: 180_000 },
      completion_tokens_details: { reasoning_tokens: 3_000 },
    });
    expect(micro("gemini", "gemini-3.1-pro-preview", usage)).toBe(304_000);
  });

  test.each([
    ["02:00", 3_300],
    ["05:00", 1_650],
  ])("9: DeepSeek has words of its own, and a peak: Monday, %s", (hour, expected) => {
    const usage = chat({
      prompt_tokens: 105_000,
      prompt_cache_hit_tokens: 100_000,
      prompt_cache_miss_tokens: 5_000,
      completion_tokens: 1_000,
      total_tokens: 106_000,
    });
    const when = Date.parse(`2026-11-23T${hour}:00Z`);
    expect(micro("deepseek", "deepseek-flash", usage, when)).toBe(expected);
  });

  test.each([
    ["default", 80_000],
    ["priority", 200_000],
    ["flex", 40_000],
  ])("10: the tier that served: %s", (tier, expected) => {
    const usage = responses({ input_tokens: 10_000, output_tokens: 1_000 }, { service_tier: tier });
    expect(micro("openai", "gpt-5.5", usage)).toBe(expected);
  });

  test("11: Kimi has cached_tokens at the top", () => {
    const usage = chat({ prompt_tokens: 30_000, cached_tokens: 28_000, completion_tokens: 800, total_tokens: 30_800 });
    expect(micro("kimi", "kimi-k3", usage)).toBe(26_400);
  });

  test("12: xAI counts reasoning beside the completion", () => {
    const usage = chat({
      prompt_tokens: 25_000,
      completion_tokens: 600,
      total_tokens: 27_000,
      prompt_tokens_details: { cached_tokens: 20_000 },
      completion_tokens_details: { reasoning_tokens: 1_400 },
    });
    expect(micro("xai", "grok-4.6", usage)).toBe(32_000);
  });

  test("fast mode and a region stand beside the counters", () => {
    const counts = { input_tokens: 10_000, output_tokens: 1_000, service_tier: "standard" };
    const opus = (more: JsonObject): number => micro("anthropic", "claude-opus-5-5", messages(counts, more));
    expect(opus({ speed: "standard", inference_geo: "global" })).toBe(60_000);
    expect(opus({ speed: "fast" })).toBe(120_000);
    expect(opus({ inference_geo: "us" })).toBe(66_000);
    expect(opus({ speed: "fast", inference_geo: "us" })).toBe(132_000);
  });

  test("usage stands in an answer that failed or was cut by a limit, too", () => {
    const usage = responses({ input_tokens: 10_000, output_tokens: 1_000 }, { status: "incomplete" });
    expect(micro("openai", "gpt-5.5", usage)).toBe(80_000);
  });
});

describe("what is printed is what was read", () => {
  const written = {
    cached_tokens: 40,
    cache_write_tokens: 8,
    cache_write_tokens_details: { ttl_30m_tokens: 2, ttl_12h_tokens: 6 },
  };
  test("writes for twelve hours, in both protocols that have them", () => {
    const whole = responses({ input_tokens: 50, input_tokens_details: written, output_tokens: 1 });
    expect(printResponses(whole)).toMatchObject({ input_tokens: 50, input_tokens_details: written });
    expect(printChat(whole)).toMatchObject({ prompt_tokens: 50, prompt_tokens_details: written });
  });
  test("in the one that has not, as its longest", () => {
    const whole = responses({ input_tokens: 50, input_tokens_details: written, output_tokens: 1 });
    expect(printMessages(whole)).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: 8,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 6 },
    });
  });
  test("more for twelve hours than was written is not believed", () => {
    const usage = responses({
      input_tokens: 50,
      input_tokens_details: { cache_write_tokens: 8, cache_write_tokens_details: { ttl_12h_tokens: 80 } },
      output_tokens: 1,
    });
    expect(usage.lines[0]).toMatchObject({ input: 42, cacheWrite5m: 0, cacheWrite12h: 8 });
  });
  test("speed and region", () => {
    const usage = messages({ input_tokens: 1, output_tokens: 1, speed: "fast", inference_geo: "us" });
    expect(printMessages(usage)).toMatchObject({ speed: "fast", inference_geo: "us" });
  });
});
