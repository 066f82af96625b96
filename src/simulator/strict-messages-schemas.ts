/**
 * The schemas that Anthropic enforces: of an answer, and of strict tools.
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf, stringOf } from "./asked.ts";
import { isPlainObject, isSet, refuse } from "./refused.ts";

export function checkEnforcedSchemas(body: JsonObject): void {
  const sizes: Size = { optional: 0, unions: 0 };
  const format = objectOf(objectOf(body.output_config).format ?? body.output_format);
  if (isSet(format.schema)) checkSchema(format.schema, "output_config.format.schema", sizes);
  const strict = [...objectsOf(body.tools).entries()].filter(([, tool]) => tool.strict === true);
  for (const [at, tool] of strict) checkSchema(tool.input_schema, `tools.${at}.custom`, sizes);
  if (strict.length > 20) refuse(`tools: Too many strict tools (${strict.length}). Maximum allowed: 20`);
  if (sizes.optional > 24)
    refuse(
      `Schemas contains too many optional parameters (${sizes.optional}), which would make grammar compilation inefficient. Reduce the number of optional parameters in your tool schemas (limit: 24).`,
    );
  if (sizes.unions > 16)
    refuse(
      `Schemas contains too many parameters with union types (${sizes.unions} parameters with type arrays or anyOf). This causes exponential compilation cost. Reduce the number of nullable or union-typed parameters (limit: 16).`,
    );
}

interface Size {
  optional: number;
  unions: number;
}

function checkSchema(schema: Json | undefined, param: string, sizes: Size): void {
  const root = objectOf(schema);
  checkNode(schema, { param, root, sizes });
  const definitions = { ...objectOf(root.definitions), ...objectOf(root["$defs"]) };
  for (const definition of Object.values(definitions)) checkNode(definition, { param, root, sizes });
  const done = new Set<string>();
  for (const name of Object.keys(definitions)) checkCircle(name, definitions, param, [], done);
}

interface Place {
  readonly param: string;
  readonly root: JsonObject;
  readonly sizes: Size;
}

const ANYWHERE = "type title description default enum const $defs definitions $schema $id".split(" ");
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "minItems"],
  string: ["format", "pattern"],
};

function checkNode(schema: Json | undefined, place: Place): void {
  const { param, root, sizes } = place;
  if (!isPlainObject(schema)) return refuse(`${param}: Input should be a valid dictionary`);
  if (isSet(schema.oneOf)) refuse(`${param}: Schema type 'oneOf' is not supported`);
  if (isSet(schema["$ref"])) return checkReference(stringOf(schema["$ref"]), root, param);
  const alternatives = schema.anyOf ?? schema.allOf;
  if (isSet(schema.anyOf) || Array.isArray(schema.type)) sizes.unions += 1;
  if (Array.isArray(alternatives)) {
    if (isSet(schema.allOf) && objectsOf(alternatives).some((one) => isSet(one["$ref"])))
      refuse(`${param}: 'allOf' with '$ref' is not supported`);
    for (const one of alternatives) checkNode(one as Json, place);
    return;
  }
  checkLiterals(schema, param);
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  checkKeywords(schema, types, param);
  if (types.includes("object")) checkObject(schema, place);
  if (types.includes("array")) checkArray(schema, place);
  const format = schema.format;
  if (types.includes("string") && isSet(format) && !FORMATS.has(format))
    refuse(`${param}: For 'string' type, format '${String(format)}' is not supported`);
}

const FORMATS: ReadonlySet<unknown> = new Set(
  "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "),
);

/** BerriAI/litellm#37881. */
function checkLiterals(schema: JsonObject, param: string): void {
  const values = listOf(schema.enum);
  if (values.some((value) => typeof value === "object" && value !== null))
    refuse(`${param}: Enum values must be strings, numbers, booleans or null`);
  if (values.length > 0 && Array.isArray(schema.type))
    refuse(
      `${param}: Invalid schema: Enum value '${String(values[0])}' does not match declared type '${JSON.stringify(schema.type)}'`,
    );
  if (!isSet(schema.type) && values.length === 0 && schema.const === undefined)
    refuse(`${param}: Schema must have a 'type', 'anyOf', 'allOf', '$ref', 'enum' or 'const'`);
}

/** agentjido/req_llm#302 and #707. */
function checkKeywords(schema: JsonObject, types: readonly unknown[], param: string): void {
  const known = [...ANYWHERE, ...types.flatMap((type) => BY_TYPE[String(type)] ?? [])];
  const unknown = Object.keys(schema).filter((key) => !known.includes(key));
  const [first] = unknown;
  if (first === undefined) return;
  const names = unknown.length === 1 ? `property '${first}' is` : `properties ${unknown.sort().join(", ")} are`;
  refuse(`${param}: For '${String(types[0])}' type, ${names} not supported`);
}

/** veryfront/veryfront-code#3921, BerriAI/litellm#35808. */
function checkObject(schema: JsonObject, place: Place): void {
  const closed = schema.additionalProperties;
  if (closed === undefined)
    refuse(`${place.param}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  if (closed !== false)
    refuse(
      `${place.param}: For 'object' type, 'additionalProperties: ${JSON.stringify(closed)}' is not supported. Please set 'additionalProperties' to false`,
    );
  const properties = Object.entries(objectOf(schema.properties));
  const required = listOf(schema.required);
  place.sizes.optional += properties.filter(([name]) => !required.includes(name)).length;
  for (const [, property] of properties) checkNode(property, place);
}

function checkArray(schema: JsonObject, place: Place): void {
  if (isSet(schema.items)) checkNode(schema.items, place);
  if (isSet(schema.minItems) && schema.minItems !== 0 && schema.minItems !== 1)
    refuse(`${place.param}: For 'array' type, 'minItems' values other than 0 or 1 are not supported`);
}

function checkReference(ref: string, root: JsonObject, param: string): void {
  const [, holder = "", name = ""] = /^#\/(\$defs|definitions)\/(.+)$/.exec(ref) ?? [];
  if (!isSet(objectOf(root[holder])[name.replaceAll("~1", "/").replaceAll("~0", "~")]))
    refuse(`${param}: '$ref' to '${ref}' cannot be resolved`);
}

/** egonSchiele/agency-lang#487. `done`: those that lead into no circle. */
function checkCircle(
  name: string,
  definitions: JsonObject,
  param: string,
  above: readonly string[],
  done: Set<string>,
): void {
  if (done.has(name)) return;
  const way = [...above, name];
  if (above.includes(name))
    refuse(
      `${param}: Circular reference detected in schema definitions: ${way.join(" -> ")}. Self-referencing or mutually-referencing definitions are not supported.`,
    );
  for (const next of referredTo(definitions[name])) checkCircle(next, definitions, param, way, done);
  done.add(name);
}

const referredTo = (definition: Json | undefined): readonly string[] =>
  [...JSON.stringify(definition ?? {}).matchAll(/"\$ref":"#\/(?:\$defs|definitions)\/([^"]+)"/g)].map(([, name]) =>
    String(name).replaceAll("~1", "/").replaceAll("~0", "~"),
  );
