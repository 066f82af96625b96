/**
 * Judges bodies by published descriptions of the wire protocols: OpenAI's own, and the Open Responses specification. They
 * are read from CODESWITCH_SPECS and never copied: openai.json (github.com/openai/openai-openapi) and open-responses.json
 * (github.com/openresponses/openresponses).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isList, isObject, type Json, type JsonObject, parseJson } from "../../src/wire/json.ts";
import { AMENDMENTS } from "./witnesses.ts";

const FOLDER = process.env.CODESWITCH_SPECS || join(import.meta.dir, "../../../shared/specs");
const FILES = { openai: "openai.json", "open-responses": "open-responses.json" } as const;
export type Published = keyof typeof FILES;

/** Undefined where it can judge; else why it cannot, for the name of a skipped test. */
export const SPECS_MISSING: string | undefined = Object.values(FILES).every((file) => existsSync(join(FOLDER, file)))
  ? undefined
  : `the published descriptions are absent: set CODESWITCH_SPECS to a folder with ${Object.values(FILES).join(" and ")}`;
/** For the end of such a name. */
export const WHY_NOT = SPECS_MISSING === undefined ? "" : ` (${SPECS_MISSING})`;

/** What a description finds wrong with a body: one line each, `output[0].status: …`. */
export function faults(published: Published, schema: string, body: Json): readonly string[] {
  const { error } = validator(published, schema).safeParse(body);
  return error ? flat(error.issues, []) : [];
}

const descriptions = new Map<Published, JsonObject>();
const validators = new Map<string, z.ZodType>();

function validator(published: Published, schema: string): z.ZodType {
  const key = `${published} ${schema}`;
  const known = validators.get(key);
  if (known) return known;
  const $defs = descriptions.get(published) ?? describe(published);
  descriptions.set(published, $defs);
  if (!isObject($defs[schema])) throw new Error(`${FILES[published]} has no schema ${schema}`);
  const made = z.fromJSONSchema({ $defs, $ref: `#/$defs/${schema}` } as Parameters<typeof z.fromJSONSchema>[0]);
  validators.set(key, made);
  return made;
}

function describe(published: Published): JsonObject {
  const file = parseJson(readFileSync(join(FOLDER, FILES[published]), "utf8"));
  const schemas = readable(at(file, "components", "schemas") ?? {}) as JsonObject;
  const stream = at(file, "paths", "/responses", "post", "responses", "200", "content", "text/event-stream", "schema");
  return AMENDMENTS[published]({ ...schemas, ...(stream !== undefined && { ResponseStreamEvent: readable(stream) }) });
}

function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** An OpenAPI schema as a JSON schema. Its unions overlap, so that more than one may fit; a default would fill in what is missing. */
function readable(schema: Json): Json {
  if (isList(schema)) return schema.map(readable);
  if (!isObject(schema)) return schema;
  const { oneOf, nullable, default: _, ...rest } = schema;
  const read = Object.entries(rest).map(([key, value = null]) => [
    key,
    key === "$ref"
      ? String(value).replace("#/components/schemas/", "#/$defs/")
      : key === "enum"
        ? value
        : readable(value),
  ]);
  const whole = Object.fromEntries(oneOf === undefined ? read : [...read, ["anyOf", readable(oneOf)]]) as JsonObject;
  return nullable === true ? { anyOf: [whole, { type: "null" }] } : whole;
}

type Issue = z.core.$ZodIssue;

/** Of a union the branch that was meant: the one with the right type, else the one with the fewest faults. */
function flat(issues: readonly Issue[], path: readonly PropertyKey[]): readonly string[] {
  return issues.flatMap((issue) => {
    const here = [...path, ...issue.path];
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [`${placed(here)}: ${issue.message}`];
    const branches = issue.errors.map((found) => ({ found, wrong: wrongness(found) }));
    const [best] = branches.toSorted((left, right) => left.wrong - right.wrong);
    return best ? flat(best.found, here) : [];
  });
}

function wrongness(issues: readonly Issue[]): number {
  const ofKind = issues.some(({ path }) => path.length === 0) ? 1000 : 0;
  const ofType = issues.some(({ path }) => path.length === 1 && path[0] === "type") ? 100 : 0;
  return ofKind + ofType + flat(issues, []).length;
}

const placed = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "") || "the body";
