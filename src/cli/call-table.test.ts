/** Lines that fit, with what differs, and nothing that a terminal obeys. */
import { describe, expect, test } from "bun:test";
import { callRecord, rowOf } from "../../test/fixtures/call-record.ts";
import type { CallRow } from "../store/call-row.ts";
import { callPage, callTable, money, shortCount } from "./call-table.ts";

const row = (more: Partial<CallRow> = {}): CallRow => ({
  ...rowOf(callRecord("0199c0de-0000-7000-8000-000000000001")),
  ...more,
});

test("a line says when, who, what, how it ended, how much and how long", () => {
  const { head, line } = callTable(200);
  expect(head.split(/\s+/)).toEqual([
    "TIME",
    "KEY",
    "CLIENT",
    "MODEL",
    "STATUS",
    "IN",
    "OUT",
    "COST",
    "FIRST",
    "TOTAL",
    "SESSION",
  ]);
  expect(
    line(row({ session: "s-1" }))
      .slice(14)
      .trim()
      .split(/\s{2,}/),
  ).toEqual([
    ...["laptop", "codex", "gpt-high → sim/gpt-5", "200", "12.3k 73%", "410", "$0.0123", "820ms", "4.1s", "s-1"],
  ]);
});

test.each([200, 120, 100, 80, 60])("fits %d columns, head and lines alike", (width) => {
  const { head, line } = callTable(width);
  const long = row({
    model_asked: "m".repeat(300),
    key: "k".repeat(300),
    session: "s".repeat(300),
    cost_nano: 123_456_789_123,
  });
  for (const text of [head, line(row()), line(long)])
    expect(Bun.stringWidth(text)).toBeLessThanOrEqual(Math.max(80, width));
});

test("columns stand under each other, however wide a character is", () => {
  const { line } = callTable(120);
  const at = (one: CallRow): number => Bun.stringWidth(line(one).split("200")[0] ?? "");
  expect(at(row({ model_asked: "模型模型模型模型模型模型" }))).toBe(at(row()));
});

test("what a client calls itself moves no cursor", () => {
  const strange = "\u001b[2J\u0007\u202eevil\n";
  const text = [
    callTable(200).line(row({ key: strange, session: strange, model_asked: strange })),
    callPage(row({ why: strange, tags: { [strange]: strange } })),
  ];
  for (const one of text) expect(one.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(callTable(200).line(row({ key: strange }))).not.toContain("\n");
});

describe("money", () => {
  test.each([
    [null, "?"],
    [0, "$0"],
    [1, "$0.000000001"],
    [12_345_000, "$0.0123"],
    [1_500_000_000, "$1.5000"],
    [9_007_199_254_740_991, "$9007199.2547"],
  ])("%p nano-dollars are %s", (nano, shown) => {
    expect(money(nano)).toBe(shown);
  });
});

test.each([
  [999, "999"],
  [1_000, "1.0k"],
  [999_949, "999.9k"],
  [999_950, "1.0M"],
  [12_345_678_901, "12.3G"],
])("%d tokens are %s", (count, shown) => {
  expect(shortCount(count)).toBe(shown);
});

test("what became of a call is said where its status does not tell", () => {
  const calls = [
    ["ended", 200],
    ["failed", 502],
    ["failed", 200],
    ["abandoned", 200],
    ["unknown", 0],
  ] as const;
  const statuses = calls.map(
    ([outcome, status]) =>
      callTable(200)
        .line(row({ outcome, status, session: null }))
        .match(/ (502|200 cut|200|left|unknown) /)?.[1],
  );
  expect(statuses).toEqual(["200", "502", "200 cut", "left", "unknown"]);
});

test("80 columns have room for whose key it was; a pipe for the session whole, so that --session can be given it", () => {
  expect(callTable(80).head.split(/\s+/)).toEqual(["TIME", "KEY", "MODEL", "STATUS", "IN", "OUT", "COST"]);
  const session = "8aa56610-2d55-4de4-b02b-5644376606b6";
  expect(callTable(200).line(row({ session }))).toEndWith(`  ${session}`);
});

test("a page has a line for all that is known, money and moments readable", () => {
  const page = callPage(row());
  expect(page).toContain("cost                    $0.012345\n");
  expect(page).toContain("ended_at                2026-01-02T12:00:04.100Z\n");
  expect(page).not.toContain("pr  ");
});
