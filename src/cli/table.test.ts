import { expect, test } from "bun:test";
import { table } from "./table.ts";

test("columns stand under each other, whatever width their letters have", () =>
  expect(
    table(
      [
        ["NAME", "GOES TO"],
        ["模型", "a"],
        ["gpt-high", "b"],
      ],
      { indent: " " },
    ),
  ).toBe(" NAME      GOES TO\n 模型      a\n gpt-high  b"));

test("the last column is broken between words, under itself", () =>
  expect(table([["name", "as many words as do not fit into one line"]], { width: 30 })).toBe(
    "name  as many words as do not\n      fit into one line",
  ));

test("without a width nothing is broken, so that lines can be pasted", () => {
  const line = "word ".repeat(60).trim();
  expect(table([["curl", line]])).toBe(`curl  ${line}`);
});

test("an empty last column leaves no spaces behind", () =>
  expect(
    table([
      ["a", "b", ""],
      ["aa", "b", "c"],
    ]),
  ).toBe("a   b\naa  b  c"));
