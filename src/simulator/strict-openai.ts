/** What Chat Completions and Responses check alike. */
import type { Json, JsonObject } from "../wire/json.ts";
import { isPlainObject, isSet, kindOf, refuse, repeated } from "./refused.ts";

export function onlyKnown(object: JsonObject, known: ReadonlySet<string>, at = ""): void {
  for (const key of Object.keys(object)) {
    const param = at === "" ? key : `${at}.${key}`;
    if (!known.has(key)) refuse(`Unknown parameter: '${param}'.`, { param, code: "unknown_parameter" });
  }
}

export function needString(value: Json | undefined, param: string): string {
  if (value === undefined)
    refuse(`Missing required parameter: '${param}'.`, { param, code: "missing_required_parameter" });
  if (typeof value === "string") return value;
  return refuse(`Invalid type for '${param}': expected a string, but got ${kindOf(value)} instead.`, {
    param,
    code: "invalid_type",
  });
}

export function needObject(value: Json | undefined, param: string): JsonObject {
  if (value === undefined)
    refuse(`Missing required parameter: '${param}'.`, { param, code: "missing_required_parameter" });
  if (isPlainObject(value)) return value;
  return refuse(`Invalid type for '${param}': expected an object, but got ${kindOf(value)} instead.`, {
    param,
    code: "invalid_type",
  });
}

export function oneOf(value: Json | undefined, allowed: readonly string[], param: string): void {
  if (!isSet(value) || allowed.includes(value as string)) return;
  const list = allowed
    .map((one) => `'${one}'`)
    .join(", ")
    .replace(/, ([^,]*)$/, ", and $1");
  refuse(
    `Invalid value: '${typeof value === "string" ? value : JSON.stringify(value)}'. Supported values are: ${list}.`,
    { param, code: "invalid_value" },
  );
}

export function atMost(value: Json | undefined, length: number, param: string): void {
  if (typeof value !== "string" || value.length <= length) return;
  refuse(
    `Invalid '${param}': string too long. Expected a string with maximum length ${length}, but got a string with length ${value.length} instead.`,
    { param, code: "string_above_max_length" },
  );
}

export function within(value: Json | undefined, least: number, most: number, param: string): void {
  if (!isSet(value)) return;
  if (typeof value !== "number")
    refuse(`Invalid type for '${param}': expected a decimal, but got ${kindOf(value)} instead.`, {
      param,
      code: "invalid_type",
    });
  if (value < least)
    refuse(`Invalid '${param}': decimal below minimum value. Expected a value >= ${least}, but got ${value} instead.`, {
      param,
      code: "decimal_below_min_value",
    });
  if (value > most)
    refuse(`Invalid '${param}': decimal above maximum value. Expected a value <= ${most}, but got ${value} instead.`, {
      param,
      code: "decimal_above_max_value",
    });
}

export function notEmpty(value: Json | undefined, param: string): void {
  if (!Array.isArray(value) || value.length > 0) return;
  refuse(`Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`, {
    param,
    code: "empty_array",
  });
}

/** Names of functions and of schemas. */
export function toolName(value: Json | undefined, param: string): string {
  const name = needString(value, param);
  atMost(name, 64, param);
  if (/^[a-zA-Z0-9_-]+$/.test(name)) return name;
  return refuse(
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
    { param, code: "invalid_value" },
  );
}

export function distinctNames(names: readonly string[], param: string): void {
  const twice = repeated(names);
  if (twice !== undefined)
    refuse(`Invalid '${param}': tool names must be unique, but '${twice}' is declared twice.`, {
      param,
      code: "invalid_value",
    });
}

/** Up to 16 pairs, keys of 64 and values of 512 characters, all strings. */
export function checkMetadata(value: Json | undefined): void {
  if (!isSet(value)) return;
  const metadata = needObject(value, "metadata");
  if (Object.keys(metadata).length > 16)
    refuse("Invalid 'metadata': too many properties. Expected an object with at most 16 properties.", {
      param: "metadata",
      code: "object_above_max_properties",
    });
  for (const [key, entry] of Object.entries(metadata)) {
    atMost(key, 64, `metadata.${key.slice(0, 20)}`);
    atMost(needString(entry, `metadata.${key}`), 512, `metadata.${key}`);
  }
}

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export const VERBOSITIES = ["low", "medium", "high"] as const;
export const TIERS = ["auto", "default", "flex", "scale", "priority", "fast"] as const;

/** http(s) or data; a data URL says its type and is base64. */
export function checkImageUrl(value: Json | undefined, param: string): void {
  const url = needString(value, param);
  if (/^https?:\/\//i.test(url) || /^data:image\/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+=*$/i.test(url)) return;
  refuse(
    `Invalid '${param}'. Expected a valid URL or a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without it.`,
    { param, code: "invalid_value" },
  );
}
