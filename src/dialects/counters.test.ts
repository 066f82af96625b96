/** Counters of vendors that send what is none. */
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { costOf } from "../cost/cost-of.ts";
import { countIn } from "./counters.ts";
import { decodeUsage as chatUsage } from "./openai-chat/usage.ts";
import { decodeUsage as responsesUsage } from "./openai-responses/usage.ts";

test("a count is finite, whole, not below zero and no more than a database takes", () => {
  const of = (value: unknown) => countIn({ count: value } as never, "count");
  for (const none of [-1, "12", null, true, [3], Infinity, NaN]) expect(of(none)).toBeUndefined();
  expect([of(0), of(10.9), of(2 ** 53), of(1e300)]).toEqual([0, 10, LIMITS.tokensMax, LIMITS.tokensMax]);
});

describe.each([
  ["openai-chat", (usage: object) => chatUsage(usage as never, undefined)],
  ["openai-responses", (usage: object) => responsesUsage({ usage } as never, {})],
] as const)("%s", (_dialect, decode) => {
  test.each([[{}], [{ prompt_tokens: null, completion_tokens: null }], [{ input_tokens: "1000", output_tokens: -5 }]])(
    "a usage that counts nothing is no bill: %j",
    (usage) => expect(decode(usage)).toMatchObject({ lines: [], source: "none" }),
  );
  test("one that counts a part is one, and so is a true zero", () => {
    expect(decode({ prompt_tokens: 7 })).toMatchObject({ lines: [{ input: 7, output: 0 }], source: "reported" });
    expect(decode({ output_tokens: 0 })).toMatchObject({ lines: [{ input: 0, output: 0 }], source: "reported" });
  });
  test("what no call can have used has no cost", () => {
    const moment = {
      mode: () => ({ rates: { in: 100_000, out: 100_000 }, known: true }),
      fee: () => undefined,
      times: () => 1,
    };
    const prices = { version: "test", level: "target", rows: [], at: () => moment } as const;
    const cost = costOf(
      decode({ prompt_tokens: 1e300, completion_tokens: 1 }),
      { own: prices, model: () => undefined },
      0,
    );
    expect(cost).toEqual({ nano: null, priceVersion: null, priced: false });
  });
});
