/** JSON that a person keeps: comments where the client reads them, order and indentation stay; only the named values change. */
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { valueAt } from "../config/yaml/place.ts";
import type { Json } from "../wire/json.ts";
import { type JsonPath, setValue } from "./json-set.ts";
import { SetupRefused } from "./setup.ts";

/** json: as JSON.parse reads it. jsonc: with comments and trailing commas. */
export type Syntax = "json" | "jsonc";
export type JsonEdits = readonly (readonly [path: JsonPath, value: Json])[];

/** `text` undefined or blank: a new file. Throws SetupRefused where it is broken or no object. */
export function editJson(path: string, text: string | undefined, syntax: Syntax, edits: JsonEdits): string {
  if (text === undefined || text.trim() === "") return `${JSON.stringify(fresh(edits), null, 2)}\n`;
  readJson(path, text);
  if (syntax === "json") refuseComments(path, text);
  return edits.reduce(
    (edited, [at, value]) =>
      JSON.stringify(valueAt(parse(edited), at)) === JSON.stringify(value) ? edited : setValue(edited, at, value),
    text,
  );
}

/** Tolerates comments and trailing commas, as the clients do. */
export function readJson(path: string, text: string): Readonly<Record<string, unknown>> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error)
    throw new SetupRefused(
      `${path}:${lineAt(text, error.offset)}: this is not valid JSON (${printParseErrorCode(error.error)}), so that nothing was changed. Correct it first.`,
    );
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SetupRefused(
      `${path} holds ${Array.isArray(value) ? "a list" : "a single value"} instead of an object, so that nothing was changed. Correct it first.`,
    );
  return value as Record<string, unknown>;
}

/** The client would read nothing of the file, ours included. */
function refuseComments(path: string, text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new SetupRefused(
      `${path} has comments or trailing commas, with which the client does not read it at all, so that nothing was changed. Take them out first.`,
    );
  }
}

/** Throws SetupRefused where something on the way to an edit is no object: putting ours there would drop theirs. */
export function refuseBlocked(path: string, text: string | undefined, at: JsonPath): void {
  if (text === undefined || text.trim() === "") return;
  const value = readJson(path, text);
  at.forEach((_step, depth) => {
    const found = valueAt(value, at.slice(0, depth));
    if (found !== undefined && (typeof found !== "object" || found === null || Array.isArray(found)))
      throw new SetupRefused(
        `${path}: ${at.slice(0, depth).join(".")} is ${Array.isArray(found) ? "a list" : JSON.stringify(typeof found)} where an object belongs. Correct it first.`,
      );
  });
}

function fresh(edits: JsonEdits): Json {
  const root: Record<string, unknown> = {};
  for (const [path, value] of edits) {
    let at = root;
    for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[path.at(-1) ?? ""] = value;
  }
  return root as Json;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
