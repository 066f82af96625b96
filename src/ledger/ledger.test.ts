/** One record a call, written once; durations that no step of the clock touches. */
import { expect, test } from "bun:test";
import { UNTOUCHED } from "../../test/fixtures/call-record.ts";
import { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import type { CallRecord } from "./ledger.ts";
import { lossHeaders } from "./lost.ts";
import { ledgerOf } from "./ledger.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const HOUR_MS = 3_600_000;

/** A wall clock that somebody sets, and a stopwatch that only runs on. */
function times(): { wall: number; passed: number; clock(): number; monotonic(): number } {
  const now = { wall: NOON, passed: 5_000.25, clock: () => now.wall, monotonic: () => now.passed };
  return now;
}
function opened(now = times()) {
  const records: CallRecord[] = [];
  const head = { id: "req_1", client: "cursor", surface: "openai-chat", caller: "laptop" } as const;
  const sinks = [{ write: (closed: CallRecord) => void records.push(closed) }];
  const record = ledgerOf({ ...now, sinks, failed: () => {} }).start(head);
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
  record.lost.answer([{ path: "b\n", feature: "unknown-field", how: "dropped", weight: "hint", note: "" }]);
  record.close("ended", 200);
  expect(records).toMatchObject([
    { caller: "a\u001b[2J", modelAsked: `${"x".repeat(255)}…`, losses: [{ path: "b\n" }] },
  ]);
});

test("the first close is the record, later ones are nothing", () => {
  const { records, record } = opened();
  record.draft.caller = "me";
  record.close("failed", 502, new GatewayError("upstream-failed", "words of a vendor", { provider: "p" }));
  record.close("ended", 200);
  expect(records).toEqual([
    {
      id: "req_1",
      startedAt: NOON,
      ...UNTOUCHED,
      caller: "me",
      client: "cursor",
      surface: "openai-chat",
      stream: false,
      outcome: "failed",
      status: 502,
      error: "upstream-failed",
      why: "p failed (502)",
      attempts: [],
      usage: { lines: [], hostedCalls: {}, source: "none" },
      totalMs: 0,
      losses: [],
      lossCount: 0,
      hintCount: 0,
      answerLossCount: 0,
      answerHintCount: 0,
    },
  ]);
});

test("every attempt is told: whom it asked, what came of it, and how long it took", () => {
  const { now, records, record } = opened();
  record.attempt({ provider: "a", model: "x" }, { lane: "native", losses: [] });
  now.passed += 10;
  const upstream = { status: 500, headers: {}, body: "a prompt" };
  record.attempted(new GatewayError("upstream-failed", "a prompt", { provider: "a", upstream }));
  record.attempt({ provider: "b", model: "y" }, { lane: "native", losses: [] });
  now.passed += 20;
  record.attempted();
  now.passed += 30;
  record.close("ended", 200);
  expect(records[0]?.attempts).toEqual([
    { provider: "a", model: "x", status: 500, error: "upstream-failed", why: "a failed (502)", ms: 10 },
    { provider: "b", model: "y", status: 200, ms: 20 },
  ]);
});

const lossAt = (path: string, weight: Loss["weight"]): Loss => ({
  ...{ path, weight, feature: "unknown-field", how: "dropped", note: "" },
});

test("what matters is counted apart from hints, stands in front of them, and the request's apart from the answer's", () => {
  const { records, record } = opened();
  record.lost.request([lossAt("of another target", "meaning")]);
  record.lost.request([lossAt("hint", "hint"), lossAt("stop", "meaning")]);
  record.lost.answer([lossAt("answer.hint", "hint"), lossAt("answer.finish", "meaning")]);
  expect(lossHeaders(record.lost)).toEqual({
    "x-codeswitch-losses": "1",
    "x-codeswitch-hints": "1",
    "x-codeswitch-lost": "stop",
  });
  record.close("ended", 200);
  expect(records).toMatchObject([{ lossCount: 1, hintCount: 1, answerLossCount: 1, answerHintCount: 1 }]);
  expect(records[0]?.losses.map(({ path }) => path)).toEqual(["stop", "answer.finish", "hint", "answer.hint"]);
});

test("a header can carry the name of what was lost, whatever its caller called it", () => {
  const { record } = opened();
  record.lost.request([lossAt("tools[0].höchst 🧠\r\nx: y", "meaning")]);
  const headers = new Headers(lossHeaders(record.lost));
  expect(headers.get("x-codeswitch-lost")).toBe("tools[0].h?chst ????x: y");
});

test("a caller that leaves while a target is asked leaves an attempt that nobody answered", () => {
  const { records, record } = opened();
  record.attempt({ provider: "a", model: "x" }, { lane: "native", losses: [] });
  record.close("abandoned", 499);
  expect(records).toMatchObject([{ error: "aborted", attempts: [{ error: "aborted" }] }]);
  expect(records[0]?.attempts[0]).not.toHaveProperty("status");
});

test("a sink that throws costs nobody else the record", () => {
  const records: CallRecord[] = [];
  const faults: unknown[] = [];
  const broken = {
    write: () => {
      throw new Error("full");
    },
  };
  const sinks = [broken, { write: (record: CallRecord) => void records.push(record) }];
  const record = ledgerOf({ ...times(), sinks, failed: (error) => void faults.push(error) }).start({
    id: "req_1",
    client: "cursor",
    surface: "openai-chat",
    caller: "laptop",
  });
  record.close("ended", 200);
  record.close("failed", 500);
  expect(records).toMatchObject([{ id: "req_1", outcome: "ended" }]);
  expect(faults).toHaveLength(1);
});

test("a beginning is told once, with what is known by then, and not after the end", () => {
  const told: string[] = [];
  const sink = {
    begin: ({ outcome, modelAsked }: CallRecord) => void told.push(`${outcome} ${modelAsked}`),
    write: ({ outcome }: CallRecord) => void told.push(outcome),
  };
  const ledger = ledgerOf({ ...times(), sinks: [sink], failed: () => {} });
  const head = { client: "cursor", surface: "openai-chat", caller: "laptop" } as const;
  const first = ledger.start({ id: "req_1", ...head });
  first.draft.modelAsked = "m";
  first.begin();
  first.begin();
  first.close("ended", 200);
  const refused = ledger.start({ id: "req_2", ...head });
  refused.close("failed", 429);
  refused.begin();
  expect(told).toEqual(["unknown m", "ended", "failed"]);
});
