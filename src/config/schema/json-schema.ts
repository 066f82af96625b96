/** The file's contract as JSON Schema. For editors: `# yaml-language-server: $schema=codeswitch.schema.json` on a file's first line. */
import { z } from "zod";
import { isTimeKey, TIME_PATTERN } from "./duration.ts";
import { FileSchema } from "./schema.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(FileSchema, {
    io: "input",
    override: ({ jsonSchema, path }) => allowText(jsonSchema, isTimeKey(path.at(-1)) ? [VARIABLE, TIME] : [VARIABLE]),
  });
  return {
    ...schema,
    patternProperties: { "^x-": {} },
    properties: { ...schema.properties, models: shortModels(schema) },
  };
}

/** A name of a key, or one of the words that a value may be. */
export function isSchemaWord(word: string): boolean {
  return (schemaWords ??= wordsIn(configJsonSchema())).has(word);
}
let schemaWords: ReadonlySet<string> | undefined;

function wordsIn(node: unknown): Set<string> {
  const words = new Set<string>();
  JSON.stringify(node, (name, value: unknown) => {
    if (name === "properties") for (const key of Object.keys(value as object)) words.add(key);
    if (name === "enum") for (const choice of value as readonly unknown[]) words.add(String(choice));
    return value;
  });
  return words;
}

const VARIABLE = String.raw`\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}`;
const TIME = TIME_PATTERN;

/** `${ENV}` may stand for any number, switch or choice, so an editor must not mark it. */
function allowText(schema: JsonSchema, patterns: readonly string[]): void {
  const closed = schema.enum !== undefined || schema.type === "integer" || schema.type === "boolean";
  if (!closed) return;
  const { description, default: byDefault, ...rest } = schema;
  for (const name of Object.keys(schema)) delete schema[name];
  Object.assign(schema, {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
    anyOf: [rest, ...patterns.map((pattern) => ({ type: "string", pattern }))],
  });
}

/** What longhand.ts takes: a model's only target without the list, and without `targets`. */
function shortModels(schema: JsonSchema): JsonSchema {
  const models = schema.properties?.models as JsonSchema;
  const model = models.additionalProperties as JsonSchema;
  const { targets, ...own } = model.properties as Readonly<Record<string, JsonSchema>>;
  const { description, ...list } = targets as JsonSchema;
  const target = list.items as JsonSchema;
  const inFull = { ...model, properties: { targets: { description, anyOf: [list, target] }, ...own } };
  const short = { ...target, properties: { ...target.properties, ...own } };
  return { ...models, additionalProperties: { anyOf: [inFull, short] } };
}
