/** Schemas of every kind that people send: those of generators, of hand, and of nobody's sense. */
import fc from "fast-check";
import { defined, type Json, type JsonObject } from "../wire/json.ts";

const NAMES = ["a", "b", "c", "kind", "items", "__proto__"];
const name = fc.constantFrom(...NAMES);
const literal = fc.constantFrom<Json>("x", "y", 1, 2.5, true, null);
const few = fc.integer({ min: 0, max: 3 });

const optional = <T extends Json>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 3 });

const remarks = fc.record({
  title: optional(fc.constant("T")),
  description: optional(fc.constant("Says it.")),
  default: optional(literal),
});
const text = fc.record({
  type: fc.constant("string"),
  minLength: optional(few),
  pattern: optional(fc.constant("^a")),
  format: optional(fc.constantFrom("date", "uri", "binary")),
});
const number = fc.record({
  type: fc.constantFrom("integer", "number"),
  minimum: optional(few),
  exclusiveMaximum: optional(few),
  multipleOf: optional(fc.constant(2)),
});
const values = fc.oneof(
  fc.record({ enum: fc.array(literal, { minLength: 1, maxLength: 3 }), type: optional(fc.constant("string")) }),
  fc.record({ const: literal }),
);

const { schema } = fc.letrec<{ schema: JsonObject; list: JsonObject; object: JsonObject; choice: JsonObject }>(
  (tie) => ({
    schema: fc
      .tuple(
        remarks,
        fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          ...[text, number, values, fc.record({ type: fc.constantFrom("boolean", "null", ["string", "null"]) })],
          fc.record({ $ref: fc.constantFrom("#/$defs/One", "#/definitions/Two", "#/$defs/None", "#") }),
          tie("list"),
          tie("object"),
          tie("choice"),
          fc.constant({}),
        ),
      )
      .map(([said, one]) => defined({ ...said, ...one })),
    list: fc
      .record({
        type: fc.constantFrom("array", ["array", "null"]),
        items: optional(tie("schema")),
        minItems: optional(few),
        maxItems: optional(few),
        uniqueItems: optional(fc.constant(true)),
      })
      .map(defined),
    object: fc
      .record({
        type: fc.constantFrom("object", ["object", "null"], undefined),
        properties: optional(fc.array(fc.tuple(name, tie("schema")), { maxLength: 4 }).map(Object.fromEntries)),
        required: optional(fc.uniqueArray(name, { maxLength: 3 })),
        additionalProperties: fc.oneof(fc.constant(false), fc.constant(undefined), fc.constant(true), tie("schema")),
        minProperties: optional(few),
      })
      .map(defined),
    choice: fc
      .record({
        keyword: fc.constantFrom("anyOf", "oneOf", "allOf"),
        ways: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        beside: fc.oneof(fc.constant({}), tie("object"), fc.constant({ type: "object" })),
      })
      .map(({ keyword, ways, beside }) => ({ ...beside, [keyword]: ways })),
  }),
);

/** With definitions that its references may lead to. */
export const anySchema: fc.Arbitrary<JsonObject> = fc
  .tuple(schema, optional(schema), optional(schema))
  .map(([root, one, two]) => defined({ ...root, $defs: one && { One: one }, definitions: two && { Two: two } }));
