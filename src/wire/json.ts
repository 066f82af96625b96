/** JSON as it travels: typed reads of parsed bodies, and text as the literal it arrived as. No I/O, no vendor names. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
/** JSON that nobody here reads: it is carried, and printed where it came from. */
export type Raw = Json;

/** A JSON string literal, quotes included. A surrogate pair that is cut between two deltas survives only in this form. */
export interface JsonLiteral {
  readonly json: string;
}

export const literal = (text: string): JsonLiteral => ({ json: JSON.stringify(text) });
export const textOf = (value: JsonLiteral): string => JSON.parse(value.json) as string;

/** A value of the wrong shape. `path` is what the sender would look for: `messages[3].content[0].text`. */
export class ShapeError extends Error {
  constructor(
    readonly path: string,
    readonly expected: string,
    readonly found: unknown,
  ) {
    super(`${path || "the body"}: expected ${expected}, found ${describe(found)}`);
  }
}

/** A short name of a value for error messages: its type, or the value itself when it is small and no text of a person. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return value.length <= 40 ? JSON.stringify(value) : "a string";
  return String(value);
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);
export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
/** What is no list holds nothing. */
export const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : NONE);

export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

// JSON.parse turns 9007199254740993 into …992. Where a body is decoded and printed again, such a number is kept as written.
// Integers up to 2^53 - 1 need nothing of it, and schemas of clients are full of just that limit: a reviver would make their parse five times as dear.
const UNSAFE_NUMBER = /[[:,\s]-?(?!(?:[1-8]\d{15}|9007199254740991)[,\s}\]])\d{16,}/;
const rawJson = (JSON as unknown as { rawJSON(text: string): Json }).rawJSON;
const isExactNumber = (value: object): boolean =>
  (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);

/** Like JSON.parse, but integers past 2^53 survive a later JSON.stringify unchanged. */
export function parseExactly(text: string): Json {
  if (!UNSAFE_NUMBER.test(text)) return parseJson(text);
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) && context?.source && String(value) !== context.source
      ? rawJson(context.source)
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as Json;
}

/** What becomes of a value of the wrong type. */
export type OnWrong = (path: string, expected: string, found: unknown) => undefined;
export const refuse: OnWrong = (path, expected, found) => {
  throw new ShapeError(path, expected, found);
};
/** Of a body whose bytes pass: its vendor says what is wrong with it. */
export const ignore: OnWrong = () => undefined;

/** Absent and null read as undefined. `at` is the path of the object, "" at the top. */
export function optionalString(object: JsonObject, key: string, at = "", wrong = refuse): string | undefined {
  return read(object, key, at, "a string", isString, wrong) as string | undefined;
}
export function optionalNumber(object: JsonObject, key: string, at = "", wrong = refuse): number | undefined {
  return read(object, key, at, "a number", Number.isFinite, wrong) as number | undefined;
}
export function optionalBoolean(object: JsonObject, key: string, at = "", wrong = refuse): boolean | undefined {
  return read(object, key, at, "true or false", isBoolean, wrong) as boolean | undefined;
}
export function optionalObject(object: JsonObject, key: string, at = "", wrong = refuse): JsonObject | undefined {
  return read(object, key, at, "an object", isObject, wrong) as JsonObject | undefined;
}
export function optionalList(object: JsonObject, key: string, at = "", wrong = refuse): readonly Json[] | undefined {
  return read(object, key, at, "a list", isList, wrong) as readonly Json[] | undefined;
}
export function requiredString(object: JsonObject, key: string, at = ""): string {
  return required(optionalString(object, key, at), object, key, at, "a string");
}
export function requiredList(object: JsonObject, key: string, at = ""): readonly Json[] {
  return required(optionalList(object, key, at), object, key, at, "a list");
}
export function objectAt(value: Json | undefined, path: string): JsonObject {
  if (isObject(value)) return value;
  throw new ShapeError(path, "an object", value);
}

/** The path of `key` inside `at`: `a`, `a.b`, `a[0]`. */
export const pathOf = (at: string, key: string | number): string =>
  typeof key === "number" ? `${at}[${key}]` : at ? `${at}.${key}` : key;

/** A copy without the named keys: what a decoder has read leaves, the rest is `extra`. */
export function without(object: JsonObject, keys: ReadonlySet<string>): Record<string, Json> {
  const rest: [string, Json][] = [];
  for (const key in object) {
    const value = object[key];
    if (value !== undefined && !keys.has(key)) rest.push([key, value]);
  }
  // fromEntries, since an assignment to a key called __proto__ would vanish.
  return Object.fromEntries(rest);
}

/** The same object without its undefined members. */
export function defined<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  const found: Partial<T> = {};
  for (const key in object) {
    const value = object[key];
    if (value === undefined) continue;
    // From a body, perhaps: to assign it would make it the prototype.
    if (key === "__proto__") Object.defineProperty(found, key, { value, ...OWN });
    else found[key] = value;
  }
  return found as T;
}

/** What a stranger sends is read without complaint: a field of the wrong type is as good as none. */
export const textIn = (object: JsonObject, key: string): string => {
  const value = object[key];
  return typeof value === "string" ? value : "";
};
export const listIn = (object: JsonObject, key: string): readonly Json[] => listOf(object[key]);
export const objectIn = (object: JsonObject, key: string): JsonObject | undefined => {
  const value = object[key];
  return isObject(value) ? value : undefined;
};
export const objectsIn = (object: JsonObject, key: string): readonly JsonObject[] =>
  object[key] === undefined ? NONE : listIn(object, key).filter(isObject);
const NONE: readonly never[] = [];

export function parseOr<T>(text: string, otherwise: T): Json | T {
  try {
    return parseJson(text);
  } catch {
    return otherwise;
  }
}
/** undefined: it is no JSON, or no object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseExactly(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
const OWN = { enumerable: true, writable: true, configurable: true };

/** A table's own entry. Keys come from bodies, and `constructor` is no entry of any table. */
export const lookup = <T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;

const isString = (value: unknown): boolean => typeof value === "string";
const isBoolean = (value: unknown): boolean => typeof value === "boolean";

function read(
  object: JsonObject,
  key: string,
  at: string,
  expected: string,
  is: (value: unknown) => boolean,
  wrong: OnWrong,
): unknown {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  return is(value) ? value : wrong(pathOf(at, key), expected, value);
}

function required<T>(value: T | undefined, object: JsonObject, key: string, at: string, expected: string): T {
  if (value !== undefined) return value;
  throw new ShapeError(pathOf(at, key), expected, object[key]);
}
