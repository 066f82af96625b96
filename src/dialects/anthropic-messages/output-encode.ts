/** The shape of the answer: a schema that the vendor enforces, else a rule in words. */
import type { JsonObject } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";

export interface Answer {
  /** `output_config.format`. */
  readonly format?: JsonObject;
  /** A sentence for the system prompt, where nothing can be enforced. */
  readonly rule?: string;
}

const ONLY_JSON = "Answer with one JSON object and nothing else: no prose, no code fence.";

export function encodeAnswer(writing: Writing): Answer {
  const { own, request, said, grammar, losses } = writing;
  const { schema: asked, jsonObject } = request.output ?? {};
  const at = said.field("outputShape");
  if (!asked) {
    if (!jsonObject) return {};
    // `{type: "json_object"}` exists in Chat only; Anthropic wants a schema.
    const note = "JSON without a schema is asked for in words: nothing enforces it";
    losses.meaning(at, "json-object", "approximated", note);
    return { rule: ONLY_JSON };
  }
  if (own) return { format: { type: "json_schema", schema: asked.schema } };
  const held = grammar.answer(asked.schema);
  if ("why" in held) {
    const note = `Anthropic cannot enforce this schema, for ${held.why}: it is told in words`;
    losses.meaning(at, "output-schema", "approximated", note);
    return { rule: `${ONLY_JSON} It must match this JSON Schema:\n${JSON.stringify(asked.schema)}` };
  }
  if (held.told.length > 0) {
    const note = `the shape is enforced; ${held.told.join(", ")} stand in its descriptions, where nothing enforces them`;
    // Who was promised that they hold loses more than who only wished it.
    const lose = asked.strict === true ? losses.meaning : losses.hint;
    lose(at, "output-schema", "approximated", note);
  }
  return { format: { type: "json_schema", schema: held.schema } };
}

export function withRule(
  system: string | readonly JsonObject[] | undefined,
  rule: string | undefined,
): string | readonly JsonObject[] | undefined {
  if (rule === undefined) return system;
  if (system === undefined) return rule;
  return [...(typeof system === "string" ? [{ type: "text", text: system }] : system), { type: "text", text: rule }];
}
