import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { memoryLevel } from "./memory.ts";
import type { Outline } from "./outline.ts";

test("the oldest turn leaves when all of them together are too large", () => {
  const level = memoryLevel(() => 0);
  const large: Outline = [{ reasoning: { kind: "reasoning", sections: ["x".repeat(LIMITS.vaultBytesMax / 32)] } }];
  // With what stands around each text, 32 of them are a little more than the limit.
  for (let count = 0; count < 31; count++) level.put(`key ${count}`, large);
  expect(level.find("key 0")).toBe(large);
  level.put("key 31", large);
  expect(level.find("key 0")).toBeUndefined();
  expect(level.find("key 1")).toBe(large);
});
