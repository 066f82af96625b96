/** A JSON Schema seen as a tree of schemas. Walks of it give the very same object back where nothing changes: most calls declare dozens of tools that need no change. */
import { isList, isObject, type Json, type JsonObject } from "../wire/json.ts";

type Shape = "one" | "list" | "map";
const INNER: ReadonlyMap<string, Shape> = new Map([
  ["properties", "map"],
  ["$defs", "map"],
  ["definitions", "map"],
  ["patternProperties", "map"],
  ["anyOf", "list"],
  ["oneOf", "list"],
  ["allOf", "list"],
  ["prefixItems", "list"],
  ["items", "one"],
  ["additionalProperties", "one"],
]);

/** Whether it is so of any schema directly inside. */
export function someInner(schema: JsonObject, is: (inner: JsonObject) => boolean): boolean {
  for (const key in schema) {
    const value = schema[key];
    const shape = holds(value) ? INNER.get(key) : undefined;
    if (shape !== undefined && someIn(value as JsonObject | readonly Json[], shape, is)) return true;
  }
  return false;
}

function someIn(value: JsonObject | readonly Json[], shape: Shape, is: (inner: JsonObject) => boolean): boolean {
  if (isList(value)) return shape !== "map" && value.some((one) => isSchema(one) && is(one));
  if (shape !== "map") return shape === "one" && is(value);
  for (const name in value) {
    const one = value[name];
    if (isSchema(one) && is(one)) return true;
  }
  return false;
}

// Cheaper than the question for a true object, and asked of every word of every tool.
const holds = (value: Json | undefined): boolean => typeof value === "object" && value !== null;
const isSchema = (value: Json | undefined): value is JsonObject => holds(value) && !isList(value);

/** The schema with each schema directly inside it changed. */
export function withInner(schema: JsonObject, change: (inner: Json) => Json): JsonObject {
  let changed: [string, Json][] | undefined;
  for (const key in schema) {
    const shape = INNER.get(key);
    const value = schema[key];
    if (shape === undefined || typeof value !== "object" || value === null) continue;
    const next = changedIn(value, shape, change);
    if (next !== value) (changed ??= []).push([key, next]);
  }
  return changed ? { ...schema, ...Object.fromEntries(changed) } : schema;
}

function changedIn(value: JsonObject | readonly Json[], shape: Shape, change: (inner: Json) => Json): Json {
  // `items` may be a list of schemas, as it was before 2020.
  if (isList(value)) return shape === "map" ? value : changedList(value, change);
  return shape === "map" ? changedMap(value, change) : shape === "one" ? change(value) : value;
}

function changedList(list: readonly Json[], change: (inner: Json) => Json): readonly Json[] {
  const next = list.map(change);
  return next.some((inner, at) => inner !== list[at]) ? next : list;
}

function changedMap(map: JsonObject, change: (inner: Json) => Json): JsonObject {
  let changed: [string, Json][] | undefined;
  for (const [key, value] of Object.entries(map)) {
    const next = value === undefined ? value : change(value);
    if (next !== undefined && next !== value) (changed ??= []).push([key, next]);
  }
  // fromEntries, since an assignment to a key called __proto__ would vanish.
  return changed ? Object.fromEntries([...Object.entries(map), ...changed] as [string, Json][]) : map;
}

/** What a reference into the same document means: `#/$defs/Item`, or as it was written before 2019. */
export const definitionOf = (ref: Json | undefined, root: JsonObject): JsonObject | undefined =>
  referred(ref, root)?.definition;

export interface Referred {
  /** As its definitions hold it, and as the reference writes it (RFC 6901 §3). */
  readonly name: string;
  readonly written: string;
  readonly definition: JsonObject;
}

export function referred(ref: Json | undefined, root: JsonObject): Referred | undefined {
  const [, holder, written] = typeof ref === "string" ? (LOCAL.exec(ref) ?? []) : [];
  if (holder === undefined || written === undefined) return undefined;
  const definitions = root[holder];
  const name = written.replaceAll("~1", "/").replaceAll("~0", "~");
  const definition = isObject(definitions) ? definitions[name] : undefined;
  return isObject(definition) ? { name, written, definition } : undefined;
}
const LOCAL = /^#\/(\$defs|definitions)\/([^/]+)$/;

/** A reference as the whole is no object to who looks at its type. */
export function withoutRootReference(schema: JsonObject): JsonObject {
  const definition = definitionOf(schema.$ref, schema);
  if (definition === undefined) return schema;
  const { $ref: _, ...beside } = schema;
  return { ...beside, ...definition };
}

/** What a vendor does not enforce stands in the description, in the form in which the makers of models write it there themselves. */
export function described(schema: JsonObject, rest: readonly (readonly [string, Json])[]): JsonObject {
  if (rest.length === 0) return schema;
  const words = `{${rest.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")}}`;
  const own = typeof schema.description === "string" && schema.description !== "" ? `${schema.description}\n\n` : "";
  return { ...schema, description: own + words };
}

/** Notes why nobody can be held to a schema. The walk goes on: the whole is thrown away then. */
export function fault(walk: { why?: string }, why: string): JsonObject {
  walk.why ??= why;
  return {};
}
