import { describe, expect, test } from "bun:test";
import { collect } from "../ir/collect.ts";
import type { Block, StreamEvent } from "../ir/events.ts";
import type { Entry } from "../ir/request.ts";
import type { Seal } from "../ir/seal.ts";
import type { AssistantEntry } from "../ir/turns.ts";
import { usageLine } from "../ir/usage.ts";
import { literal } from "../wire/json.ts";
import { isWorthKeeping, outlineOf, withReasoning } from "./outline.ts";

const READER = { dialect: "anthropic-messages", issuer: "claude", family: "claude" } as const;
const FOREIGN = { ...READER, issuer: "other" };
const seal = (value: string): Seal => ({ ...READER, value });

type Said = "A" | "B" | "text" | "one" | "two";
/** A and B are thoughts, one and two are calls. */
const outline = (...said: readonly Said[]) => {
  const events = said.flatMap((word, index): StreamEvent[] => {
    const block: Block =
      word === "text"
        ? { kind: "text" }
        : word === "A" || word === "B"
          ? { kind: "reasoning", channel: "raw" }
          : { kind: "call", callId: word, tool: { via: "function", name: "ls" } };
    return [
      { type: "block-start", index, block },
      ...(block.kind === "reasoning"
        ? [
            { type: "block-delta", index, delta: { text: literal(word) } } as const,
            { type: "block-delta", index, delta: { seal: seal(`sig ${word}`), mode: "set" } } as const,
          ]
        : []),
      { type: "block-end", index },
    ];
  });
  return outlineOf(
    collect([
      { type: "start" },
      ...events,
      { type: "finish", reason: "tool", usage: { lines: [usageLine({})], hostedCalls: {}, source: "reported" } },
    ]),
  );
};
const entry = (word: string): AssistantEntry =>
  word === "text"
    ? { kind: "message", role: "assistant", content: "Let me see." }
    : word === "A" || word === "B"
      ? { kind: "reasoning", sections: [word], seal: seal(`sig ${word}`) }
      : { kind: "call", callId: word, tool: { via: "function", name: "ls" }, input: { json: "{}" } };
const turn = (...words: readonly string[]): readonly AssistantEntry[] => words.map(entry);
const words = (entries: readonly Entry[]): readonly string[] =>
  entries.map((one) =>
    one.kind === "reasoning"
      ? (one.sections[0] ?? "")
      : one.kind === "call"
        ? one.callId
        : one.kind === "message"
          ? "text"
          : "?",
  );

/** What the model said, what the client sent back, what the model gets. */
const STORIES: readonly (readonly [string, readonly Said[], readonly string[], readonly string[]])[] = [
  [
    "two thoughts go each in front of their own call",
    ["A", "one", "B", "two"],
    ["one", "two"],
    ["A", "one", "B", "two"],
  ],
  ["a thought goes in front of the text that it led to", ["A", "text", "one"], ["text", "one"], ["A", "text", "one"]],
  ["a text that the client trimmed changes nothing", ["A", "text", "one"], ["one"], ["A", "one"]],
  [
    "Chat puts the text first: the turn still begins with thinking",
    ["A", "one", "text", "B", "two"],
    ["text", "one", "two"],
    ["A", "text", "one", "B", "two"],
  ],
  ["calls sent back one by one take their own thoughts", ["A", "one", "B", "two"], ["two"], ["B", "two"]],
  ["and the thought that led to both goes to each", ["A", "one", "two"], ["two"], ["A", "two"]],
  ["a thought at the end stays at the end", ["one", "A"], ["one"], ["one", "A"]],
  ["an answer in words", ["A", "text"], ["text"], ["A", "text"]],
];

describe("reasoning comes back where it stood", () => {
  for (const [claim, said, sent, expected] of STORIES)
    test(`${claim}: ${said.join(" ")}`, () =>
      expect(words(withReasoning(turn(...sent), outline(...said), READER))).toEqual([...expected]));
});

describe("what a client sent itself", () => {
  const unsigned: AssistantEntry = { kind: "reasoning", sections: ["A"] };
  test("without its signature gives way to the signed one", () =>
    expect(withReasoning([unsigned, ...turn("one")], outline("A", "one"), READER)).toEqual(turn("A", "one")));

  test("stays where the vault has nothing that this vendor can read", () =>
    expect(withReasoning([unsigned, ...turn("one")], outline("A", "one"), FOREIGN)).toEqual([
      unsigned,
      ...turn("one"),
    ]));
});

test("a signature that stands on a call returns to it, and to its own vendor only", () => {
  const kept = [{ call: "one", seal: seal("thought") }];
  expect(withReasoning(turn("one"), kept, READER)).toEqual([
    { ...entry("one"), seal: seal("thought") } as AssistantEntry,
  ]);
  expect(withReasoning(turn("one"), kept, FOREIGN)).toEqual(turn("one"));
});

test("a call keeps the seal that stands on it, and one without has none", () => {
  const calls: readonly StreamEvent[] = ["one", "two"].flatMap((callId, index): StreamEvent[] => [
    { type: "block-start", index, block: { kind: "call", callId, tool: { via: "function", name: "ls" } } },
    ...(callId === "one" ? [{ type: "block-delta", index, delta: { seal: seal("sig"), mode: "set" } } as const] : []),
    { type: "block-end", index },
  ]);
  const outlined = outlineOf(collect([{ type: "start" }, ...calls]));
  expect(outlined).toEqual([{ call: "one", seal: seal("sig") }, { call: "two" }]);
  expect(isWorthKeeping(outlined)).toBe(true);
});

test("a text keeps the seal that stands on it, and gets it back", () => {
  const outlined = outlineOf(
    collect([
      { type: "start" },
      { type: "block-start", index: 0, block: { kind: "text" } },
      { type: "block-delta", index: 0, delta: { seal: seal("sig"), mode: "set" } },
      { type: "block-end", index: 0 },
    ]),
  );
  expect(isWorthKeeping(outlined)).toBe(true);
  expect(withReasoning(turn("text"), outlined, READER)).toEqual([
    { ...entry("text"), seal: seal("sig") } as AssistantEntry,
  ]);
  expect(withReasoning(turn("text"), outlined, FOREIGN)).toEqual(turn("text"));
});
