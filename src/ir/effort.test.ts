import { expect, test } from "bun:test";
import { effortWord } from "./effort.ts";

test("an effort is said before a budget, and a budget before whether there is any thinking", () => {
  expect(effortWord({ effort: "high", mode: "adaptive", budgetTokens: 1 })).toBe("high");
  expect(effortWord({ mode: "on", budgetTokens: 4_096 })).toBe("4096 tokens");
  expect(effortWord({ effort: "my secret diary" })).toBe("other");
  expect(effortWord({ mode: "off" })).toBe("off");
  expect([effortWord({}), effortWord(undefined)]).toEqual([undefined, undefined]);
});
