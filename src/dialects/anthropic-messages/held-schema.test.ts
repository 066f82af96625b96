/** Schemas as Anthropic enforces them; its own SDK is a second judge, in test/clients. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { anySchema } from "../../../test/fixtures/any-schema.ts";
import { checkRequest } from "../../simulator/strict.ts";
import type { JsonObject } from "../../wire/json.ts";
import { grammar } from "./grammar.ts";
import { heldSchema } from "./held-schema.ts";

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });
const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject =>
  object(properties, { additionalProperties: false, ...more });

const held = (schema: JsonObject): JsonObject => {
  const found = heldSchema(schema);
  if ("why" in found) throw new Error(found.why);
  return found.schema;
};
const told = (schema: JsonObject): readonly string[] => {
  const found = heldSchema(schema);
  return "why" in found ? [found.why] : found.told;
};
const text = { type: "string" };

describe("what is taken stays", () => {
  test("a schema that keeps all rules is the same, in the same order", () => {
    const schema = {
      $defs: { Item: { title: "Item", ...closed({ at: { type: "string", format: "date-time" } }) } },
      description: "An order.",
      required: ["items"],
      ...closed({
        items: { type: "array", items: { $ref: "#/$defs/Item" }, minItems: 1 },
        state: { enum: ["open", "done"] },
        note: { anyOf: [text, { type: "null" }] },
      }),
    };
    expect(JSON.stringify(held(schema))).toBe(JSON.stringify(schema));
    expect(told(schema)).toEqual([]);
  });

  test("a list of anything is a list", () => {
    for (const items of [{}, true]) {
      const schema = closed({ a: { type: "array", items } });
      expect(held(schema)).toEqual(closed({ a: { type: "array" } }));
      expect(told(schema)).toEqual([]);
    }
  });

  test("every object is closed", () => {
    expect(held(object({ a: { type: "array", items: object({ b: text }) } }))).toEqual(
      closed({ a: { type: "array", items: closed({ b: text }) } }),
    );
    expect(told(object({ a: text }))).toEqual([]);
  });

  test("an object that was open for more than it names is closed, and that is told", () => {
    for (const additionalProperties of [true, {}, text]) {
      expect(held(object({ a: text }, { additionalProperties }))).toEqual(closed({ a: text }));
      expect(told(object({ a: text }, { additionalProperties }))).toEqual(["additionalProperties"]);
    }
  });
});

describe("what is not taken stands in the description, as the vendor's own SDK writes it", () => {
  test("bounds of numbers, texts and lists", () => {
    expect(held(closed({ age: { type: "integer", minimum: 0, maximum: 150 } })).properties).toEqual({
      age: { type: "integer", description: "{minimum: 0, maximum: 150}" },
    });
    const list = { type: "array", items: { ...text, maxLength: 3 }, minItems: 2, description: "Names." };
    expect(held(closed({ list })).properties).toEqual({
      list: {
        type: "array",
        items: { type: "string", description: "{maxLength: 3}" },
        description: "Names.\n\n{minItems: 2}",
      },
    });
    expect(told(closed({ list }))).toEqual(["maxLength", "minItems"]);
  });

  test("a format of a text that it does not know; a default is no rule, so nothing is lost", () => {
    expect(held(closed({ a: { ...text, format: "binary", default: "x" } })).properties).toEqual({
      a: { type: "string", description: '{format: "binary", default: "x"}' },
    });
    expect(told(closed({ a: { ...text, default: "x" } }))).toEqual([]);
  });
});

describe("other ways to say the same", () => {
  test("oneOf is anyOf", () => {
    expect(held({ oneOf: [object({ a: text }), text] })).toEqual({ anyOf: [closed({ a: text }), text] });
  });

  test("a list of types is anyOf, each with the rules that are its own", () => {
    const schema = { type: ["string", "array", "null"], minLength: 1, items: text, description: "Either." };
    expect(held(schema)).toEqual({
      description: "Either.",
      anyOf: [{ type: "string", description: "{minLength: 1}" }, { type: "array", items: text }, { type: "null" }],
    });
  });

  test("values that are listed stand without a type: pydantic's optional enum would be refused", () => {
    expect(held(closed({ a: { enum: ["low", null], type: ["string", "null"] } })).properties).toEqual({
      a: { enum: ["low", null] },
    });
  });

  test("definitions of before 2019 have today's name, and references follow", () => {
    expect(held({ $ref: "#/definitions/A", definitions: { A: object({ a: text }) } })).toEqual({
      $defs: { A: closed({ a: text }) },
      $ref: "#/$defs/A",
    });
  });

  test("what allOf joins is one object", () => {
    const schema = { allOf: [object({ a: text }, { required: ["a"] }), object({ b: text })] };
    expect(held(schema)).toEqual(closed({ a: text, b: text }, { required: ["a"] }));
    const wrapped = { title: "A", allOf: [{ $ref: "#/$defs/A" }], $defs: { A: object({ a: text }) } };
    expect(held(wrapped)).toEqual({ $defs: { A: closed({ a: text }) }, $ref: "#/$defs/A" });
  });

  test("alternatives beside an object's own fields are offered together, and the choice is told as lost", () => {
    const schema = object({ a: text, b: text }, { anyOf: [{ required: ["a"] }, { required: ["b"] }] });
    expect(held(schema)).toEqual(closed({ a: text, b: text }));
    expect(told(schema)).toEqual(["anyOf"]);
  });
});

describe("what cannot be enforced says why", () => {
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    ["a map", closed({ a: { type: "object", additionalProperties: { type: "integer" } } }), "fields of any name"],
    ["an object of which nothing is said", closed({ a: { type: "object" } }), "fields of any name"],
    ["a value of which nothing is said", closed({ a: {} }), "leaves open"],
    ["a recursion", { $ref: "#/$defs/A", $defs: { A: closed({ a: { $ref: "#/$defs/A" } }) } }, "refers to itself"],
    ["a reference to the whole", closed({ a: { $ref: "#" } }), "no definition"],
    ["a reference elsewhere", closed({ a: { $ref: "https://x.org/a.json" } }), "no definition"],
    ["a choice among nothing", closed({ a: { anyOf: [] } }), "leaves open"],
    [
      "two definitions of one name",
      { $ref: "#/$defs/A", $defs: { A: closed({ a: text }) }, definitions: { A: text } },
      "two definitions",
    ],
    ["definitions joined by allOf", closed({ a: { allOf: [{ $ref: "#/$defs/A" }, { type: "object" }] } }), "allOf"],
    ["a required field without a description", closed({}, { required: ["a"] }), "does not describe"],
  ];
  for (const [what, schema, why] of cases)
    test(what, () => {
      expect(told(schema)).toEqual([expect.stringContaining(why)]);
    });

  test("an object that says that it has no fields is one without fields", () => {
    expect(held(object({}))).toEqual(closed({}));
  });
});

test("whatever is held, the vendor takes", () => {
  let enforced = 0;
  fc.assert(
    fc.property(anySchema, (schema) => {
      const found = grammar().answer(schema);
      if ("why" in found) return;
      enforced += 1;
      const body = {
        model: "m",
        max_tokens: 1,
        messages: [{ role: "user", content: "hi" }],
        output_config: { format: { type: "json_schema", schema: found.schema } },
      };
      expect(checkRequest("anthropic-messages", body)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
  expect(enforced).toBeGreaterThan(100);
});

describe("one request's grammar", () => {
  const optionals = (count: number): JsonObject =>
    closed(Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, text])));
  const why = (found: ReturnType<ReturnType<typeof grammar>["tool"]>): string => ("why" in found ? found.why : "");

  test("holds twenty strict tools", () => {
    const { tool } = grammar();
    for (let count = 0; count < 20; count++) expect(why(tool(closed({})))).toBe("");
    expect(why(tool(closed({})))).toContain("more than 20 tools");
  });

  test("holds 24 optional fields, the answer's first", () => {
    const { tool, answer } = grammar();
    expect(why(answer(optionals(20)))).toBe("");
    expect(why(tool(optionals(5)))).toContain("more than 24 fields may be left out");
    expect(why(tool(optionals(4)))).toBe("");
  });

  test("holds 16 fields with alternatives", () => {
    const { tool } = grammar();
    const unions = Array.from({ length: 17 }, (_, at) => [`f${at}`, { type: ["string", "null"] }]);
    const required = unions.map(([name]) => name as string);
    expect(why(tool(closed(Object.fromEntries(unions), { required })))).toContain("more than 16 fields");
  });
});
