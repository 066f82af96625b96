/** The shape of the answer: a schema where the vendor has them, else a rule in words. */
import type { OutputShape } from "../../ir/request.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Writing } from "./part-encode.ts";

export function outputFields(output: OutputShape | undefined, { traits }: Writing): JsonObject {
  if (!output) return {};
  return {
    ...formatFields(output, traits.jsonSchema),
    ...(output.verbosity === undefined ? {} : { verbosity: output.verbosity }),
  };
}

function formatFields(output: OutputShape, support: Writing["traits"]["jsonSchema"]): JsonObject {
  const { schema } = output;
  if ((!schema && !output.jsonObject) || support === "none") return {};
  if (!schema || support === "json_object") return { response_format: { type: "json_object" } };
  const { name, description, strict } = schema;
  return {
    response_format: {
      type: "json_schema",
      json_schema: {
        // OpenAI requires a name; Anthropic's shape has none.
        name: name ?? "answer",
        ...(description === undefined ? {} : { description }),
        schema: schema.schema,
        ...(strict === undefined ? {} : { strict }),
      },
    },
  };
}

/** A sentence for the system prompt where the vendor cannot be held to the schema; undefined: it can, or none was asked for. */
export function schemaRule(output: OutputShape | undefined, { traits, losses }: Writing): string | undefined {
  if (!output || traits.jsonSchema === "json_schema") return undefined;
  if (!output.schema)
    return output.jsonObject && traits.jsonSchema === "none"
      ? told("Answer with one JSON object and nothing else.")
      : undefined;
  return told(
    `Answer with one JSON object and nothing else. It must match this JSON Schema:\n${JSON.stringify(output.schema.schema)}`,
  );

  function told(rule: string): string {
    losses.add({
      path: "response_format",
      feature: "output-schema",
      how: "approximated",
      weight: "meaning",
      note: "this vendor cannot be held to the schema: it is told in words",
    });
    return rule;
  }
}
