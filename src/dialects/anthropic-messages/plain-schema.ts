/** One schema without references and alternatives, as Anthropic holds to it: its type, or the values that it lists, and little else. */
import { namesIn } from "../../wire/name-list.ts";
import { described } from "../../ir/schema-walk.ts";
import { OPEN } from "../../ir/strict-schema.ts";
import { isList, isObject, type Json, type JsonObject, lookup } from "../../wire/json.ts";
import type { References } from "./references.ts";

/** What is found out on the way through a schema. */
export interface Walk {
  readonly root: JsonObject;
  readonly told: Set<string>;
  optional: number;
  unions: number;
  readonly references: References;
  /** The definition that is being written; "" is the schema itself. */
  inside: string;
  /** Why nobody can be held to it. */
  why?: string;
}

/** The walk goes on: the whole is thrown away then. */
export function fault(walk: Walk, why: string): JsonObject {
  walk.why ??= why;
  return {};
}

type Inner = (schema: Json | undefined, walk: Walk) => JsonObject;

export function plainNode(schema: JsonObject, walk: Walk, inner: Inner): JsonObject {
  const literals = literalsOf(schema);
  const type = literals ? undefined : typeOf(schema);
  const node = literals ?? (type === undefined ? undefined : { type, ...lookup(BY_TYPE, type)?.(schema, walk, inner) });
  if (!node) return fault(walk, OPEN);
  return worded(schema, node, (key) => appliesTo(key, type), walk);
}

/** The node, in the order in which its schema was written, with title and description; what else counts is told in words. */
export function worded(schema: JsonObject, node: JsonObject, counts: (key: string) => boolean, walk: Walk): JsonObject {
  const kept: Record<string, Json> = {};
  const told: [string, Json][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || SILENT.has(key)) continue;
    if (Object.hasOwn(node, key) || key === "title" || key === "description") kept[key] = value;
    else if (counts(key) && !(key === "items" && isAnything(value))) told.push([key, value]);
  }
  for (const [key] of told) if (!REMARKS.has(key)) walk.told.add(key);
  return described({ ...kept, ...node }, told);
}

const SILENT: ReadonlySet<string> = new Set(["$schema", "$id", "$comment"]);
/** Without a say in what is valid. */
const REMARKS: ReadonlySet<string> = new Set([
  ...SILENT,
  ...["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"],
]);
const part = (schema: JsonObject, remarks: "with" | "without"): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => REMARKS.has(key) === (remarks === "with")));
export const remarksOf = (schema: JsonObject): JsonObject => part(schema, "with");
export const rulesOf = (schema: JsonObject): JsonObject => part(schema, "without");

/** `list[Any]`: a list may hold whatever it likes where nothing is said of it. */
const isAnything = (items: Json): boolean => items === true || (isObject(items) && Object.keys(items).length === 0);

/** Values stand alone: "Enum value 'low' does not match declared type '['string', 'null']'". */
function literalsOf(schema: JsonObject): JsonObject | undefined {
  const { enum: values, const: value } = schema;
  const listed = isList(values) && values.length > 0 && values.every(isPrimitive) ? { enum: values } : undefined;
  const only = value !== undefined && isPrimitive(value) ? { const: value } : undefined;
  return listed || only ? { ...listed, ...only } : undefined;
}
const isPrimitive = (value: Json): boolean => value === null || typeof value !== "object";

const TYPES: ReadonlySet<unknown> = namesIn("object array string integer number boolean null");

/** What has fields is an object, and what has items a list, whether it says so or not. */
function typeOf({ type, properties, items }: JsonObject): string | undefined {
  const said = type ?? (properties !== undefined ? "object" : items !== undefined ? "array" : undefined);
  return TYPES.has(said) ? (said as string) : undefined;
}

/** A rule for strings says nothing of a list. */
function appliesTo(key: string, type: string | undefined): boolean {
  if (key === "type" || key === "additionalProperties") return false;
  const only = lookup(ONLY_OF, key);
  return type === undefined || only === undefined || only === type || (only === "number" && type === "integer");
}

const ONLY_OF: Readonly<Record<string, string>> = {
  ...each("object", "properties required patternProperties propertyNames minProperties maxProperties"),
  ...each("array", "items prefixItems contains minItems maxItems uniqueItems"),
  ...each("string", "minLength maxLength pattern format"),
  ...each("number", "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"),
};
function each(type: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(" ").map((key) => [key, type]));
}

const FORMATS: ReadonlySet<unknown> = namesIn("date-time time date duration email hostname uri ipv4 ipv6 uuid");

/** The keywords that are taken beside a type. */
const BY_TYPE: Readonly<Record<string, (schema: JsonObject, walk: Walk, inner: Inner) => JsonObject>> = {
  object: closedObject,
  array: ({ items, minItems }, walk, inner) => ({
    ...(isObject(items) && !isAnything(items) && { items: inner(items, walk) }),
    ...((minItems === 0 || minItems === 1) && { minItems }),
  }),
  string: ({ format }) => (FORMATS.has(format) ? { format } : {}),
};

/** "For 'object' type, 'additionalProperties' must be explicitly set to false". One that names no field could hold nothing then. */
function closedObject(schema: JsonObject, walk: Walk, inner: Inner): JsonObject {
  const { properties, required, additionalProperties } = schema;
  const named = Object.entries(isObject(properties) ? properties : {});
  const isOpen = additionalProperties === undefined ? properties === undefined : additionalProperties !== false;
  if (isOpen && named.length === 0) return fault(walk, "an object may hold fields of any name");
  if (isOpen) walk.told.add("additionalProperties");
  const held = Object.fromEntries(named.map(([name, property]) => [name, inner(property, walk)]));
  const needed = isList(required) ? required : [];
  if (!needed.every((name) => Object.hasOwn(held, String(name))))
    return fault(walk, "it requires a field that it does not describe");
  walk.optional += named.length - new Set(needed).size;
  return { properties: held, additionalProperties: false, ...(required !== undefined && { required: needed }) };
}
