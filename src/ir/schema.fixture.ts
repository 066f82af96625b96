/** What a strict server finds wrong with a tool's schema: a field without a type, a list without items, a required name that nobody describes. */
import { isList, isObject, type Json } from "../wire/json.ts";

export function faultsOf(schema: Json | undefined, at = "schema"): readonly string[] {
  if (!isObject(schema)) return [`${at} is no schema`];
  const { type, properties, items, required, additionalProperties } = schema;
  const own = typeof type === "string" ? [] : [`${at} has no type`];
  if (type === "array") return [...own, ...faultsOf(items, `${at}[]`)];
  const named = isObject(properties) ? properties : {};
  const missing = (isList(required) ? required : []).filter((name) => !(String(name) in named));
  return [
    ...own,
    ...missing.map((name) => `${at} requires ${String(name)}, which it does not describe`),
    ...Object.entries(named).flatMap(([name, inner]) => faultsOf(inner, `${at}.${name}`)),
    ...(isObject(additionalProperties) ? faultsOf(additionalProperties, `${at}.*`) : []),
  ];
}
