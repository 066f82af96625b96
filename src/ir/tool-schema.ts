/** A tool's schema as vendors take it: an object that names its properties, with nothing at its top that they refuse there. */
import { isDeepStrictEqual } from "node:util";
import { isList, isObject, type Json, type JsonObject, listOf } from "../wire/json.ts";
import type { LossList } from "./loss.ts";
import { definitionOf, someInner, withInner, withoutRootReference } from "./schema-walk.ts";

/** What one vendor asks of a tool's schema. `any`: nothing. */
export type ToolRules =
  | {
      /** Keywords that it refuses at the top. */
      readonly notAtTop: ReadonlySet<string>;
      /** It refuses a list that says nothing of its items. */
      readonly needsItems: boolean;
    }
  | "any";

const NO_INPUT: JsonObject = { type: "object", properties: {} };

/** `at`: where the tool stands in the caller's body. */
export function toolSchema(whole: Json | undefined, rules: ToolRules, at: string, losses: LossList): JsonObject {
  if (!isObject(whole)) return NO_INPUT;
  if (rules === "any") return whole;
  // Beside `properties` of our own a reference would be read by some and not by others.
  const schema = isObject(whole.properties) ? whole : withoutRootReference(whole);
  const refused = refusedAtTop(schema, rules);
  const top = refused.length === 0 ? namedObject(schema) : folded(schema, new Set(refused));
  if (refused.length > 0) {
    const note = `${refused.join(" and ")} at the top of a tool's schema is not taken: all properties are offered together`;
    losses.hint(at, "tool-schema", "approximated", note);
  }
  return rules.needsItems && holdsBareList(top) ? withItems(top) : top;
}

function refusedAtTop(schema: JsonObject, { notAtTop }: Exclude<ToolRules, "any">): readonly string[] {
  const refused: string[] = [];
  for (const key in schema) if (notAtTop.has(key) && schema[key] !== undefined) refused.push(key);
  return refused;
}

/** Whether nothing at its top has to change. Asked of every tool of every native call. */
export const topFits = (schema: JsonObject, rules: Exclude<ToolRules, "any">): boolean =>
  namedObject(schema) === schema && refusedAtTop(schema, rules).length === 0;

/** "object schema missing properties": what a tool without input is to others, `{"type": "object"}`, is refused by some. */
function namedObject(schema: JsonObject): JsonObject {
  return schema.type === "object" && isObject(schema.properties)
    ? schema
    : { ...schema, type: "object", properties: isObject(schema.properties) ? schema.properties : {} };
}

/** "array schema missing items", wherever the list stands: one that says nothing of its items holds anything. */
function withItems(schema: JsonObject): JsonObject {
  const inner = withInner(schema, withItemsInside);
  return isBareList(inner) ? { ...inner, items: {} } : inner;
}
const withItemsInside = (one: Json): Json => (isObject(one) ? withItems(one) : one);

const isBareList = ({ type, items, prefixItems }: JsonObject): boolean =>
  (type === "array" || (isList(type) && type.includes("array"))) && items === undefined && prefixItems === undefined;

/** Asked of every tool of every call, so it makes nothing on its way. */
const holdsBareList = (schema: JsonObject): boolean => isBareList(schema) || someInner(schema, holdsBareList);

/** Properties of all alternatives, offered together; required is what each of them requires. `alternatives`: their keywords. */
export function folded(schema: JsonObject, alternatives: ReadonlySet<string>): JsonObject {
  const { properties, required } = offerOf(schema, { root: schema, seen: new Set() }, 0);
  const kept = Object.entries(schema).filter(([key]) => !alternatives.has(key) && !FOLDED.has(key));
  return {
    ...Object.fromEntries(kept),
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.size > 0 && { required: [...required] }),
  };
}
const FOLDED: ReadonlySet<string> = new Set(["properties", "required", "$ref"]);

interface Offer {
  readonly properties: Map<string, Json>;
  readonly required: Set<Json>;
}
interface Folding {
  readonly root: JsonObject;
  /** References are followed once each: they may lead in a circle. */
  readonly seen: Set<string>;
}

/** Alternatives of alternatives: nobody's schema goes further. */
export const FOLD_LEVELS_MAX = 8;

function offerOf(schema: Json, folding: Folding, level: number): Offer {
  const offer: Offer = { properties: new Map(), required: new Set() };
  if (!isObject(schema) || level > FOLD_LEVELS_MAX) return offer;
  const { properties, required } = schema;
  if (isObject(properties))
    for (const [name, property] of Object.entries(properties))
      if (property !== undefined) offer.properties.set(name, property);
  if (isList(required)) for (const name of required) offer.required.add(name);
  const inner = (one: Json): Offer => offerOf(one, folding, level + 1);
  for (const part of [...followed(schema, folding), ...listOf(schema.allOf)]) join(offer, inner(part));
  for (const alternatives of [listOf(schema.anyOf), listOf(schema.oneOf)]) joinOneOf(offer, alternatives.map(inner));
  return offer;
}

function followed({ $ref }: JsonObject, { root, seen }: Folding): readonly JsonObject[] {
  const definition = definitionOf($ref, root);
  if (definition === undefined || seen.has(String($ref))) return [];
  seen.add(String($ref));
  return [definition];
}

/** All hold at once: what was said first of a property stays. */
function join(offer: Offer, part: Offer): void {
  for (const [name, property] of part.properties) if (!offer.properties.has(name)) offer.properties.set(name, property);
  for (const name of part.required) offer.required.add(name);
}

/** One of them holds: a property may be what any of them says. */
function joinOneOf(offer: Offer, alternatives: readonly Offer[]): void {
  const said = new Map<string, Json[]>();
  for (const { properties } of alternatives)
    for (const [name, property] of properties) {
      const ways = said.get(name);
      if (ways) ways.push(property);
      else if (!offer.properties.has(name)) said.set(name, [property]);
    }
  for (const [name, ways] of said) offer.properties.set(name, anyOf(ways));
  const [first, ...others] = alternatives;
  for (const name of first?.required ?? [])
    if (others.every(({ required }) => required.has(name))) offer.required.add(name);
}

const anyOf = (ways: readonly Json[]): Json =>
  ways.every((way) => isDeepStrictEqual(way, ways[0])) ? (ways[0] as Json) : { anyOf: ways };
