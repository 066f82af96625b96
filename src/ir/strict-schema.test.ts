import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkRequest } from "../simulator/strict.ts";
import type { JsonObject } from "../wire/json.ts";
import { anySchema } from "../../test/fixtures/any-schema.ts";
import { strictSchema } from "./strict-schema.ts";

const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});
const text = { type: "string" };

test("a schema that keeps the rules is the same, in the same order", () => {
  const schema = closed(
    {
      name: { title: "Name", ...text, pattern: "^a" },
      age: { type: ["integer", "null"], minimum: 0 },
      items: { type: "array", items: { anyOf: [{ $ref: "#/$defs/Item" }, { type: "null" }] }, maxItems: 3 },
      self: { $ref: "#" },
    },
    { $defs: { Item: closed({ kind: { const: "x", type: "string" } }) } },
  );
  const held = strictSchema(schema);
  expect("schema" in held && JSON.stringify(held.schema)).toBe(JSON.stringify(schema));
});

test("what says nothing of validity makes room: a schema stays strict without its defaults, and with a type for its values", () => {
  const schema = closed(
    { a: { enum: ["x", null], default: "x" }, b: { const: 1, description: "One." }, c: { ...text, format: "uri" } },
    { $schema: "https://json-schema.org/draft/2020-12/schema" },
  );
  expect(strictSchema(schema)).toEqual({
    schema: closed({
      a: { enum: ["x", null], type: ["string", "null"], description: '{default: "x"}' },
      b: { const: 1, type: "integer", description: "One." },
      c: { ...text, description: '{format: "uri"}' },
    }),
  });
  expect(strictSchema({ $ref: "#/$defs/A", $defs: { A: closed({ a: { $ref: "#/$defs/A" } }) } })).toMatchObject({
    schema: { type: "object", properties: { a: { $ref: "#/$defs/A" } } },
  });
});

const WHYS: readonly (readonly [string, JsonObject, string])[] = [
  ["an optional field", closed({ a: text, b: text }, { required: ["a"] }), "b is not required"],
  ["an open object", { ...closed({ a: text }), additionalProperties: undefined }, "open for more"],
  ["an open definition", closed({}, { $defs: { A: { type: "object" } } }), "open for more"],
  ["a required field of no description", closed({}, { required: ["a"] }), "does not name"],
  ["oneOf", closed({ a: { oneOf: [text] } }), "oneOf is not enforced"],
  ["alternatives at the top", closed({}, { anyOf: [closed({})] }), "no plain object"],
  ["a list as the whole", { type: "array", items: text }, "no plain object"],
  ["a list of anything", closed({ a: { type: "array" } }), "leaves open"],
  ["any value", closed({ a: {} }), "leaves open"],
  ["a reference elsewhere", closed({ a: { $ref: "other.json" } }), "no definition of its own"],
  ["a reference to nothing", closed({ a: { $ref: "#/$defs/A" } }), "no definition of its own"],
  ["a rule beside a reference", closed({ a: { $ref: "#", maxLength: 1 } }), "rules beside it"],
  ["a value that is an object", closed({ a: { enum: ["x", {}] } }), "leaves open"],
];
for (const [what, schema, why] of WHYS)
  test(`cannot be held to: ${what}`, () => {
    expect(strictSchema(schema)).toEqual({ why: expect.stringContaining(why) });
  });

test("ten levels of objects are held, eleven are not", () => {
  const nested = (levels: number): JsonObject => (levels === 1 ? closed({}) : closed({ a: nested(levels - 1) }));
  expect(strictSchema(nested(10))).toHaveProperty("schema");
  expect(strictSchema(nested(11))).toEqual({ why: expect.stringContaining("10 levels") });
});

test("whatever is held, the vendor takes; and what was held is held again as it is", () => {
  // Few of any schemas are closed: here all objects are, and most of what they name is required.
  const likely = anySchema.map((schema) => JSON.parse(JSON.stringify(schema), closing) as JsonObject);
  let held = 0;
  fc.assert(
    fc.property(likely, (schema) => {
      const found = strictSchema(closed({ a: schema }, { $defs: schema.$defs, definitions: schema.definitions }));
      if ("why" in found) return;
      held += 1;
      const format = { type: "json_schema", name: "x", strict: true, schema: found.schema };
      expect(checkRequest("openai-responses", { model: "m", input: "hi", text: { format } })).toBeUndefined();
      expect(strictSchema(found.schema)).toEqual(found);
    }),
    { numRuns: 500 },
  );
  expect(held).toBeGreaterThan(50);
});

function closing(_key: string, value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && "type" in value && value.type === "object";
  if (!isObject) return value;
  const properties = "properties" in value ? (value.properties as object) : {};
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
