import { expect, test } from "bun:test";
import { literal } from "../wire/json.ts";
import { collect } from "./collect.ts";
import { distinct } from "./distinct-calls.ts";
import type { StreamEvent } from "./events.ts";
import { grammar } from "./grammar.ts";
import { NO_USAGE } from "./usage.ts";

const begin = (index: number, callId: string, name = "f"): StreamEvent => ({
  type: "block-start",
  index,
  block: { kind: "call", callId, tool: { via: "function", name } },
});
const input = (index: number, text: string): StreamEvent => ({
  type: "block-delta",
  index,
  delta: { input: literal(text) },
});
const end = (index: number): StreamEvent => ({ type: "block-end", index });
const call = (index: number, callId: string, args: string, name?: string): readonly StreamEvent[] => [
  begin(index, callId, name),
  input(index, args),
  end(index),
];
const said = (index: number, text: string): readonly StreamEvent[] => [
  { type: "block-start", index, block: { kind: "text" } },
  { type: "block-delta", index, delta: { text: literal(text) } },
  end(index),
];

function heard(...events: readonly StreamEvent[]): readonly string[] {
  const out: StreamEvent[] = [];
  const rules = grammar();
  const pass = distinct("r1");
  const finish: StreamEvent = { type: "finish", reason: "tool", usage: NO_USAGE };
  for (const event of [{ type: "start" } as const, ...events, finish])
    pass(event, (one) => {
      rules.check(one);
      out.push(one);
    });
  rules.end();
  return collect(out).blocks.map(({ block, text, input: args }) =>
    block.kind === "call" ? `${block.callId} ${block.tool.name} ${args}` : text,
  );
}

test("calls of different ids pass as they are, also where they overlap", () => {
  expect(heard(begin(0, "a"), begin(1, "b"), input(0, "1"), input(1, "2"), end(0), end(1))).toEqual(["a f 1", "b f 2"]);
});

test("a call that is told again is told once, and what follows keeps its order", () => {
  expect(heard(...call(0, "a", "{}"), ...call(1, "a", "{}"), ...said(2, "Hi"), ...call(3, "a", "{}"))).toEqual([
    "a f {}",
    "Hi",
  ]);
  expect(heard(begin(0, "a"), begin(1, "a"), ...said(2, "Hi"), input(0, "1"), input(1, "1"), end(0), end(1))).toEqual([
    "a f 1",
    "Hi",
  ]);
});

test("several calls of one id have an id each, however their text was cut or escaped", () => {
  const pieces = [begin(2, "a"), input(2, "{"), { ...input(2, "}") }, end(2)];
  expect(heard(...call(0, "a", "{}"), ...call(1, "a", "{1}"), ...pieces, ...call(3, "a", "{}", "g"))).toEqual([
    "a f {}",
    "call_r1_twin1 f {1}",
    "call_r1_twin3 g {}",
  ]);
});
