/** Anthropic's SDK makes schemas that its API enforces; what the gateway makes of other vendors' schemas must be such ones. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { grammar } from "../../src/dialects/anthropic-messages/grammar.ts";
import { anySchema } from "../fixtures/any-schema.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { transformSchema, WITHOUT_SDKS } from "./sdk.ts";

const name = "Anthropic's own SDK finds nothing left to transform in a schema that the gateway has made enforceable";

if (transformSchema === undefined) test.skip(`${name}: ${WITHOUT_SDKS}`, () => {});
else {
  const transform = transformSchema;
  test(name, () => {
    let enforced = 0;
    fc.assert(
      fc.property(anySchema, (schema) => {
        const held = grammar().answer(schema);
        if ("why" in held) return;
        enforced += 1;
        expect(transform(held.schema)).toEqual(held.schema);
      }),
      { numRuns: 500 },
    );
    expect(enforced).toBeGreaterThan(100);
  });

  test("what the SDK itself makes passes the gateway unchanged", () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        const own = attempt(() => transform(transform(schema)));
        // Lists of types and allOf are what the SDK leaves as they came.
        const held = own && !/"type":\[|"allOf"/.test(JSON.stringify(own)) && grammar().answer(own);
        if (!held || "why" in held) return;
        expect(held).toMatchObject({ schema: own as JsonObject, told: [] });
      }),
      { numRuns: 500 },
    );
  });
}

/** The SDK throws where it knows no form. */
function attempt(make: () => JsonObject): JsonObject | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
