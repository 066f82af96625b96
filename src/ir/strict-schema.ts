/**
 * A schema in the form to which strict tools and answers are held where every object must be closed and every property
 * required. Written otherwise only where that changes nothing of what is valid.
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
import { namesIn } from "../wire/name-list.ts";
import { isList, isObject, type Json, type JsonObject, listOf } from "../wire/json.ts";
import { definitionOf, described, withoutRootReference } from "./schema-walk.ts";

/** A schema to which a vendor holds the model, or why it cannot. */
export type Held = { readonly schema: JsonObject } | { readonly why: string };

export function strictSchema(schema: Json | undefined): Held {
  const whole = isObject(schema) ? withoutRootReference(schema) : {};
  const walk: Walk = { root: whole };
  // "root schema must be an object and not anyOf".
  if (whole.type !== "object" || whole.anyOf !== undefined) return { why: "its top is no plain object" };
  const strict = strictly(whole, walk, 1);
  return walk.why === undefined ? { schema: strict } : { why: walk.why };
}

interface Walk {
  readonly root: JsonObject;
  why?: string;
}
/** Why nobody can be held to a schema, at any vendor. */
export const OPEN = "it leaves open what a value may be";
export const NO_DEFINITION = "a reference leads to no definition of its own";

/** "Up to 10 levels of nesting". */
const LEVELS_MAX = 10;

/** What the form knows. Lengths of strings stand in no list of the vendor's, and in none of what it refuses. */
const TAKEN: ReadonlySet<string> = new Set([
  ...["type", "title", "description", "properties", "required", "additionalProperties", "items", "anyOf"],
  ...["enum", "const", "$ref", "$defs", "definitions", "pattern", "format", "minLength", "maxLength"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"],
]);
/** Refused ("In context=…, 'default' is not permitted") and without a say in what is valid. */
const REMARKS: ReadonlySet<string> = new Set(["default", "examples", "deprecated", "readOnly", "writeOnly"]);
const SILENT: ReadonlySet<string> = new Set(["$schema", "$comment"]);
const FORMATS: ReadonlySet<unknown> = namesIn("date-time time date duration email hostname ipv4 ipv6 uuid");

/** What is sent of a shape that cannot be enforced, and the note of that loss. */
export const wish = (schema: Json, why: string) => ({
  fields: { schema: isObject(schema) ? withoutRootReference(schema) : schema, strict: false },
  note: `the vendor cannot enforce this schema, for ${why}: it is a wish`,
});

/** Goes on where it finds a fault: the whole is thrown away then. */
function strictly(schema: Json | undefined, walk: Walk, level: number): JsonObject {
  if (!isObject(schema)) return fault(walk, OPEN);
  if (level > LEVELS_MAX) return fault(walk, `it is deeper than ${LEVELS_MAX} levels`);
  const kept: Record<string, Json> = {};
  const told: [string, Json][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || SILENT.has(key)) continue;
    if (REMARKS.has(key) || (key === "format" && !FORMATS.has(value))) told.push([key, value]);
    else if (TAKEN.has(key)) kept[key] = value;
    else return fault(walk, `${key} is not enforced there`);
  }
  if (kept.$ref !== undefined) return referring(kept, walk);
  const node = withType(kept, walk);
  return described({ ...node, ...innerOf(node, walk, level) }, told);
}

function fault(walk: Walk, why: string): JsonObject {
  walk.why ??= why;
  return {};
}

/** "$ref cannot have keywords": a definition has a description of its own. */
function referring({ $ref, title: _title, description: _description, ...rules }: JsonObject, walk: Walk): JsonObject {
  if ($ref !== "#" && definitionOf($ref, walk.root) === undefined) return fault(walk, NO_DEFINITION);
  if (Object.keys(rules).length > 0) return fault(walk, "a reference has rules beside it");
  return { $ref };
}

/** "schema must have a 'type' key": what only lists its values has the type of these. */
function withType(node: JsonObject, walk: Walk): JsonObject {
  if (node.type !== undefined || node.anyOf !== undefined) return node;
  const values = isList(node.enum) ? node.enum : node.const === undefined ? [] : [node.const];
  const types = [...new Set(values.map(typeOf))];
  if (types.length === 0 || types.includes(undefined)) return fault(walk, OPEN);
  return { ...node, type: (types.length === 1 ? types[0] : types) as Json };
}

function typeOf(value: Json): string | undefined {
  if (value === null) return "null";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "object" ? undefined : typeof value;
}

function innerOf(node: JsonObject, walk: Walk, level: number): JsonObject {
  const types: readonly unknown[] = isList(node.type) ? node.type : [node.type];
  const isClosed = types.includes("object") || node.properties !== undefined;
  const isArray = types.includes("array") || node.items !== undefined;
  return {
    ...(isClosed && closed(node, walk, level)),
    ...(isArray && { items: strictly(node.items, walk, level + 1) }),
    ...(node.anyOf !== undefined && { anyOf: listOf(node.anyOf).map((one) => strictly(one, walk, level)) }),
    ...(node.$defs !== undefined && { $defs: strictMap(node.$defs, walk, 1) }),
    ...(node.definitions !== undefined && { definitions: strictMap(node.definitions, walk, 1) }),
  };
}

function closed({ properties, required, additionalProperties }: JsonObject, walk: Walk, level: number): JsonObject {
  const named = strictMap(properties, walk, level + 1);
  // A tool without input: who writes down that there are no fields means that there are none.
  const isEmpty = additionalProperties === undefined && properties !== undefined && Object.keys(named).length === 0;
  if (additionalProperties !== false && !isEmpty) return fault(walk, "an object is open for more than it names");
  const needed = new Set(listOf(required));
  const optional = Object.keys(named).find((name) => !needed.delete(name));
  if (optional !== undefined) return fault(walk, `${optional} is not required`);
  if (needed.size > 0) return fault(walk, "a property is required that it does not name");
  return { properties: named, required: required ?? [], additionalProperties: false };
}

const strictMap = (map: Json | undefined, walk: Walk, level: number): JsonObject =>
  Object.fromEntries(
    Object.entries(isObject(map) ? map : {}).map(([name, inner]) => [name, strictly(inner, walk, level)]),
  );
