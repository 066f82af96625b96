import { describe, expect, test } from "bun:test";
import { alike } from "./alike.ts";

const chat = (content: string, more = '"finish_reason":null'): string =>
  `{"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},${more}}],"usage":null}`;
const responses = (count: number, delta: string, type = "response.output_text.delta"): string =>
  JSON.stringify({ type, sequence_number: count, output_index: 0, delta });

describe("frames that are alike", () => {
  test("differ in the values of strings, whatever is in them", () => {
    const fits = alike(chat("one"), chat("two"));
    for (const text of ["", 'a "b" \\', '","finish_reason":"stop', "🚀\n", "\ud83d"])
      expect(fits?.(chat(text))).toBe(true);
  });

  test("are no longer alike once anything else is new", () => {
    const fits = alike(chat("one"), chat("two"));
    for (const data of [
      chat("x", '"finish_reason":"stop"'),
      chat("x").replace('"usage":null', '"usage":{"prompt_tokens":1}'),
      chat("x").replace("content", "reasoning"),
      `${chat("x")} `,
      chat("x").slice(0, -1),
      chat("x").replace('"x"', "7"),
      "[DONE]",
      "",
    ])
      expect(fits?.(data)).toBe(false);
  });

  test("may count", () => {
    const fits = alike(responses(4, "a"), responses(5, "b"));
    expect(fits?.(responses(1234, "c"))).toBe(true);
    expect(fits?.(responses(6, "c", "response.output_text.done"))).toBe(false);
    expect(alike(responses(4, "a"), responses(7, "b"))).toBeUndefined();
  });

  test("never differ in a key or a type", () => {
    expect(alike('{"a":"x"}', '{"b":"x"}')).toBeUndefined();
    expect(alike('{"type": "a"}', '{"type": "b"}')).toBeUndefined();
    expect(alike('{"a":null}', '{"a":"x"}')).toBeUndefined();
    expect(alike('{"a":[]}', '{"a":["x"]}')).toBeUndefined();
  });

  test("equal frames are alike only to themselves", () => {
    const fits = alike(chat("."), chat("."));
    expect(fits?.(chat("."))).toBe(true);
    expect(fits?.(chat("!"))).toBe(false);
  });

  test("text that is no JSON does no harm", () => {
    for (const text of ["", '"', '{"a', "-", "-1e", "\\", '{"a":"\\'])
      for (const other of ["", '"', '{"a', "-2", '{"a":"\\"']) expect(() => alike(text, other)?.(text)).not.toThrow();
  });
});
