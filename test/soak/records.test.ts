import { expect, test } from "bun:test";
import type { Called } from "./caller.ts";
import { idOf } from "./ids.ts";
import { judgeRecords } from "./records.ts";
import { storyOf } from "./story.ts";
import type { Asked } from "./vendor.ts";

const ID = idOf("distinct", 7);
const CALL: Called = {
  id: ID,
  turn: 1,
  key: "ann",
  client: "chat",
  model: "messages",
  stream: true,
  requestId: "req_1",
  status: 200,
  end: "right",
  why: "",
};
const ASKED: Asked = { id: ID, turn: 1, vendor: "messages-a", fault: "none", thought: "none" };
const { prompt, cached, output } = storyOf(ID, 1).usage;
const RECORD = {
  event: "call",
  id: "req_1",
  caller: "ann",
  modelAsked: "messages",
  stream: true,
  outcome: "ended",
  status: 200,
  provider: "messages-a",
  attempts: [{}],
  usage: { lines: [{ input: prompt - cached, cacheRead: cached, output }] },
};

test("a true record of every call is in order", () => {
  expect(judgeRecords([{ event: "started" }, RECORD, { event: "stop" }], [CALL], [ASKED])).toEqual([]);
});

test.each([
  ["a lost record", [], "has no record"],
  ["a second record", [RECORD, RECORD], "two records of req_1"],
  ["a warning", [RECORD, { level: "warn", message: "x" }], "the log says"],
  ["another caller", [{ ...RECORD, caller: "bob" }], "caller is ann, and the log has bob"],
  ["another provider", [{ ...RECORD, provider: "messages-b" }], "provider is messages-a"],
  ["another number of attempts", [{ ...RECORD, attempts: [{}, {}] }], "attempts is 1"],
  ["another usage", [{ ...RECORD, usage: { lines: [{ input: 1, cacheRead: 0, output }] } }], "used"],
  ["a record of nobody's call", [RECORD, { ...RECORD, id: "req_2" }], "1 records beyond"],
])("%s is found", (_name, lines, wrong) => {
  expect(judgeRecords(lines, [CALL], [ASKED]).join("\n")).toContain(wrong);
});

test("a call may only fail where its vendor broke off in the middle", () => {
  const failed = { ...CALL, end: "failed" } as const;
  const record = { ...RECORD, outcome: "failed" };
  expect(judgeRecords([record], [failed], [{ ...ASKED, fault: "reset in the middle" }])).toEqual([]);
  expect(judgeRecords([record], [failed], [{ ...ASKED, fault: "refused with 429" }]).join()).toContain(
    "another target was there",
  );
});
