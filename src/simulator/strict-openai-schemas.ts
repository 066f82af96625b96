/** What OpenAI's and Azure's APIs refuse in the schemas of tools and answers. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf } from "./asked.ts";
import { isPlainObject, isSet, refuse } from "./refused.ts";
import { needObject } from "./strict-openai.ts";

/** Compatible vendors take what OpenAI refuses, as far as anybody knows. */
export function checkParameters(definition: JsonObject, param: string, vendor: "openai" | "any"): void {
  const schema = definition.parameters;
  const owner = `function '${String(definition.name)}'`;
  if (isSet(schema)) checkTop(needObject(schema, param), owner, param, vendor);
  if (isPlainObject(schema) && vendor === "openai") checkArrays(schema, owner, param, []);
  if (definition.strict === true) checkStrictSchema(objectOf(schema), owner, param);
}

const invalidSchema = (owner: string, param: string, why: string): never =>
  refuse(`Invalid schema for ${owner}: ${why}`, param, "invalid_function_parameters");

const wantsObject = (type: string): string => `schema must be a JSON Schema of 'type: "object"', got 'type: ${type}'.`;

function checkTop(schema: JsonObject, owner: string, param: string, vendor: "openai" | "any"): void {
  const invalid = (why: string): never => invalidSchema(owner, param, why);
  const type = schema.type;
  if (vendor === "any" && !isSet(type)) return;
  if (type !== "object") invalid(wantsObject(JSON.stringify(type ?? "None")));
  if (vendor === "any") return;
  // langchain-ai/langchainjs#9804.
  if (["oneOf", "anyOf", "allOf", "enum", "not"].some((key) => isSet(schema[key])))
    invalid("schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.");
  // github/copilot-cli#2223, spring-projects/spring-ai#4776.
  if (!isPlainObject(schema.properties)) invalid("In context=(), object schema missing properties.");
}

/** mark3labs/mcphost#35, apify/apify-mcp-server#36: held against tools that are not strict as well. */
function checkArrays(schema: Json | undefined, owner: string, param: string, context: readonly string[]): void {
  if (!isPlainObject(schema)) return;
  if (schema.type === "array" && schema.items === undefined && schema.prefixItems === undefined)
    invalidSchema(owner, param, `${inContext(context)}, array schema missing items.`);
  for (const [name, inner] of Object.entries(objectOf(schema.properties)))
    checkArrays(inner, owner, param, [...context, "properties", name]);
  checkArrays(schema.items, owner, param, [...context, "items"]);
  for (const [at, inner] of listOf(schema.anyOf).entries())
    checkArrays(inner, owner, param, [...context, "anyOf", String(at)]);
}

const inContext = (context: readonly string[]): string =>
  `In context=(${context.map((step) => `'${step}'`).join(", ")})`;

/** Named by people who met it: "In context=…, 'default' is not permitted". */
const NOT_PERMITTED = `oneOf allOf not if then else dependentRequired dependentSchemas patternProperties propertyNames
  unevaluatedProperties default uniqueItems minProperties maxProperties contains prefixItems`.split(/\s+/);
const FORMATS = "date-time time date duration email hostname ipv4 ipv6 uuid".split(" ");

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas: every object closed, every property required. */
export function checkStrictSchema(schema: JsonObject, owner: string, param: string): void {
  if (schema.type !== "object") invalidSchema(owner, param, wantsObject(`"${String(schema.type ?? "None")}"`));
  checkStrictNode(schema, owner, param, []);
  for (const key of ["$defs", "definitions"])
    for (const [name, definition] of Object.entries(objectOf(schema[key])))
      checkStrictNode(objectOf(definition), owner, param, [key, name]);
}

function checkStrictNode(schema: JsonObject, owner: string, param: string, context: readonly string[]): void {
  const invalid = (why: string): never => invalidSchema(owner, param, `${inContext(context)}, ${why}.`);
  const refused = Object.keys(schema).find((key) => NOT_PERMITTED.includes(key));
  if (refused !== undefined) invalid(`'${refused}' is not permitted`);
  if (isSet(schema["$ref"])) {
    const beside = Object.keys(schema).filter((key) => !["$ref", "$defs", "definitions"].includes(key));
    if (beside.length > 0) invalid(`$ref cannot have keywords {${beside.map((key) => `'${key}'`).join(", ")}}`);
    return;
  }
  if (!isSet(schema.type) && !isSet(schema.anyOf)) invalid("schema must have a 'type' key");
  if (isSet(schema.format) && !FORMATS.includes(String(schema.format)))
    invalid(`'${String(schema.format)}' is not a valid format`);
  if (schema.type === "array" && !isPlainObject(schema.items)) invalid("array schema missing items");
  if (listOf(schema.type).includes("object") || schema.type === "object" || isPlainObject(schema.properties))
    checkClosed(schema, invalid);
  for (const [name, inner] of Object.entries(objectOf(schema.properties)))
    checkStrictNode(objectOf(inner), owner, param, [...context, "properties", name]);
  if (isPlainObject(schema.items)) checkStrictNode(schema.items, owner, param, [...context, "items"]);
  for (const [at, inner] of objectsOf(schema.anyOf).entries())
    checkStrictNode(inner, owner, param, [...context, "anyOf", String(at)]);
}

function checkClosed(schema: JsonObject, invalid: (why: string) => never): void {
  if (schema.additionalProperties !== false)
    invalid("'additionalProperties' is required to be supplied and to be false");
  const required = listOf(schema.required);
  const properties = Object.keys(objectOf(schema.properties));
  const missing = properties.find((name) => !required.includes(name));
  const supplied = "'required' is required to be supplied and to be an array including every key in properties.";
  if (missing !== undefined) invalid(`${supplied} Missing '${missing}'`);
  const extra = required.find((name) => !properties.includes(String(name)));
  if (extra !== undefined) invalid(`${supplied} Extra required key '${String(extra)}' supplied`);
}
