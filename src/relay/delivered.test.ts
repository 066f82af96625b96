/** The tokens of a text that was only counted: as of the whole text, from a sample of it. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tokensIn } from "../providers/text-tokens.ts";
import { delivered } from "./delivered.ts";

const PROSE = readFileSync(join(import.meta.dir, "../../docs/SECURITY.md"), "utf8");

function weighed(pieces: readonly string[]) {
  const text = delivered();
  let chars = 0;
  let sampled = 0;
  for (const piece of pieces) {
    const literal = JSON.stringify(piece);
    chars += literal.length - 2;
    if (chars <= text.from) continue;
    sampled += literal.length;
    text.sample(literal, chars);
  }
  return { tokens: text.tokens(chars), sampled };
}

test.each([3, 17, 400, 5_000, 20_000])(
  "a text of %d characters, in pieces of 4, is weighed within a tenth",
  (length) => {
    const text = PROSE.slice(0, length);
    const { tokens } = weighed(text.match(/[^]{1,4}/gu) ?? []);
    expect(tokens / tokensIn(text)).toBeWithin(0.9, 1.1);
  },
);

test("of a long text a small share is looked at, from its beginning to its end", () => {
  const text = PROSE.repeat(20);
  const { tokens, sampled } = weighed(text.match(/[^]{1,4}/gu) ?? []);
  expect(sampled / text.length).toBeLessThan(0.2);
  expect(tokens / tokensIn(text)).toBeWithin(0.9, 1.1);
  const halves = [..."a ".repeat(40_000), ..."日".repeat(40_000)];
  expect(weighed(halves).tokens / tokensIn(halves.join(""))).toBeWithin(0.7, 1.3);
});

test("no text has no tokens; a literal of megabytes, or one that is cut in an escape, has some", () => {
  expect(weighed([]).tokens).toBe(0);
  expect(weighed(["\n".repeat(1_000_000)]).tokens).toBeGreaterThan(0);
  const word = "word ".repeat(1_000_000);
  expect(weighed([word]).tokens / tokensIn(word)).toBeWithin(0.9, 1.1);
});
