import { expect, test } from "bun:test";
import { randomBytes, randomUUID } from "node:crypto";
import { isOnesOwn } from "./ids.ts";

const own = (id: string, name = "read"): boolean => isOnesOwn({ id, tool: { via: "function", name } });

test("an id as a random generator writes it is nobody else's", () => {
  const drawn = Array.from({ length: 1_000 }, () => randomBytes(18).toString("base64url").replaceAll(/[-_]/g, "x"));
  for (const id of [
    "toolu_01A09q90qw90lq917835lq9",
    "call_hYq3KHLWd90wDBjBbIdn7pJk",
    "call_00_aB3kQ9xYz17LmNoPqRs4TuVw",
    `chatcmpl-tool-${randomUUID().replaceAll("-", "")}`,
    randomUUID(),
    `call_${randomUUID()}`,
  ])
    expect([id, own(id)]).toEqual([id, true]);
  // Some have no digit at all: those are told apart by what stood in front.
  expect(drawn.filter((id) => own(`call_${id}`)).length).toBeGreaterThan(900);
});

test("counters, names, and what is too short to be told from them, are everybody's", () => {
  for (const id of [
    "",
    "call_0",
    "toolu_1",
    "functions.ls:0",
    "functions.get_weather_2_for_city_12:3",
    "run_3_step_12_tool_call_0007",
    "D681PevKs",
    "call_20261122101500123",
    "getWeatherForecastByCityName",
    "toolu_01ABCDEFGHIJKLMNOPQRSTUV",
    "call_0123456789abcdef",
  ])
    expect([id, own(id)]).toEqual([id, false]);
});

test("a tool's own name, however mixed it is, makes no id of a random one", () => {
  const name = "mcp__a1B2c3D4e5F6g7H8i9__search";
  expect(own(`functions.${name}:0`, name)).toBe(false);
  expect(own(`functions.${name}:0`)).toBe(true);
});
