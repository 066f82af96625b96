import { expect, test } from "bun:test";
import type { JsonObject } from "../wire/json.ts";
import { sampleOf } from "./sample.ts";

const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
});

test("only what is required is filled, with what its name and its schema say", () => {
  const schema = object(
    {
      command: { type: "string" },
      file_path: { type: "string" },
      note: { type: "string" },
      n: { type: "integer", minimum: 3 },
      on: { type: "boolean" },
      kind: { enum: ["b", "a"] },
      skipped: { type: "string" },
    },
    ["command", "file_path", "note", "n", "on", "kind"],
  );
  expect(sampleOf(schema, "what I asked")).toEqual({
    command: "ls",
    file_path: "README.md",
    note: "what I asked",
    n: 3,
    on: false,
    kind: "b",
  });
});

test("references, unions, nullable types, lists and constants", () => {
  const schema = {
    ...object({
      ref: { $ref: "#/$defs/place" },
      any: { anyOf: [{ type: "null" }, { type: "string" }] },
      nullable: { type: ["string", "null"] },
      list: { type: "array", items: { type: "number" }, minItems: 2 },
      fixed: { const: 7 },
      all: { allOf: [{ $ref: "#/$defs/place" }, object({ x: { type: "null" } })] },
    }),
    $defs: { place: object({ city: { type: "string" } }) },
  };
  expect(sampleOf(schema, "t")).toEqual({
    ref: { city: "Paris" },
    any: null,
    nullable: "t",
    list: [1, 1],
    fixed: 7,
    all: { city: "Paris", x: null },
  });
});

test("bounds and formats are kept", () => {
  const schema = object({
    short: { type: "string", maxLength: 3 },
    long: { type: "string", minLength: 9 },
    day: { type: "string", format: "date" },
    step: { type: "number", minimum: 5, multipleOf: 4 },
    below: { type: "number", exclusiveMaximum: -3 },
    above: { type: "integer", exclusiveMinimum: 4 },
  });
  expect(sampleOf(schema, "sample")).toEqual({
    short: "sam",
    long: "samplexxx",
    day: "2026-11-21",
    step: 8,
    below: -4,
    above: 5,
  });
});

test("a schema that contains itself, or wants too much, comes to an end", () => {
  const wide = Object.fromEntries("abcdefghij".split("").map((name) => [name, { $ref: "#" }]));
  expect(JSON.stringify(sampleOf(object(wide), "t")).length).toBeLessThan(100_000);
  expect(
    JSON.stringify(sampleOf({ type: "array", minItems: 1e9, items: { type: "string", minLength: 1e9 } }, "t")).length,
  ).toBeLessThan(100_000);
});
