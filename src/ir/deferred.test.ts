/** A deferred tool is offered once the conversation has named it, and not before. */
import { describe, expect, test } from "bun:test";
import { waitingTools } from "./deferred.ts";
import type { Entry, Tool } from "./request.ts";

const tool = (name: string, more: object = {}): Tool => ({ kind: "function", name, ...more });
const LATE = tool("late", { defer: true });
const LATE_TEXT: Tool = { kind: "custom", name: "late", defer: true };
const waiting = (tools: readonly Tool[], ...entries: readonly Entry[]): readonly string[] =>
  tools.filter(waitingTools(tools, entries)).map(({ name }) => name);
const result = (content: Extract<Entry, { kind: "result" }>["content"]): Entry => ({
  kind: "result",
  callId: "c",
  via: "function",
  content,
});
const call = (name: string): Entry => ({
  kind: "call",
  callId: "c",
  tool: { via: "function", name },
  input: { json: "{}" },
});

test("a tool that is deferred waits, and no other", () => {
  expect(waiting([LATE, LATE_TEXT, tool("now"), tool("never", { defer: false })])).toEqual(["late", "late"]);
});

describe("it waits no longer", () => {
  const NAMING: Readonly<Record<string, Entry>> = {
    "when it was called before": call("late"),
    "when a result refers to it": result([{ kind: "tool-ref", name: "late" }]),
    "when a search returned it": result({ tools: [tool("late")] }),
    "when a search returned its namespace": result({
      tools: [{ kind: "namespace", name: "box", tools: [tool("late")] }],
    }),
  };
  for (const [name, entry] of Object.entries(NAMING))
    test(name, () => expect(waiting([LATE, LATE_TEXT], entry)).toEqual([]));

  test("where the vendor's own search was declared, which runs nowhere else", () => {
    const search: Tool = { kind: "hosted", dialect: "anthropic-messages", name: "tool_search_tool_regex", raw: {} };
    expect(waiting([LATE, search])).toEqual([]);
    expect(waiting([LATE, { ...search, name: "web_search" }])).toEqual(["late"]);
  });
});

test("what names another leaves it waiting", () => {
  const others = [call("now"), result("late"), result([{ kind: "text", text: "late" }]), result({ tools: [] })];
  expect(waiting([LATE], ...others)).toEqual(["late"]);
});
