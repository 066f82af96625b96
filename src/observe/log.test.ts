/** A line is a line, whatever a record's fields hold. */
import { expect, test } from "bun:test";
import { UNTOUCHED } from "../../test/fixtures/call-record.ts";
import type { CallRecord } from "../ledger/ledger.ts";
import { usageLine } from "../ir/usage.ts";
import { logOf, lostLine } from "./log.ts";

const STRANGE = 'a\nb\r\u2028\u0000\ud800"\\';
const RECORD: CallRecord = {
  id: "01a1fcf0-e398-78d3-8cf3-a4a43d204ad8",
  ...UNTOUCHED,
  startedAt: new Date(2026, 0, 2, 12, 0, 1).getTime(),
  caller: "me",
  client: "cursor",
  surface: "openai-chat",
  stream: true,
  modelAsked: "gpt-high",
  provider: "azure",
  modelServed: "gpt-5",
  outcome: "ended",
  status: 200,
  attempts: [
    { provider: "azure", model: "gpt-5", status: 429, error: "rate-limited", why: "azure says …", ms: 40 },
    { provider: "azure", model: "gpt-5", status: 200, ms: 600 },
  ],
  usage: { lines: [usageLine({ input: 3_200, cacheRead: 9_100, output: 410 })], hostedCalls: {}, source: "reported" },
  firstTokenMs: 820.4,
  totalMs: 4_100,
  losses: [{ path: STRANGE, feature: "unknown-field", how: "dropped", weight: "hint" }],
  lossCount: 0,
  hintCount: 1,
  answerLossCount: 0,
  answerHintCount: 0,
};

const textLine = (more: Partial<CallRecord> = {}): string => {
  const lines: string[] = [];
  logOf("text", (line) => lines.push(line)).write({ ...RECORD, ...more });
  expect(lines.length).toBe(1);
  return lines[0] ?? "";
};

test("text: one readable line a call, with who made it and an id to find it by", () => {
  expect(textLine()).toBe(
    "12:00:01 me cursor gpt-high → azure/gpt-5 200 · 12.3k in (9.1k cached) 410 out · first 820 ms, all 4.1 s · 2 attempts · 01a1fcf0-e398-78d3",
  );
});

test("text: what it cost, where that is known and not nothing", () => {
  const costing = (nano: number | null) => textLine({ cost: { nano, priceVersion: null, priced: nano !== null } });
  expect(costing(12_345_678)).toContain(" 410 out · $0.0123 · first 820 ms");
  for (const nano of [null, 0]) expect(costing(nano)).toContain(" 410 out · first 820 ms");
});

test("text: what was lost is counted by what matters, and the first of it named", () => {
  const lossAt = (path: string) => ({ path, feature: "stop-sequences", how: "dropped", weight: "meaning" }) as const;
  const first = { lossCount: 1, losses: [lossAt("stop"), ...RECORD.losses] };
  expect(textLine(first)).toContain(" · 1 lost: stop · 01a1fcf0-e398-78d3");
  const more = { lossCount: 2, answerLossCount: 1, losses: ["stop", "n", "answer.finish"].map(lossAt) };
  expect(textLine(more)).toContain(" · 2 lost: stop … · 1 lost of the answer: answer.finish · ");
  const cut = { lossCount: 1, answerLossCount: 2, losses: ["stop", ""].map(lossAt) };
  expect(textLine(cut)).toContain(" · 1 lost: stop · 2 lost of the answer … · ");
});

test("text: tokens that nobody reported are told as about so many", () => {
  const usage = { ...RECORD.usage, source: "estimated" } as const;
  expect(textLine({ usage })).toContain(" · ~12.3k in (9.1k cached) ~410 out · ");
});

test("text: a failed call says why", () => {
  const why = "azure refuses its key. Correct AZURE_API_KEY.";
  expect(textLine({ outcome: "failed", status: 401, error: "upstream-auth", why })).toContain(
    " 401 upstream-auth: azure refuses its key. Correct AZURE_API_KEY · 12.3k in",
  );
});

test("json: one valid line a call, also with line ends and halves of characters in it", () => {
  const lines: string[] = [];
  const log = logOf("json", (line) => lines.push(line));
  log.write({ ...RECORD, modelAsked: STRANGE, modelServed: STRANGE });
  log.write({ ...RECORD, outcome: "failed" });
  log.warn(STRANGE);
  for (const line of lines) expect(line).not.toMatch(/[\n\r]/);
  const said = lines.map((line) => JSON.parse(line) as { level: string });
  expect(said[0]).toMatchObject({ ...RECORD, event: "call", level: "info", modelAsked: STRANGE, modelServed: STRANGE });
  expect(said.map(({ level }) => level)).toEqual(["info", "error", "warn"]);
});

const OBEYED = "a\u001b[2J\n\u007f\u0085\u202e\u2028\u{e0041}b";
const TYPED = JSON.stringify(OBEYED).slice(1, -1);

test.each(["text", "json"] as const)("%s: no character that a terminal obeys, whatever a record holds", (format) => {
  const lines: string[] = [];
  const log = logOf(format, (line) => lines.push(line));
  log.write({ ...RECORD, modelAsked: OBEYED, provider: OBEYED, modelServed: OBEYED, caller: OBEYED });
  expect(lines.length).toBe(1);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
});

test("json: an escape, and what somebody typed to look like one, are two texts", () => {
  const lines: string[] = [];
  const log = logOf("json", (line) => lines.push(line));
  for (const caller of [OBEYED, TYPED]) log.write({ ...RECORD, caller });
  log.warn("turned away", { path: OBEYED });
  const said = lines.map((line) => JSON.parse(line) as { caller: string; path: string });
  expect([said[0]?.caller, said[1]?.caller, said[2]?.path]).toEqual([OBEYED, TYPED, OBEYED]);
});

test("what is missing in a log is told in its own format", () => {
  const words = "lines of this log dropped here: 12. Whoever reads it did not keep up.";
  expect(lostLine("text", 12)).toBe(`warning: ${words}`);
  expect(JSON.parse(lostLine("json", 12))).toMatchObject({ level: "warn", message: words });
});
