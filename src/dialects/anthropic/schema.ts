/** A tool's input schema in the form that Anthropic takes: an object, with no alternatives at its top. */
import type { LossList } from "../../ir/loss.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";

const NO_INPUT: JsonObject = { type: "object", properties: {} };
const ALTERNATIVES = ["anyOf", "oneOf", "allOf"] as const;

/** "input_schema does not support oneOf, allOf, or anyOf at the top level": their properties are offered together. */
export function inputSchema(schema: Json | undefined, at: string, losses: LossList): JsonObject {
  if (!isObject(schema)) return NO_INPUT;
  const key = ALTERNATIVES.find((name) => isList(schema[name]));
  if (key === undefined) return schema.type === "object" ? schema : { ...schema, type: "object" };
  losses.add({
    path: at,
    feature: "tool-schema",
    how: "approximated",
    weight: "hint",
    note: `${key} at the top of a tool's schema is not taken: the properties of all alternatives are offered`,
  });
  return merged(schema, key);
}

function merged(schema: JsonObject, key: (typeof ALTERNATIVES)[number]): JsonObject {
  const { [key]: variants, ...rest } = schema;
  const objects = (variants as readonly Json[]).filter(isObject);
  const properties: Record<string, Json> = {};
  for (const each of [rest, ...objects]) if (isObject(each.properties)) Object.assign(properties, each.properties);
  const required = objects.map((each) => (isList(each.required) ? each.required : []));
  const needed =
    key === "allOf"
      ? required.flat()
      : (required[0] ?? []).filter((name) => required.every((names) => names.includes(name)));
  const all = [...new Set([...(isList(rest.required) ? rest.required : []), ...needed])];
  const { properties: _, required: __, ...others } = rest;
  return { ...others, type: "object", properties, ...(all.length > 0 && { required: all }) };
}
