/** Guesses at what was meant: near ones only, the nearest first, and few. */
import { expect, test } from "bun:test";
import { didYouMean, nearestNames } from "./nearest.ts";

test("the nearest comes first, and three are the most", () => {
  const known = ["gpt-5.4", "gpt-5", "gpt-4", "gpt-5-pro", "gpt-6", "gtp-5"];
  expect(nearestNames("gpt-55", known)).toEqual(["gpt-5", "gpt-5.4", "gpt-4"]);
});

test("neighbours that changed places are one slip, and the case of letters is none", () => {
  expect(nearestNames("PROT", ["port"])).toEqual(["port"]);
  expect(didYouMean("prot", ["host", "port"])).toBe('Did you mean "port"? ');
});

test("what is far is no guess", () => {
  expect(nearestNames("claude", ["gpt-5", "kimi"])).toEqual([]);
  expect(didYouMean("claude", [])).toBe("");
});
