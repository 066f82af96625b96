/** One record a call, written once; durations that no step of the clock touches. */
import { expect, test } from "bun:test";
import type { CallRecord } from "./ledger.ts";
import { openRecord } from "./ledger.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const HOUR_MS = 3_600_000;

/** A wall clock that somebody sets, and a stopwatch that only runs on. */
function times(): { wall: number; passed: number; clock(): number; monotonic(): number } {
  const now = { wall: NOON, passed: 5_000.25, clock: () => now.wall, monotonic: () => now.passed };
  return now;
}
function opened(now = times()) {
  const records: CallRecord[] = [];
  const head = { id: "req_1", client: "cursor", surface: "openai-chat" } as const;
  const record = openRecord(head, { ...now, closed: (closed) => void records.push(closed) });
  return { now, records, record };
}

test.each([-HOUR_MS, HOUR_MS])("a clock that is set by %d ms in mid-call changes no duration", (stepMs) => {
  const { now, records, record } = opened();
  now.passed += 820.4;
  now.wall += stepMs;
  record.firstToken();
  now.passed += 400.4;
  record.firstToken();
  record.close("ended", 200);
  expect(records).toMatchObject([{ startedAt: NOON, firstTokenMs: 820, totalMs: 1_221 }]);
});

test("a record holds what was said, cut where it is long, and leaves it to the log to escape it", () => {
  const { records, record } = opened();
  record.draft.caller = "a\u001b[2J";
  record.draft.modelAsked = "x".repeat(300);
  record.answerLost([{ path: "b\n", feature: "unknown-field", how: "dropped", weight: "hint", note: "" }]);
  record.close("ended", 200);
  expect(records).toMatchObject([
    { caller: "a\u001b[2J", modelAsked: `${"x".repeat(255)}…`, losses: [{ path: "b\n" }] },
  ]);
});

test("the first close is the record, later ones are nothing", () => {
  const { records, record } = opened();
  record.draft.caller = "me";
  record.close("failed", 502, "upstream-failed");
  record.close("ended", 200);
  expect(records).toEqual([
    {
      id: "req_1",
      startedAt: NOON,
      caller: "me",
      client: "cursor",
      surface: "openai-chat",
      stream: false,
      outcome: "failed",
      status: 502,
      error: "upstream-failed",
      attempts: 0,
      usage: { lines: [], hostedCalls: {}, source: "none" },
      totalMs: 0,
      losses: [],
      lossCount: 0,
    },
  ]);
});
