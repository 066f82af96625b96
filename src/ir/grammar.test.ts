/** The checker that the decoders' tests lean on refuses what it must. */
import { describe, expect, test } from "bun:test";
import { GatewayError } from "./error.ts";
import type { Delta, StreamEvent } from "./events.ts";
import { grammar } from "./grammar.ts";
import { NO_USAGE } from "./usage.ts";
import { literal } from "../wire/json.ts";

const START: StreamEvent = { type: "start" };
const FINISH: StreamEvent = { type: "finish", reason: "stop", usage: NO_USAGE };
const ERROR: StreamEvent = { type: "error", error: new GatewayError("upstream-cut", "cut") };
const NOTICE: StreamEvent = { type: "notice", dialect: "openai-chat", raw: {} };
const BLOCKS = {
  text: { kind: "text" },
  refusal: { kind: "refusal" },
  reasoning: { kind: "reasoning", channel: "raw" },
  call: { kind: "call", callId: "c", tool: { via: "function", name: "f" } },
  hosted: { kind: "hosted", dialect: "anthropic-messages", wire: "web_search", raw: {} },
} as const;
const opens = (kind: keyof typeof BLOCKS, index = 0): StreamEvent => ({
  type: "block-start",
  index,
  block: BLOCKS[kind],
});
const ends = (index = 0): StreamEvent => ({ type: "block-end", index });
const delta = (what: Delta, index = 0): StreamEvent => ({ type: "block-delta", index, delta: what });
const TEXT: Delta = { text: literal("a") };
const INPUT: Delta = { input: literal("{}") };
const SECTION: Delta = { section: true };

function check(...events: readonly StreamEvent[]): void {
  const checker = grammar();
  events.forEach(checker.check);
  checker.end();
}

describe("good sequences pass", () => {
  const GOOD: Readonly<Record<string, readonly StreamEvent[]>> = {
    "an empty answer": [START, FINISH],
    "an error instead of an answer": [ERROR],
    "an error with a block open": [START, opens("text"), delta(TEXT), ERROR],
    "a notice before the start": [NOTICE, START, NOTICE, FINISH],
    "text, thinking in sections and a call": [
      START,
      opens("reasoning"),
      delta(TEXT),
      delta(SECTION),
      ends(),
      opens("text", 1),
      delta(TEXT, 1),
      ends(1),
      opens("call", 2),
      delta(INPUT, 2),
      ends(2),
      FINISH,
    ],
    "blocks that overlap": [
      START,
      opens("text"),
      opens("call", 1),
      delta(TEXT),
      delta(INPUT, 1),
      ends(1),
      ends(),
      FINISH,
    ],
  };
  for (const [name, events] of Object.entries(GOOD)) test(name, () => check(...events));
});

describe("bad ones are refused, and told why", () => {
  const BAD: readonly (readonly [why: string, events: readonly StreamEvent[]])[] = [
    ["no terminal event", [START]],
    ["no terminal event", []],
    ["finish before start", [FINISH]],
    ["block-start before start", [opens("text")]],
    ["a second start", [START, START]],
    ["notice after the terminal event", [START, FINISH, NOTICE]],
    ["error after the terminal event", [START, FINISH, ERROR]],
    ["finish after the terminal event", [ERROR, FINISH]],
    ["finish with open blocks 0", [START, opens("text"), FINISH]],
    ["block 1 opened, 0 was next", [START, opens("text", 1)]],
    ["block 0 opened, 1 was next", [START, opens("text"), ends(), opens("text")]],
    ["block 0 ended, but is not open", [START, ends()]],
    ["block 0 ended, but is not open", [START, opens("text"), ends(), ends()]],
    ["delta for block 0, which is not open", [START, delta(TEXT)]],
    ["delta for block 0, which is not open", [START, opens("text"), ends(), delta(TEXT)]],
    ["input in a text block", [START, opens("text"), delta(INPUT)]],
    ["input in a reasoning block", [START, opens("reasoning"), delta(INPUT)]],
    ["text in a call block", [START, opens("call"), delta(TEXT)]],
    ["text in a hosted block", [START, opens("hosted"), delta(TEXT)]],
    ["section in a text block", [START, opens("text"), delta(SECTION)]],
    ["section in a refusal block", [START, opens("refusal"), delta(SECTION)]],
  ];
  test.each(BAD)("%s", (why, events) => {
    expect(() => check(...events)).toThrow(`event grammar: ${why}`);
  });
});
