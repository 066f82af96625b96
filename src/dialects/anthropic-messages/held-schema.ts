/**
 * A schema in the form to which Anthropic holds a strict tool or an answer: what it takes stays, the rest stands in the
 * description, where the vendor's own SDKs put it (transform_schema, transformJSONSchema).
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */
import { fault, referred } from "../../ir/schema-walk.ts";
import { NO_DEFINITION, OPEN } from "../../ir/strict-schema.ts";
import { FOLD_LEVELS_MAX, folded } from "../../ir/tool-schema.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { plainNode, remarksOf, rulesOf, type Walk, worded } from "./plain-schema.ts";
import { isCircular } from "./references.ts";

export type HeldSchema =
  | {
      readonly schema: JsonObject;
      /** The keywords that stand in words only. */
      readonly told: readonly string[];
      /** What counts towards the vendor's limits of one request. */
      readonly optional: number;
      readonly unions: number;
    }
  | { readonly why: string };

export function heldSchema(schema: Json): HeldSchema {
  if (!isObject(schema)) return { why: OPEN };
  const walk: Walk = { root: schema, told: new Set(), optional: 0, unions: 0, references: new Map(), inside: "" };
  const held = withDefinitions(schema, walk);
  if (walk.why === undefined && isCircular(walk.references)) walk.why = "it refers to itself";
  if (walk.why !== undefined) return { why: walk.why };
  return { schema: held, told: [...walk.told], optional: walk.optional, unions: walk.unions };
}

/** Definitions stand at the top, under the name that they have since 2019. */
function withDefinitions({ $defs, definitions, ...own }: JsonObject, walk: Walk): JsonObject {
  const held = heldNode(own, walk);
  const named = [definitions, $defs].flatMap((one) => (isObject(one) ? Object.entries(one) : []));
  if (named.length === 0) return held;
  if (new Set(named.map(([name]) => name)).size < named.length) return fault(walk, "two definitions have one name");
  const heldDefinitions = named.map(([name, definition]) => {
    walk.inside = name;
    return [name, heldNode(definition, walk)] as const;
  });
  return { $defs: Object.fromEntries(heldDefinitions), ...held };
}

function heldNode(schema: Json | undefined, walk: Walk): JsonObject {
  if (!isObject(schema)) return fault(walk, OPEN);
  if (schema.$ref !== undefined) return referring(schema, walk);
  if (isList(schema.allOf)) return heldNode(joined(schema, schema.allOf, walk), walk);
  const alternatives = [schema.anyOf, schema.oneOf].find(isList);
  if (alternatives) return oneOf(schema, alternatives, walk);
  const { type, ...rest } = schema;
  if (!isList(type) || schema.enum !== undefined || schema.const !== undefined)
    return plainNode(schema, walk, heldNode);
  const rules = rulesOf(rest);
  if (Object.keys(rules).length > 0 || !type.every(isSimple))
    return union(
      remarksOf(rest),
      type.map((one) => ({ ...rules, type: one })),
      walk,
    );
  walk.unions += 1;
  return worded(schema, { type }, () => true, walk);
}

const isSimple = (type: Json): boolean => ["string", "integer", "number", "boolean", "null"].includes(type as string);

/** Nothing is taken beside a reference: its definition has a description of its own. */
function referring({ $ref, ...beside }: JsonObject, walk: Walk): JsonObject {
  const to = referred($ref, walk.root);
  if (!to) return fault(walk, NO_DEFINITION);
  const from = walk.references.get(walk.inside) ?? new Set();
  walk.references.set(walk.inside, from.add(to.name));
  for (const key of Object.keys(rulesOf(beside))) walk.told.add(key);
  return { $ref: `#/$defs/${to.written}` };
}

/** "allOf with $ref is not supported", and closed objects cannot be joined: one schema is made of all. */
function joined(schema: JsonObject, parts: readonly Json[], walk: Walk): JsonObject {
  const { allOf: _, ...beside } = schema;
  const [only] = parts;
  if (parts.length === 1 && isObject(only) && Object.keys(rulesOf(beside)).length === 0) return { ...beside, ...only };
  if (parts.some((part) => isEntangled(part, 0))) return fault(walk, "it joins other definitions by allOf");
  const isOfObjects = [beside, ...parts].some(
    (part) => isObject(part) && (part.properties !== undefined || part.type === "object"),
  );
  return isOfObjects ? folded(schema, new Set(["allOf"])) : Object.assign({}, beside, ...parts);
}

/** Its properties are not to be had without copying a definition, which could be copied a thousand times. */
const isEntangled = (one: Json, level: number): boolean =>
  isObject(one) &&
  (one.$ref !== undefined ||
    [one.allOf, one.anyOf, one.oneOf].some(
      (list) => isList(list) && (level === FOLD_LEVELS_MAX || list.some((inner) => isEntangled(inner, level + 1))),
    ));

/** Alternatives beside rules of their own become one object that holds what any of them does; the choice stands nowhere. */
function oneOf(schema: JsonObject, alternatives: readonly Json[], walk: Walk): JsonObject {
  const { anyOf: _, oneOf: also, type, ...beside } = schema;
  const keyword = also === alternatives ? "oneOf" : "anyOf";
  if (keyword === "anyOf" && also !== undefined) walk.told.add("oneOf");
  const isOwnObject = beside.properties !== undefined || beside.required !== undefined;
  if (isOwnObject) {
    if (alternatives.some((one) => isEntangled(one, 0))) return fault(walk, "alternatives refer to other definitions");
    walk.told.add(keyword);
    return heldNode(folded(schema, new Set(["anyOf", "oneOf"])), walk);
  }
  if (type !== undefined && alternatives.every((one) => isObject(one) && isRule(one))) {
    walk.told.add(keyword);
    return heldNode({ ...beside, type }, walk);
  }
  const { additionalProperties: _closed, ...rest } = beside;
  return union(
    rest,
    alternatives.map((one) => (type !== undefined && isObject(one) && isRule(one) ? { type, ...one } : one)),
    walk,
  );
}

/** A mere rule for what stands around it: `{"required": ["a"]}`. */
const isRule = (schema: JsonObject): boolean =>
  !["type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties", "items"].some(
    (key) => schema[key] !== undefined,
  );

function union(beside: JsonObject, alternatives: readonly Json[], walk: Walk): JsonObject {
  if (alternatives.length === 0) return fault(walk, OPEN);
  walk.unions += 1;
  return worded(beside, { anyOf: alternatives.map((one) => heldNode(one, walk)) }, () => true, walk);
}
