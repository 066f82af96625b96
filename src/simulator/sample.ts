/** A value that satisfies a JSON schema: the arguments of a simulated call, the body of a structured answer. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, stringOf } from "./asked.ts";

/** `text` fills strings that say nothing better: what the person asked. */
export function sampleOf(schema: JsonObject, text: string): Json {
  return sample(schema, { root: schema, text, name: "", depth: 0, budget: { left: VALUES_MAX } });
}

interface Place {
  readonly root: JsonObject;
  readonly text: string;
  /** The property that the value stands under; it says what a string is about. */
  readonly name: string;
  readonly depth: number;
  readonly budget: { left: number };
}

/** A schema may contain itself many times over, or ask for a million items: a sample stays small. */
const VALUES_MAX = 1_000;
const ITEMS_MAX = 20;
const LENGTH_MAX = 2_000;

function sample(schema: JsonObject, place: Place): Json {
  place.budget.left -= 1;
  if (place.depth > 12 || place.budget.left < 0) return null;
  const deeper = { ...place, depth: place.depth + 1 };
  if (typeof schema["$ref"] === "string") return sample(resolve(schema["$ref"], place.root), deeper);
  if (schema.const !== undefined) return schema.const;
  const given = [...listOf(schema.enum), ...listOf(schema.examples)][0] ?? schema.default;
  if (given !== undefined) return given;
  const choice = listOf(schema.anyOf)[0] ?? listOf(schema.oneOf)[0];
  if (choice !== undefined) return sample({ ...without(schema), ...objectOf(choice) }, deeper);
  if (schema.allOf !== undefined) return sample(merged(schema, place.root), deeper);
  return byType(schema, deeper);
}

function byType(schema: JsonObject, place: Place): Json {
  switch (typeOf(schema)) {
    case "object":
      return objectSample(schema, place);
    case "array": {
      const items = Math.min(ITEMS_MAX, Math.max(1, numberOr(schema.minItems, 1)));
      return Array.from({ length: items }, () => sample(objectOf(schema.items), place));
    }
    case "integer":
    case "number":
      return numberSample(schema);
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return stringSample(schema, place);
  }
}

function typeOf(schema: JsonObject): string {
  const type = schema.type;
  if (Array.isArray(type)) return stringOf(type.find((one) => one !== "null") ?? "null");
  if (typeof type === "string") return type;
  return schema.properties === undefined ? (schema.items === undefined ? "string" : "array") : "object";
}

function objectSample(schema: JsonObject, place: Place): JsonObject {
  const properties = objectOf(schema.properties);
  const entries = listOf(schema.required)
    .filter((name): name is string => typeof name === "string")
    .map((name) => [name, sample(objectOf(properties[name]), { ...place, name })] as const);
  return Object.fromEntries(entries);
}

function numberSample(schema: JsonObject): number {
  const step = numberOr(schema.multipleOf, 0);
  const most = numberOr(schema.maximum, numberOr(schema.exclusiveMaximum, Infinity) - 1);
  const least = numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, Math.min(0, most - 1)) + 1);
  const stepped = step > 0 ? Math.ceil(least / step) * step : least;
  return Math.min(stepped, most);
}

// What coding tools call their parameters; these values do no harm when a client really runs the call.
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^(command|cmd|script)$/i, "ls"],
  [/(file_?path|path|file|filename|target_file)$/i, "README.md"],
  [/(directory|dir|cwd|folder)$/i, "."],
  [/^(pattern|glob)$/i, "*"],
  [/(url|uri)$/i, "https://example.com/"],
  [/(city|location|place)$/i, "Paris"],
  [/^(input|patch)$/i, "*** Begin Patch\n*** Add File: hello.txt\n+hello\n*** End Patch\n"],
];
const BY_FORMAT: Readonly<Record<string, string>> = {
  date: "2026-11-21",
  "date-time": "2026-11-21T10:00:00Z",
  time: "10:00:00Z",
  email: "someone@example.com",
  uri: "https://example.com/",
  uuid: "3d3f1b58-5a3c-4a58-9a50-1b6b8f0c6f11",
  ipv4: "192.0.2.1",
};

function stringSample(schema: JsonObject, place: Place): string {
  const known = BY_FORMAT[stringOf(schema.format)] ?? BY_NAME.find(([name]) => name.test(place.name))?.[1];
  const value = known ?? (place.text.slice(0, 80) || "sample");
  const most = numberOr(schema.maxLength, value.length);
  return value.slice(0, most).padEnd(Math.min(LENGTH_MAX, numberOr(schema.minLength, 0)), "x");
}

function resolve(reference: string, root: JsonObject): JsonObject {
  const steps = reference
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce<JsonObject>((at, step) => objectOf(at[step]), root);
}

function merged(schema: JsonObject, root: JsonObject): JsonObject {
  const parts = listOf(schema.allOf)
    .map(objectOf)
    .map((part) => (typeof part["$ref"] === "string" ? resolve(part["$ref"], root) : part));
  const { allOf: _all, ...base } = schema;
  return [base as JsonObject, ...parts].reduce((sum, part) => ({
    ...sum,
    ...part,
    properties: { ...objectOf(sum.properties), ...objectOf(part.properties) },
    required: [...listOf(sum.required), ...listOf(part.required)],
  }));
}

function without(schema: JsonObject): JsonObject {
  const { anyOf: _any, oneOf: _one, ...rest } = schema;
  return rest as JsonObject;
}

const numberOr = (value: Json | undefined, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;
