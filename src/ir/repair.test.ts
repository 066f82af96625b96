import { describe, expect, test } from "bun:test";
import { NO_RESULT, repairEntries } from "./repair.ts";
import type { CallEntry, Entry } from "./request.ts";

const user = (content: string): Entry => ({ kind: "message", role: "user", content });
const said = (content: string): Entry => ({ kind: "message", role: "assistant", content });
const call = (callId: string): CallEntry => ({
  kind: "call",
  callId,
  tool: { via: "function", name: "ls" },
  input: { json: "{}" },
});
const result = (callId: string, content = "ok"): Entry => ({ kind: "result", callId, via: "function", content });

describe("repairing a conversation", () => {
  test("a clean conversation stays as it is", () => {
    const clean = [user("a"), said("b"), call("1"), call("2"), result("1"), result("2"), user("c")];
    expect(repairEntries(clean)).toEqual({ value: clean, losses: [] });
  });

  test("missing ids are inferred in order", () => {
    const { value } = repairEntries([user("a"), call(""), call(""), result("", "one"), result("", "two")]);
    expect(value).toEqual([
      user("a"),
      call("call_0"),
      call("call_1"),
      result("call_0", "one"),
      result("call_1", "two"),
    ]);
  });

  test("an id that repeats in a later turn becomes another one, the same in call and result", () => {
    const turn = [call("call_0"), result("call_0")];
    const { value } = repairEntries([user("a"), ...turn, user("b"), ...turn]);
    expect(value.slice(4)).toEqual([call("call_0_2"), result("call_0_2")]);
  });

  test("a result that comes late stands behind its call", () => {
    const { value } = repairEntries([call("1"), user("meanwhile"), result("1")]);
    expect(value).toEqual([call("1"), result("1"), user("meanwhile")]);
  });

  test("an unanswered call is answered", () => {
    const { value } = repairEntries([call("1"), user("stop")]);
    expect(value).toEqual([call("1"), result("1", NO_RESULT), user("stop")]);
  });

  test("an orphan result keeps its text, and says so", () => {
    const { value, losses } = repairEntries([user("a"), result("nowhere", "text")]);
    expect(value[1]).toEqual(user("[result of an unknown tool call]\ntext"));
    expect(losses.map((loss) => loss.feature)).toEqual(["orphan-result"]);
  });

  test("interleaved calls and results keep their pairs", () => {
    const { value } = repairEntries([call("1"), result("1", "x"), call("2"), result("2", "y")]);
    expect(value).toEqual([call("1"), result("1", "x"), call("2"), result("2", "y")]);
  });
});
