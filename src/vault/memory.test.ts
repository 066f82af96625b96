import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { memoryLevel } from "./memory.ts";
import { TRACE, type Outline, type Stored } from "./outline.ts";

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

const storedOf = (thought: string): Stored => {
  const outline: Outline = [{ reasoning: { kind: "reasoning", sections: [thought] } }];
  return { outline, text: JSON.stringify(outline) };
};
const held = async (level: ReturnType<typeof memoryLevel>, key: string): Promise<unknown> =>
  (await level.get([key], "memory")).get(key);

test.each(["told of again", "asked for"])("a clash that is %s outlives all that comes between", async (how) => {
  let now = 0;
  const level = memoryLevel(() => now);
  for (const who of ["one", "two"]) level.put(["shared"], storedOf(who), "memory");
  for (let count = 0; count < 3 * LIMITS.vaultEntriesMax; count++) {
    level.put([`trace ${count}`], TRACE, "memory");
    if (count % 5_000 === 0) {
      if (how === "asked for") await level.get(["shared"], "memory");
      else level.put(["shared"], storedOf(`${count}`), "memory");
    }
  }
  expect(await held(level, "shared")).toBe("clash");
  now = LIMITS.vaultTtlMs + 1;
  expect(await held(level, "shared")).toBeUndefined();
});

test("thoughts push out no clash and no empty trace, whose oldest leave when there are too many", async () => {
  const level = memoryLevel(() => 0);
  for (const who of ["one", "two"]) level.put(["clash"], storedOf(who), "memory");
  level.put(["empty"], TRACE, "memory");
  for (let count = 0; count <= LIMITS.vaultEntriesMax; count++)
    level.put([`thought ${count}`], storedOf("x"), "memory");
  expect(await held(level, "thought 0")).toBeUndefined();
  expect([await held(level, "clash"), await held(level, "empty")]).toEqual(["clash", []]);
  for (let count = 0; count < LIMITS.vaultEntriesMax; count++) level.put([`trace ${count}`], TRACE, "memory");
  expect(await held(level, "clash")).toBeUndefined();
  expect(await held(level, "thought 1")).toEqual(storedOf("x").outline);
});
