/** A YAML (or JSON) file with its variables filled in, that still knows on which line everything stood. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { parseYaml } from "./parse-yaml.ts";
import { excerpts } from "./excerpt.ts";
import { longhand } from "./longhand.ts";
import type { Path, YamlFile } from "./place.ts";
import { ConfigError, type Place, printPath, problems, type Problem } from "../problem.ts";
import { isSchemaWord } from "../schema/json-schema.ts";
import { shownName, shownWritten } from "./shown-name.ts";
import { substitute, type Variables } from "../substitute.ts";
import { badAlias, yamlFaults } from "./yaml-faults.ts";

/** Throws ConfigError on what is not YAML. */
export function readYaml(name: string, text: string, variables: Variables): YamlFile {
  const lines = new LineCounter();
  const document = parseYaml(name, text, lines);
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const wrong = problems();
  for (const fault of yamlFaults(name, text, document, lines)) wrong.add(fault);
  wrong.throwIfAny();

  let own: ReadonlySet<string> | undefined;
  const excerptAt = excerpts(text, (word) => isSchemaWord(word) || (own ??= ownNames(document)).has(word));
  const placeOf = (offset: number, key: string): Place => ({
    file: name,
    line: lineAt(offset),
    key,
    excerpt: excerptAt(offset),
  });
  const { shown, missing, brought } = fillIn(document, variables, placeOf);
  const value = toPlain(document, name);
  const placeAt = places(document);
  const at =
    <T>(read: (offset: number) => T) =>
    (path: Path): T | undefined => {
      const { offset } = placeAt(path);
      return offset === undefined ? undefined : read(offset);
    };
  return longhand({
    name,
    value,
    line: at(lineAt),
    excerpt: at(excerptAt),
    shown,
    missing: (path) => missing.get(placeAt(path).node) ?? [],
    broughtBy: (text) => brought.get(text) ?? [],
  });
}

/** Throws ConfigError on a variable that begins nothing, and on one without a value in a name. */
function fillIn(document: Document, variables: Variables, placeOf: (offset: number, key: string) => Place) {
  const wrong = problems();
  const missing = new Map<unknown, readonly string[]>();
  const brought = new Map<unknown, readonly string[]>();
  const keys = new Map<string, string>();
  const shown = (path: Path): string =>
    printPath(path.map((_, at) => keys.get(printPath(path.slice(0, at + 1))) ?? shownName(path, at)));
  eachText(document.contents, [], (scalar, path, role) => {
    const written = scalar.value;
    if (!written.includes("${")) return;
    const result = substitute(written, variables);
    const place = placeOf(scalar.range?.[0] ?? 0, shown(path));
    if (result.malformed !== undefined) wrong.add(badVariable(place));
    if (role === "value") {
      missing.set(scalar, result.missing);
      if (result.names.length > 0 && result.text !== "") brought.set(result.text, result.names);
    } else {
      keys.set(printPath([...path, result.text]), shownWritten(written));
      for (const variable of result.missing) wrong.add(unsetVariable(place, variable));
    }
    scalar.value = result.text;
  });
  wrong.throwIfAny();
  return { shown, missing, brought };
}

type TextScalar = Scalar & { value: string };
const isText = (node: unknown): node is TextScalar => isScalar(node) && typeof node.value === "string";

/** An alias is left out: its anchor is visited where it stands. */
function eachText(
  node: unknown,
  path: Path,
  visit: (scalar: TextScalar, path: Path, role: "key" | "value") => void,
): void {
  if (isText(node)) visit(node, path, "value");
  else if (isSeq(node)) node.items.forEach((item, index) => eachText(item, [...path, index], visit));
  else if (isMap(node))
    for (const pair of node.items) {
      if (isText(pair.key)) visit(pair.key, path, "key");
      eachText(pair.value, [...path, keyName(pair.key)], visit);
    }
}

/** `<<` becomes a symbol of that name. */
const isMergeKey = (key: unknown): boolean => isScalar(key) && typeof key.value === "symbol";

const keyName = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** What the operator calls providers and models. */
function ownNames(document: Document): ReadonlySet<string> {
  const groups = ["providers", "models"].map((group) => document.get(group));
  return new Set(groups.flatMap((group) => (isMap(group) ? group.items.map(({ key }) => keyName(key)) : [])));
}

/** Aliases that multiply (a "billion laughs") are refused by the yaml package, which throws here; so does JSON on one that holds itself. */
function toPlain(document: Document, name: string): unknown {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return value;
  } catch {
    throw new ConfigError(badAlias(name));
  }
}

interface YamlPlace {
  /** Where it begins in the text, or its nearest parent that was written. */
  readonly offset: number | undefined;
  /** What stands there, behind aliases and merge keys too. */
  readonly node: unknown;
}

/** A map is read once, however many places are asked for. */
function places(document: Document): (path: Path) => YamlPlace {
  const maps = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = maps.get(map) ?? new Map([...map.items.flatMap(merged), ...map.items.map(named)]);
    maps.set(map, known);
    return known;
  };
  const named = (pair: Pair): [string, Pair] => [keyName(pair.key), pair];
  /** `<<: *a` or `<<: [*a, *b]`, of which the first counts. */
  const merged = (pair: Pair): [string, Pair][] => {
    if (!isMergeKey(pair.key)) return [];
    const value = resolved(pair.value);
    const maps = (isSeq(value) ? value.items.map(resolved).toReversed() : [value]).filter(isMap);
    return maps.flatMap((map) => [...pairsOf(map)]);
  };
  return (path) => {
    let node = resolved(document.contents);
    let offset = (node as Node | null)?.range?.[0];
    for (const step of path) {
      const pair = isMap(node) ? pairsOf(node).get(String(step)) : undefined;
      const found = isSeq(node) ? node.items[Number(step)] : pair?.value;
      if (isScalar(pair?.key)) offset = pair.key.range?.[0] ?? offset;
      else if (typeof step === "number") offset = (found as Node | undefined)?.range?.[0] ?? offset;
      node = resolved(found);
      if (node === undefined) break;
    }
    return { offset, node };
  };
}

const badVariable = (place: Place): Problem => ({
  ...place,
  fault: "holds a ${ that begins no variable",
  fix: "Write ${NAME} or ${NAME:-default}; for the two characters themselves write $${.",
});

export const unsetVariable = (place: Place, variable: string): Problem => ({
  ...place,
  fault: `needs the variable ${variable}, which is not set`,
  fix: `Set ${variable} in the environment or in the .env beside this file, or write a default: \${${variable}:-…}.`,
});
