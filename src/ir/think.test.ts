import { expect, test } from "bun:test";
import { literal, textOf } from "../wire/json.ts";
import { hasLeadingThink, stripThink, thinkMarkup } from "./think.ts";

test("a whole leading block is taken off, and only that", () => {
  expect(stripThink("<think>\na\n\nb\n</think>\n\nHello")).toBe("Hello");
  expect(stripThink("\n<think></think>Hello <think>x</think>")).toBe("Hello <think>x</think>");
  expect(stripThink("<details>\n<summary>Thought</summary>\n\nx\n</details>\n\nHello")).toBe("Hello");
  expect(stripThink("<details open><summary>Thought for 3s</summary>x</details>Hi")).toBe("Hi");
});

test("tags elsewhere, cut blocks and other details stay", () => {
  for (const text of [
    "const open = '<think>'; const close = '</think>';",
    "<think>never closed",
    "<details><summary>Log</summary>x</details>",
    "Hello <think>x</think>",
    "",
  ]) {
    expect(stripThink(text)).toBe(text);
    expect(hasLeadingThink(text)).toBe(false);
  }
});

test("markup opens with the first word and closes once", () => {
  const markup = thinkMarkup();
  expect(markup.close()).toBeUndefined();
  const printed = [literal('a "b"'), literal("c")].map((piece) => textOf(markup.thought(piece)));
  expect(printed).toEqual(['<think>\na "b"', "c"]);
  expect(textOf(markup.close() ?? literal("-"))).toBe("\n</think>\n\n");
  expect(markup.close()).toBeUndefined();
});

test("half a surrogate pair survives behind the opening tag", () => {
  expect(thinkMarkup().thought({ json: '"\\ud83d"' }).json).toBe('"<think>\\n\\ud83d"');
});
