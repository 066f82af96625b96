/** What a watcher tells of a stream: how far it is, and what it ended with. */
import { expect, test } from "bun:test";
import { GatewayError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import { literal } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { watch } from "./watch.ts";

const FINISH: StreamEvent = { type: "finish", reason: "stop", usage: { lines: [], hostedCalls: {}, source: "none" } };
const TEXT: readonly StreamEvent[] = [
  { type: "block-start", index: 0, block: { kind: "text" } },
  { type: "block-delta", index: 0, delta: { text: literal("Hi") } },
  { type: "block-end", index: 0 },
];
function seen(...events: readonly StreamEvent[]) {
  let firsts = 0;
  const watched = watch(() => void firsts++, "nothing");
  events.forEach(watched.observe);
  const { started, committed, terminal } = watched;
  return { started, committed, terminal, firsts };
}

test("a start commits to nothing, and neither does a remark", () => {
  expect(seen({ type: "start" })).toEqual({ started: true, committed: false, terminal: false, firsts: 0 });
});

test("the first word commits, once", () => {
  expect(seen({ type: "start" }, ...TEXT)).toEqual({ started: true, committed: true, terminal: false, firsts: 1 });
});

test("an end commits and is terminal, also of an answer without a word", () => {
  expect(seen({ type: "start" }, FINISH)).toMatchObject({ committed: true, terminal: true });
});

test("what an answer ends with: its id, its reason, and the tools that it called, each once", () => {
  const watched = watch(() => {}, "nothing");
  const call = (index: number, name: string): StreamEvent => ({
    ...{ type: "block-start", index },
    block: { kind: "call", callId: `c${index}`, tool: { via: "function", name } },
  });
  for (const event of [{ type: "start", id: "msg_1" } as const, call(0, "ls"), call(1, "cat"), call(2, "ls")])
    watched.observe(event);
  watched.observe({ ...FINISH, reason: "tool" } as StreamEvent);
  const { id, stopReason, tools } = watched;
  expect({ id, stopReason, tools }).toEqual({ id: "msg_1", stopReason: "tool", tools: ["ls", "cat"] });
});

test("an answer's record names so many of its tools and no more", () => {
  const watched = watch(() => {}, "nothing");
  for (let index = 0; index <= LIMITS.toolNamesMax; index++)
    watched.observe({
      ...{ type: "block-start", index },
      block: { kind: "call", callId: `c${index}`, tool: { via: "function", name: `tool${index}` } },
    });
  expect(watched.tools).toHaveLength(LIMITS.toolNamesMax);
});

test("an error is terminal and commits to nothing", () => {
  const error = new GatewayError("overloaded", "no");
  expect(seen({ type: "start" }, { type: "error", error })).toMatchObject({ committed: false, terminal: true });
});
