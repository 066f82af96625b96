/** What Chat Completions and Responses check alike. */
import type { Json, JsonObject } from "../wire/json.ts";
import { isPlainObject, isSet, kindOf, refuse, repeated } from "./refused.ts";

export function onlyKnown(object: JsonObject, known: ReadonlySet<string>, at = ""): void {
  for (const key of Object.keys(object)) {
    const param = at === "" ? key : `${at}.${key}`;
    if (!known.has(key)) refuse(`Unknown parameter: '${param}'.`, param, "unknown_parameter");
  }
}

export const missing = (param: string): never =>
  refuse(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");

export const wrongType = (param: string, expected: string, found: Json | undefined): never =>
  refuse(`Invalid type for '${param}': expected ${expected}, but got ${kindOf(found)} instead.`, param, "invalid_type");

export function needString(value: Json | undefined, param: string): string {
  if (value === undefined) return missing(param);
  return typeof value === "string" ? value : wrongType(param, "a string", value);
}

export function needObject(value: Json | undefined, param: string): JsonObject {
  if (value === undefined) return missing(param);
  return isPlainObject(value) ? value : wrongType(param, "an object", value);
}

/** The objects of a list, each with its place. */
export function* objectsAt(
  value: Json | undefined,
  param: string,
  expected = "an array of objects",
): Generator<readonly [JsonObject, string]> {
  if (!Array.isArray(value)) return wrongType(param, expected, value);
  for (const [at, one] of value.entries()) yield [needObject(one as Json, `${param}[${at}]`), `${param}[${at}]`];
}

export function oneOf(value: Json | undefined, allowed: readonly string[], param: string): void {
  if (!isSet(value) || allowed.includes(value as string)) return;
  const list = allowed
    .map((one) => `'${one}'`)
    .join(", ")
    .replace(/, ([^,]*)$/, ", and $1");
  refuse(
    `Invalid value: '${typeof value === "string" ? value : JSON.stringify(value)}'. Supported values are: ${list}.`,
    param,
    "invalid_value",
  );
}

export function atMost(value: Json | undefined, length: number, param: string): void {
  if (typeof value !== "string" || value.length <= length) return;
  refuse(
    `Invalid '${param}': string too long. Expected a string with maximum length ${length}, but got a string with length ${value.length} instead.`,
    param,
    "string_above_max_length",
  );
}

export function within(
  value: Json | undefined,
  least: number,
  most: number,
  param: string,
  kind: "decimal" | "integer" = "decimal",
): void {
  if (!isSet(value)) return;
  if (typeof value !== "number") return wrongType(param, "a decimal", value);
  if (value >= least && value <= most) return;
  const [side, bound, code] =
    value < least ? ["below minimum", `>= ${least}`, "below_min"] : ["above maximum", `<= ${most}`, "above_max"];
  const message = `Invalid '${param}': ${kind} ${side} value. Expected a value ${bound}, but got ${value} instead.`;
  refuse(message, param, `${kind}_${code}_value`);
}

export function notEmpty(value: Json | undefined, param: string): void {
  if (!Array.isArray(value) || value.length > 0) return;
  refuse(
    `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    param,
    "empty_array",
  );
}

/** Names of functions and of schemas. */
export function toolName(value: Json | undefined, param: string): string {
  const name = needString(value, param);
  atMost(name, 64, param);
  if (/^[a-zA-Z0-9_-]+$/.test(name)) return name;
  return refuse(
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
    param,
    "invalid_value",
  );
}

export function distinctNames(names: readonly string[], param: string): void {
  const twice = repeated(names);
  if (twice !== undefined)
    refuse(`Invalid '${param}': tool names must be unique, but '${twice}' is declared twice.`, param, "invalid_value");
}

/** Up to 16 pairs, keys of 64 and values of 512 characters, all strings. */
function checkMetadata(value: Json | undefined): void {
  if (!isSet(value)) return;
  const metadata = needObject(value, "metadata");
  if (Object.keys(metadata).length > 16)
    refuse(
      "Invalid 'metadata': too many properties. Expected an object with at most 16 properties.",
      "metadata",
      "object_above_max_properties",
    );
  for (const [key, entry] of Object.entries(metadata)) {
    atMost(key, 64, `metadata.${key.slice(0, 20)}`);
    atMost(needString(entry, `metadata.${key}`), 512, `metadata.${key}`);
  }
}

/** The settings that both dialects have. */
export function checkSharedSettings(body: JsonObject, streamOptions: ReadonlySet<string>): void {
  within(body.temperature, 0, 2, "temperature");
  within(body.top_p, 0, 1, "top_p");
  oneOf(body.service_tier, TIERS, "service_tier");
  atMost(body.prompt_cache_key, 64, "prompt_cache_key");
  atMost(body.safety_identifier, 64, "safety_identifier");
  checkMetadata(body.metadata);
  if (!isSet(body.stream_options)) return;
  if (body.stream !== true)
    refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
  onlyKnown(needObject(body.stream_options, "stream_options"), streamOptions, "stream_options");
}

/** Chat nests the grammar of a custom tool, Responses has it flat. */
export function checkCustomFormat(value: Json | undefined, param: string, dialect: "chat" | "responses"): void {
  if (!isSet(value)) return;
  const format = needObject(value, param);
  oneOf(format.type, ["text", "grammar"], `${param}.type`);
  if (format.type !== "grammar") return;
  const at = dialect === "chat" ? `${param}.grammar` : param;
  const grammar = dialect === "chat" ? needObject(format.grammar, at) : format;
  needString(grammar.definition, `${at}.definition`);
  oneOf(needString(grammar.syntax, `${at}.syntax`), ["lark", "regex"], `${at}.syntax`);
}

export const ANSWER_FORMATS = ["text", "json_object", "json_schema"] as const;
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export const VERBOSITIES = ["low", "medium", "high"] as const;
const TIERS = ["auto", "default", "flex", "scale", "priority", "fast"] as const;

/** http(s) or data; a data URL says its type and is base64. */
export function checkImageUrl(value: Json | undefined, param: string): void {
  const url = needString(value, param);
  if (/^https?:\/\//i.test(url) || /^data:image\/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+=*$/i.test(url)) return;
  refuse(
    `Invalid '${param}'. Expected a valid URL or a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without it.`,
    param,
    "invalid_value",
  );
}
