/** Sums as a table: what is not known is said, never shown as nothing. */
import { expect, test } from "bun:test";
import type { UsageSum } from "../store/store.ts";
import { report } from "./usage-report.ts";

const sum = (value: string | null, more: Partial<UsageSum> = {}): UsageSum => ({
  ...{ value, calls: 10, failed: 1, tokens_input: 1_000, tokens_cache_read: 3_000, tokens_cache_write: 0 },
  ...{
    tokens_output: 500,
    tokens_reasoning: 100,
    cost_nano: 12_345_000,
    unpriced_calls: 0,
    estimated_calls: 0,
    total_ms: 1,
  },
  ...more,
});

test("a line each, and all calls at the end", () => {
  expect(report("model", [sum("gpt-high"), sum(null)], sum("all", { calls: 20 }), 50)).toBe(
    [
      "MODEL     CALLS  FAILED    IN  CACHED  OUT     COST",
      "gpt-high     10       1  4.0k     75%  500  $0.0123",
      "(none)       10       1  4.0k     75%  500  $0.0123",
      "all          20       1  4.0k     75%  500  $0.0123",
    ].join("\n"),
  );
});

test("calls without a price are a question mark beside the sum, never $0", () => {
  const rows = [sum("known"), sum("some", { unpriced_calls: 4 }), sum("none", { unpriced_calls: 10, cost_nano: 0 })];
  const text = report("model", rows, sum("all", { unpriced_calls: 14 }), 50);
  expect(
    text
      .split("\n")
      .slice(1, 4)
      .map((line) => line.split("500  ")[1]?.trim()),
  ).toEqual(["$0.0123", "$0.0123 + ?", "?"]);
  expect(text).toContain("14 of the calls have no known price");
});

test("days stand in their order, and a list that is cut says so", () => {
  const text = report("day", [sum("2026-11-22"), sum("2026-11-21")], sum("all"), 2);
  expect(text.indexOf("2026-11-21")).toBeLessThan(text.indexOf("2026-11-22"));
  expect(text).toContain("Only the dearest 2 are listed");
});

test("nothing is a sentence, and a name from outside moves no cursor", () => {
  expect(report("key", [], sum("all", { calls: 0 }), 50)).toBe("No call that is remembered fits.");
  expect(report("session", [sum("\u001b[31mred")], sum("all"), 50)).not.toContain("\u001b");
});
