/** Where a problem of a file is, and what of its value may be told. */
import { nearest } from "../nearest.ts";
import { printPath, showValue, type Place } from "../problem.ts";
import type { Excerpt } from "./excerpt.ts";

export type Path = readonly PropertyKey[];

export interface YamlFile {
  /** As it is printed in messages. */
  readonly name: string;
  readonly value: unknown;
  /** The line of a key, or of its nearest parent that was written. */
  line(path: Path): number | undefined;
  /** That line, with a caret below the key. */
  excerpt(path: Path): Excerpt | undefined;
  /** The path for a message: keys that a variable brought in stand there as they were written, what may be a secret not at all. */
  shown(path: Path): string;
  /** Variables without a value or a default at this place. */
  missing(path: Path): readonly string[];
  /** The variables that brought this value in, here or behind an alias. Such a value is still text where a number should stand, and is never shown. */
  broughtBy(value: unknown): readonly string[];
}

export const placeOf = (yaml: YamlFile, path: Path): Place => ({
  file: yaml.name,
  line: yaml.line(path),
  key: yaml.shown(path),
  excerpt: yaml.excerpt(path),
});

/**
 * A value for a message. A key may stand in any wrong line, so that nothing is shown but the name of the variable that
 * brought the value in, a number in a number's place, and a word that is nearly one of those that may stand there.
 */
export function valueOf(yaml: YamlFile, path: Path, may: "number" | readonly string[]): Pick<Place, "value"> {
  const value = valueAt(yaml.value, path);
  const names = yaml.broughtBy(value);
  if (names.length > 0) return { value: `from ${names.map((name) => `\${${name}}`).join(" and ")}` };
  const isShown = may === "number" ? typeof value === "number" : nearest(String(value), may) !== undefined;
  return isShown ? { value: showValue(value) } : {};
}

/** Where a value is, as a person looks for it: `providers.azure.api_key (codeswitch.yaml:5, from AZURE_API_KEY)`. */
export function writtenAt(yaml: YamlFile, path: Path): string {
  const { file, line, key } = placeOf(yaml, path);
  const place = line === undefined ? file : `${file}:${line}`;
  const variables = yaml.broughtBy(valueAt(yaml.value, path)).join(", ");
  return `${key} (${place}${variables && `, from ${variables}`})`;
}

/** What a provider or a model is called, as it was written: a variable may have brought it in. */
export function nameOf(yaml: YamlFile, group: "providers" | "models", name: string): string {
  const shown = yaml.shown([group, name]);
  return shown === printPath([group, name]) ? name : shown.slice(group.length);
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    return (at as Record<PropertyKey, unknown>)[step];
  }, value);
}
