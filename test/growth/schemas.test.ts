/** Fitting a schema costs its size, whatever it is made of. */
import { describe, test } from "bun:test";
import { heldSchema } from "../../src/dialects/anthropic-messages/held-schema.ts";
import { lossList } from "../../src/ir/loss.ts";
import { strictSchema } from "../../src/ir/strict-schema.ts";
import { toolSchema } from "../../src/ir/tool-schema.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { expectLinear } from "./growth.ts";

const text = { type: "string" };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const named = (count: number, make: (at: number) => JsonObject): JsonObject =>
  Object.fromEntries(times(count, (at) => [`f${at}`, make(at)]));
const nested = (count: number, around: (inner: JsonObject, at: number) => JsonObject): JsonObject =>
  times(count, (at) => at).reduce(around, text as JsonObject);

/** Wide ones of thousands, deep ones no deeper than a body may be. */
const WIDE: Readonly<Record<string, (count: number) => JsonObject>> = {
  fields: (count) => object(named(count, () => ({ ...text, maxLength: 3, default: "x" }))),
  "alternatives that share a field": (count) => ({
    type: "object",
    oneOf: times(count, (at) => object({ kind: { const: at }, [`f${at}`]: text })),
  }),
  "alternatives beside fields": (count) =>
    object(
      named(count, () => text),
      { anyOf: times(count, (at) => ({ required: [`f${at}`] })) },
    ),
  "parts of allOf": (count) => ({ type: "object", allOf: times(count, (at) => object({ [`f${at}`]: text })) }),
  "references to one definition": (count) =>
    object(
      named(count, () => ({ $ref: "#/$defs/A" })),
      { $defs: { A: object(named(count, () => text)) } },
    ),
  "definitions in a row": (count) =>
    object(
      { a: { $ref: "#/$defs/f0" } },
      { $defs: named(count, (at) => object({ a: { $ref: `#/$defs/f${(at + 1) % count}` } })) },
    ),
  "joined references to one definition": (count) =>
    object(
      named(count, () => ({ allOf: [{ $ref: "#/$defs/A" }, { title: "T" }] })),
      {
        $defs: { A: object(named(count, () => text)) },
      },
    ),
};
const DEEP: Readonly<Record<string, (count: number) => JsonObject>> = {
  objects: (count) => nested(count, (inner) => object({ a: inner })),
  "objects with rules in words": (count) => nested(count, (inner) => object({ a: inner }, { minProperties: 1 })),
  alternatives: (count) => nested(count, (inner) => ({ type: "object", anyOf: [inner, object({ a: text })] })),
  "alternatives beside fields": (count) =>
    nested(count, (inner) => object({ a: inner }, { anyOf: [object({ b: text }), object({ b: text })] })),
  "parts of allOf": (count) => nested(count, (inner) => ({ allOf: [inner, object({ a: text })] })),
  "lists of types": (count) => nested(count, (inner) => ({ type: ["array", "null"], items: inner, maxItems: 3 })),
};

function fit(schema: JsonObject): void {
  const rules = { notAtTop: new Set(["anyOf", "oneOf", "allOf"]), needsItems: true };
  toolSchema(schema, rules, "tools[0]", lossList());
  strictSchema(schema);
  heldSchema(schema);
}

describe("a schema of many", () => {
  for (const [what, make] of Object.entries(WIDE)) test(what, () => expectLinear(2_000, make, fit));
});
describe("a schema of one inside another", () => {
  for (const [what, make] of Object.entries(DEEP)) test(what, () => expectLinear(30, make, fit));
});
