import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkRequest } from "../simulator/strict.ts";
import type { Json, JsonObject } from "../wire/json.ts";
import { anySchema } from "../../test/fixtures/any-schema.ts";
import { lossList } from "./loss.ts";
import { toolSchema, type ToolRules } from "./tool-schema.ts";

const STRICT: ToolRules = { notAtTop: new Set(["oneOf", "anyOf", "allOf", "enum", "not"]), needsItems: true };
const LAX: ToolRules = { notAtTop: new Set(), needsItems: true };

function fitted(schema: Json | undefined, rules: ToolRules = STRICT) {
  const losses = lossList();
  return { schema: toolSchema(schema, rules, "tools[0]", losses), losses: losses.list() };
}
const text = { type: "string" };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });

test("a schema without fault is the very same object", () => {
  const schema = object({ a: { anyOf: [text, { type: "array", items: object({}) }] } }, { $defs: { A: text } });
  for (const rules of [STRICT, LAX, "any"] as const) expect(fitted(schema, rules).schema).toBe(schema);
});

test("who takes every schema gets it as it came", () => {
  const schema = { anyOf: [text] };
  expect(fitted(schema, "any").schema).toBe(schema);
});

test("what is no object with named fields becomes one, without a loss", () => {
  for (const schema of [undefined, null, {}, { type: "object" }, { properties: {} }, { type: ["object", "null"] }])
    expect(fitted(schema)).toEqual({ schema: { type: "object", properties: {} }, losses: [] });
});

test("a list that says nothing of its items holds anything, wherever it stands", () => {
  const bare = { type: ["array", "null"] };
  const deep = object(
    { a: { items: bare, type: "array" } },
    { additionalProperties: bare, $defs: { A: { anyOf: [bare] } } },
  );
  const whole = { ...bare, items: {} };
  expect(fitted(deep).schema).toEqual(
    object({ a: { items: whole, type: "array" } }, { additionalProperties: whole, $defs: { A: { anyOf: [whole] } } }),
  );
  const tuple = object({ a: { type: "array", prefixItems: [text] } });
  expect(fitted(tuple).schema).toBe(tuple);
});

test("alternatives at the top stay where they are taken", () => {
  expect(fitted(object({ a: text }, { anyOf: [text] }), LAX)).toEqual({
    schema: object({ a: text }, { anyOf: [text] }),
    losses: [],
  });
});

test("alternatives are offered together: a field may be what any of them says, and is required where all of them say so", () => {
  const { schema, losses } = fitted({
    description: "Says it.",
    properties: { common: text },
    required: ["common"],
    oneOf: [
      object({ kind: { const: "a" }, x: text, same: text }, { required: ["kind", "x"] }),
      object({ kind: { const: "b" }, common: { type: "null" }, same: text }, { required: ["kind"] }),
    ],
  });
  expect(schema).toEqual({
    description: "Says it.",
    type: "object",
    properties: { common: text, kind: { anyOf: [{ const: "a" }, { const: "b" }] }, x: text, same: text },
    required: ["common", "kind"],
  });
  expect(losses).toMatchObject([{ path: "tools[0]", feature: "tool-schema", how: "approximated", weight: "hint" }]);
  expect(losses[0]?.note).toContain("oneOf at the top");
});

test("allOf requires what any of its parts requires; what was said first of a field stays", () => {
  const parts = [
    object({ a: text }, { required: ["a"] }),
    object({ a: { type: "null" }, b: text }, { required: ["b"] }),
  ];
  expect(fitted({ allOf: parts }).schema).toEqual(object({ a: text, b: text }, { required: ["a", "b"] }));
});

test("alternatives may stand in definitions, and these may lead in a circle", () => {
  const schema = {
    anyOf: [{ $ref: "#/$defs/A" }, { $ref: "#/definitions/B~1C" }, { $ref: "#/$defs/None" }],
    $defs: { A: { ...object({ a: text }), anyOf: [{ $ref: "#/$defs/A" }] } },
    definitions: { "B/C": object({ b: text }) },
  };
  expect(fitted(schema).schema.properties).toEqual({ a: text, b: text });
});

test("a field called __proto__ is one like others", () => {
  const properties = JSON.parse('{"__proto__":{"type":"array"}}') as JsonObject;
  for (const schema of [object(properties), { anyOf: [object(properties)] }])
    expect(JSON.stringify(fitted(schema).schema.properties)).toBe('{"__proto__":{"type":"array","items":{}}}');
});

test("whatever comes, the strictest vendor takes it", () => {
  fc.assert(
    fc.property(anySchema, (schema) => {
      const tool = { type: "function", name: "f", parameters: fitted(schema).schema, strict: false };
      expect(checkRequest("openai-responses", { model: "m", input: "hi", tools: [tool] })).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
