/** The shape of the answer: a schema where the vendor has them, else a rule in words. */
import type { OutputShape } from "../../ir/request.ts";
import { strictSchema, wish } from "../../ir/strict-schema.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";

export function outputFields(output: OutputShape | undefined, writing: Writing): JsonObject {
  if (!output) return {};
  return {
    ...formatFields(output, writing),
    ...(output.verbosity === undefined ? {} : { verbosity: output.verbosity }),
  };
}

function formatFields(output: OutputShape, writing: Writing): JsonObject {
  const { schema } = output;
  const support = writing.traits.jsonSchema;
  if ((!schema && !output.jsonObject) || support === "none") return {};
  if (!schema || support === "json_object") return { response_format: { type: "json_object" } };
  const { name, description } = schema;
  return {
    response_format: {
      type: "json_schema",
      json_schema: {
        // OpenAI requires a name; Anthropic's shape has none.
        name: name ?? "answer",
        ...(description === undefined ? {} : { description }),
        ...heldTo(schema, writing),
      },
    },
  };
}

/** Enforced where it was, and where the schema can be. */
function heldTo({ schema, strict }: NonNullable<OutputShape["schema"]>, writing: Writing): JsonObject {
  if (strict !== true || writing.own) return { schema, ...(strict === undefined ? {} : { strict }) };
  const held = strictSchema(schema);
  if ("schema" in held) return { schema: held.schema, strict };
  // Most other vendors make a grammar of any schema, asked for it or not.
  if (!writing.traits.strictTools) return { schema };
  const { fields, note } = wish(schema, held.why);
  writing.losses.meaning(writing.said.field("outputShape"), "output-schema", "approximated", note);
  return fields;
}

const ONLY_JSON = "Answer with one JSON object and nothing else.";

/** A sentence for the system prompt where the vendor cannot be held to the schema; undefined: it can, or none was asked for. */
export function schemaRule(output: OutputShape | undefined, writing: Writing): string | undefined {
  const { jsonSchema } = writing.traits;
  if (!output || jsonSchema === "json_schema") return undefined;
  const needed = output.schema !== undefined || (output.jsonObject && jsonSchema === "none");
  if (!needed) return undefined;
  const feature = output.schema ? "output-schema" : "json-object";
  const note = "this vendor cannot be held to it: it is told in words";
  writing.losses.meaning(writing.said.field("outputShape"), feature, "approximated", note);
  if (!output.schema) return ONLY_JSON;
  return `${ONLY_JSON} It must match this JSON Schema:\n${JSON.stringify(output.schema.schema)}`;
}
