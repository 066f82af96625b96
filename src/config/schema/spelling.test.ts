import { expect, test } from "bun:test";
import fc from "fast-check";
import { FileSchema, ProviderSchema } from "./schema.ts";
import { inCamel, inSnake } from "./spelling.ts";

const FILE = {
  auth: { keys: [{ name: "me", key: "k", show_reasoning: "think" }] },
  providers: { my_vendor: { kind: "azure", api_key: "a", headers: { x_team: "b" } } },
  models: { my_model: { targets: [{ provider: "my_vendor", model: "m", reasoning: { budget_tokens: 1 } }] } },
};

test("keys of the schema are ours in camelCase, names that the operator chose stay", () => {
  const file = inCamel(FileSchema.parse(FILE), FileSchema);
  expect(file.auth.keys).toEqual([{ name: "me", key: "k", showReasoning: "think" }]);
  expect(file.providers.my_vendor).toMatchObject({ apiKey: "a", headers: { x_team: "b" }, firstByteMs: 600_000 });
  expect(file.models.my_model?.targets[0]?.reasoning).toEqual({ budgetTokens: 1 });
});

test("there and back is the same, without what the schema does not know", () => {
  const read = FileSchema.parse(FILE);
  expect(inSnake({ ...inCamel(read, FileSchema), source: "x" }, FileSchema)).toEqual(read);
});

test("any name of a header stays", () =>
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      const headers = Object.fromEntries([[name, "x"]]);
      const read = ProviderSchema.parse({ kind: "openai", headers });
      expect(Object.keys(inCamel(read, ProviderSchema).headers)).toEqual(Object.keys(read.headers));
    }),
  ));
