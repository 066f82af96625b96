import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { memoryLevel } from "./memory.ts";
import type { Outline } from "./outline.ts";

test("the oldest turn leaves when all of them together are too large", async () => {
  const level = memoryLevel(() => 0);
  const outline: Outline = [{ reasoning: { kind: "reasoning", sections: ["x".repeat(LIMITS.vaultBytesMax / 32)] } }];
  const large = { outline, text: JSON.stringify(outline) };
  const held = async (): Promise<readonly string[]> => [...(await level.get(["key 0", "key 1"], "memory")).keys()];
  // With what stands around each text, 32 of them are a little more than the limit.
  for (let count = 0; count < 31; count++) level.put([`key ${count}`], large, "memory");
  expect(await held()).toEqual(["key 0", "key 1"]);
  level.put(["key 31"], large, "memory");
  expect(await held()).toEqual(["key 1"]);
});
