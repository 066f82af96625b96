/** A file's value against the contract: what the schema refuses becomes a sentence with a line and a fix. */
import type { z } from "zod";
import { isTimeKey, milliseconds, TIME_FIX } from "../schema/duration.ts";
import { didYouMean } from "../nearest.ts";
import { isLiteLlm, LITELLM, notHere } from "./not-here.ts";
import { placeOf, valueOf, valueAt, type Path, type YamlFile } from "../yaml/place.ts";
import { ConfigError, printPath, problems, type Problem, type Problems } from "../problem.ts";
import { checkProviderNames } from "./file-names.ts";
import { FileSchema, MISSING_FIX } from "../schema/schema.ts";
import type { FileConfig } from "../schema/file-config.ts";
import { keysAt } from "../schema/parts.ts";
import { HIDDEN } from "../yaml/shown-name.ts";
import { inCamel } from "../schema/spelling.ts";
import { unsetVariable } from "../yaml/yaml-file.ts";

export interface Validated {
  readonly file: FileConfig;
  /** Unset variables, left to the reader of the provider they stand in: it may be switched off. */
  readonly pending: readonly { readonly path: Path; readonly problem: Problem }[];
}

/** Throws ConfigError with everything that is wrong. */
export function validate(yaml: YamlFile): Validated {
  if (isLiteLlm(yaml.value)) throw new ConfigError({ ...placeOf(yaml, ["model_list"]), ...LITELLM });
  const result = FileSchema.safeParse(retype(yaml));
  const unset = unsetVariables(yaml);
  const isUnset = (path: Path): boolean => yaml.missing(path).length > 0;
  const issues = result.success ? [] : result.error.issues.filter((issue) => !isUnset(issue.path));
  const wrong = problems();
  for (const issue of issues) explain(yaml, issue, wrong);
  checkProviderNames(yaml, wrong);
  for (const { path, problem } of unset)
    if (path[0] !== "providers" && !isCallerKey(path) && !isSearchKey(path)) wrong.add(problem);
  wrong.throwIfAny();
  if (result.success)
    return { file: inCamel(result.data, FileSchema), pending: unset.filter(({ path }) => path[0] === "providers") };
  // What is left is an unset variable where text would not do anyway, such as a provider's kind.
  const refused = new Set(result.error.issues.map((issue) => printPath(issue.path)));
  for (const { path, problem } of unset) if (refused.has(printPath(path))) wrong.add(problem);
  wrong.throwIfAny();
  // Each issue that is left stands at an unset variable, so that there was one to throw.
  throw new ConfigError();
}

const isCallerKey = (path: Path): boolean => path[0] === "auth" && path.at(-1) === "key";
/** Without it there is no search, and everything else works. */
const isSearchKey = (path: Path): boolean => path[0] === "search" && path[1] === "api_key";

/** Text that a variable put where a number or a switch belongs becomes one: YAML cannot, since it saw `${PORT}`. So does `30s`. */
export function retype(yaml: YamlFile): unknown {
  const first = FileSchema.safeParse(yaml.value);
  if (first.success) return yaml.value;
  const value: unknown = structuredClone(yaml.value);
  for (const issue of first.error.issues) {
    if (issue.code !== "invalid_type") continue;
    const name = issue.path.at(-1);
    const parent = valueAt(value, issue.path.slice(0, -1));
    const text = valueAt(value, issue.path);
    const isBrought = yaml.broughtBy(text).length > 0;
    const typed = isTimeKey(name) ? milliseconds(text) : isBrought ? asTyped(text) : undefined;
    if (typed !== undefined && name !== undefined) (parent as Record<PropertyKey, unknown>)[name] = typed;
  }
  return value;
}

function asTyped(text: unknown): number | boolean | undefined {
  if (typeof text !== "string") return undefined;
  if (/^(true|false)$/i.test(text.trim())) return text.trim().toLowerCase() === "true";
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

function unsetVariables(yaml: YamlFile): { path: Path; problem: Problem }[] {
  const found: { path: Path; problem: Problem }[] = [];
  const walk = (value: unknown, path: Path): void => {
    for (const variable of yaml.missing(path)) {
      found.push({ path, problem: unsetVariable(placeOf(yaml, path), variable) });
    }
    if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value))
        walk(inner, [...path, Array.isArray(value) ? Number(name) : name]);
  };
  walk(yaml.value, []);
  return found;
}

function explain(yaml: YamlFile, issue: z.core.$ZodIssue, wrong: Problems): void {
  if (issue.code !== "unrecognized_keys") wrong.add(explained(yaml, issue));
  else for (const name of issue.keys) wrong.add(unknownKey(yaml, issue.path, name));
}

function explained(yaml: YamlFile, issue: z.core.$ZodIssue): Problem {
  const value = valueAt(yaml.value, issue.path);
  if (yaml.value === null) return { ...placeOf(yaml, []), key: "The file", fault: "is empty", fix: missingFix([]) };
  const found = placeOf(yaml, issue.path);
  const place = { ...found, key: found.key || "The file" };
  if (value === undefined) return { ...place, fault: "is missing", fix: missingFix(issue.path) };
  const isTime = issue.code === "invalid_type" && isTimeKey(issue.path.at(-1)) && value !== null;
  const [fault, fix] = isTime ? ["is not a time", TIME_FIX] : faultOf(issue, value);
  return { ...place, ...valueOf(yaml, issue.path, mayStand(issue)), fault, fix };
}

function mayStand(issue: z.core.$ZodIssue): "number" | readonly string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  const type = issue.code === "invalid_type" ? issue.expected : "origin" in issue ? issue.origin : "";
  return type === "number" || type === "int" ? "number" : [];
}

function unknownKey(yaml: YamlFile, path: Path, name: string): Problem {
  const known = keysAt(path);
  const near = didYouMean(name, known);
  const place = placeOf(yaml, [...path, name]);
  const group = yaml.shown(path);
  const elsewhere = notHere(name);
  if (elsewhere && !known.includes(name)) return { ...place, ...elsewhere };
  const isHidden = place.key.endsWith(printPath([HIDDEN]));
  const why = isHidden && near === "" ? "Its name is not shown, since it may be a secret. " : near;
  return {
    ...place,
    // What is nearly a known word is no secret.
    ...(isHidden && near !== "" && { key: `${group}[${JSON.stringify(name)}]` }),
    ...valueOf(yaml, [...path, name], []),
    fault: "is not a known key",
    fix: `${why}Keys of ${group || "the file"}: ${known.join(", ")}.`,
  };
}

/** The kind of whoever has none of its own: Ollama, Groq and many more. */
const COMPATIBLE = "openai-compatible";

function faultOf(issue: z.core.$ZodIssue, value: unknown): [fault: string, fix: string] {
  switch (issue.code) {
    case "invalid_value": {
      const values = issue.values.map(String);
      const near = didYouMean(String(value), values);
      const other =
        near === "" && values.includes(COMPATIBLE)
          ? ` Any other vendor is ${COMPATIBLE}, with vendor or base_url.`
          : "";
      return ["is not one of the choices", `${near}One of: ${values.join(", ")}.${other}`];
    }
    case "invalid_type": {
      const [type, fix] = TYPES[issue.expected] ?? [`a ${issue.expected}`, "Change it."];
      return [`is not ${type}`, value === null ? "Give it a value, or leave the key out." : fix];
    }
    case "too_small":
      return issue.origin === "array"
        ? ["is an empty list", "List at least one."]
        : issue.origin === "string"
          ? ["is empty", "Give it a value, or leave the key out."]
          : ["is too small", `The smallest is ${String(issue.minimum)}.`];
    case "too_big":
      return ["is too large", `The largest is ${String(issue.maximum)}.`];
    default:
      return [`is not accepted: ${issue.message}`, "Change it, or leave the key out."];
  }
}

const TYPES: Readonly<Record<string, readonly [type: string, fix: string]>> = {
  object: ["a group of keys", "Put its keys below it, indented, or between { and }."],
  record: ["a group of names", "Put its names below it, indented, or between { and }."],
  array: ["a list", "Write a list: [ … ], or one line each that starts with a dash."],
  string: ["text", "Put it between quotes."],
  number: ["a number", "Write a number, without quotes."],
  int: ["a whole number", "Write a whole number, without quotes."],
  boolean: ["true or false", "Write true or false, without quotes."],
};

function missingFix(path: Path): string {
  const name = String(path.at(-1) ?? "");
  if (name === "") return "Write at least providers and models; codeswitch.example.yaml is a start.";
  return MISSING_FIX[name] ?? `Add ${name}: ….`;
}
