import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { lastLevels } from "./levels.ts";

test("at least so many levels are known, and never more than twice as many", () => {
  const levels = lastLevels();
  const seen = (from: number, to: number): void => {
    for (let at = from; at < to; at++) levels.saw(`meter ${at}`, { spent: at, held: 0 });
  };
  seen(0, LIMITS.levelsKnownMin);
  expect(levels.of("meter 0")).toEqual({ spent: 0, held: 0 });
  seen(LIMITS.levelsKnownMin, 2 * LIMITS.levelsKnownMin);
  expect(levels.of("meter 0")).toBeUndefined();
  expect(levels.of(`meter ${LIMITS.levelsKnownMin}`)).toEqual({ spent: LIMITS.levelsKnownMin, held: 0 });
});
