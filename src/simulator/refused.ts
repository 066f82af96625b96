/** How a rule refuses: by throwing the vendor's sentence. */
import type { Json, JsonObject } from "../wire/json.ts";
import type { Refusal } from "./refusals.ts";

export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

export function refuse(message: string, param?: string, code?: string): never {
  throw new Refused({ status: 400, message, param, code });
}

export const isPlainObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** null and absent are the same to OpenAI, except where a rule says otherwise. */
export const isSet = (value: Json | undefined): boolean => value !== undefined && value !== null;

/** OpenAI's and Anthropic's word for what was found. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "boolean") return "a boolean";
  return typeof value === "number" ? (Number.isInteger(value) ? "an integer" : "a decimal") : "a string";
}

/** The first name that stands twice. */
export function repeated(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) !== at);
}
