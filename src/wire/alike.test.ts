import { describe, expect, test } from "bun:test";
import { alike, type Sample } from "./alike.ts";

const INERT = new Set(["sequence_number", "obfuscation"]);
const event = (json: string): string => `data: ${json}\n\n`;
const chat = (content: string, more = '"finish_reason":null'): string =>
  event(`{"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},${more}}],"usage":null}`);
const responses = (count: number, delta: string, type = "response.output_text.delta"): string =>
  `event: ${type}\n${event(JSON.stringify({ type, sequence_number: count, output_index: 0, delta, obfuscation: "ab".repeat(count) }))}`;
const sample = (of: string, text: string): Sample => ({ event: of, literal: JSON.stringify(text) });
const learned = (print: (text: string) => string) =>
  alike(sample(print("one"), "one"), sample(print("two"), "two"), INERT);

/** The text of an event, if it is alike. */
const read = (events: string, from = 0, like = learned(chat)): unknown => {
  if (!like) return "nothing was learned";
  const end = like.end(events, from);
  return end < 0 ? undefined : [JSON.parse(like.literal(events)), end];
};

describe("events that are alike", () => {
  test("differ in their text, whatever is in it", () => {
    for (const text of ['a "b" \\', '","finish_reason":"stop', "🚀\n", "\ud83d", "\\"])
      expect(read(chat(text))).toEqual([text, chat(text).length]);
    expect(
      read(
        event(
          chat("x")
            .slice(6, -2)
            .replace('"x"', String.raw`"\u00df\/"`),
        ),
      ),
    ).toEqual(["ß/", expect.anything()]);
  });

  test("are found one behind the other", () => {
    const both = chat("a") + chat("bc");
    expect(read(both)).toEqual(["a", chat("a").length]);
    expect(read(both, chat("a").length)).toEqual(["bc", both.length]);
  });

  test("are no longer alike once anything else is new", () => {
    for (const other of [
      chat("x", '"finish_reason":"stop"'),
      chat("x").replace('"usage":null', '"usage":{"prompt_tokens":1}'),
      chat("x").replace("content", "reasoning"),
      chat("x").replace("data: ", "data:"),
      chat("x").replace("\n\n", " \n\n"),
      chat("x").slice(0, -1),
      chat("x").replace('"x"', "7"),
      `: comment\n${chat("x")}`,
      event("[DONE]"),
      "",
    ])
      expect(read(other)).toBeUndefined();
  });

  test("have some text, and one that JSON.parse takes", () => {
    for (const literal of ['""', '"a\n"', '"\t"', String.raw`"\x"`, String.raw`"\u12"`, '"a', String.raw`"a\"`])
      expect(read(chat("x").replace('"x"', () => literal))).toBeUndefined();
  });

  test("may differ in fields that mean nothing, and in no others", () => {
    const like = alike(sample(responses(4, "a"), "a"), sample(responses(5, "b"), "b"), INERT);
    expect(read(responses(1234, "c"), 0, like)).toEqual(["c", expect.anything()]);
    expect(read(responses(6, "c").replace(":6,", ":06,"), 0, like)).toBeUndefined();
    expect(read(responses(6, "c", "response.output_text.done"), 0, like)).toBeUndefined();
    expect(alike(sample(responses(4, "a"), "a"), sample(responses(5, "b"), "b"), new Set())).toBeUndefined();
  });

  test("are not learned where their text cannot be told from the rest", () => {
    expect(alike(sample(chat("."), "."), sample(chat("."), "."), INERT)).toBeUndefined();
    expect(alike(sample(chat("a"), "A"), sample(chat("b"), "B"), INERT)).toBeUndefined();
    expect(learned((text) => event(JSON.stringify({ text, again: text })))).toBeUndefined();
    expect(learned((text) => event(JSON.stringify({ text, [text]: 1 })))).toBeUndefined();
    expect(learned((text) => `: comment\n${chat(text)}`)).toBeUndefined();
  });

  test("text that is no JSON does no harm", () => {
    for (const text of ["", '"', '{"a', "-", "-1e", "\\", '{"a":"\\'])
      for (const other of ["", '"', '{"a', "-2", '{"a":"\\"'])
        expect(() => alike(sample(event(text), text), sample(event(other), other), INERT)).not.toThrow();
  });
});
