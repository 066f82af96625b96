/** A YAML (or JSON) file with its variables filled in, that still knows on which line everything stood. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Document, type Node, type Scalar } from "yaml";
import { parseYaml } from "./parse-yaml.ts";
import { ConfigError, printPath, showValue, type Problem } from "./problem.ts";
import { substitute, type Variables } from "./substitute.ts";

export type Path = readonly PropertyKey[];

export interface YamlFile {
  /** As it is printed in messages. */
  readonly name: string;
  readonly value: unknown;
  /** The line of a key, or of its nearest parent that was written. */
  line(path: Path): number | undefined;
  /** As written, before variables were filled in. */
  written(path: Path): unknown;
  /** Variables without a value or a default at this place. */
  missing(path: Path): readonly string[];
  /** A variable was filled in here, so that what should be a number is still text. */
  substituted(path: Path): boolean;
}

interface Filled {
  readonly written: string;
  readonly missing: readonly string[];
}

/** Throws ConfigError on what is not YAML. */
export function readYaml(name: string, text: string, variables: Variables): YamlFile {
  const lines = new LineCounter();
  const document = parseYaml(name, text, lines);
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw new ConfigError(faults.map((fault) => notYaml(name, lineAt(fault.pos[0]), fault.message)));

  const filled = new Map<string, Filled>();
  const problems: Problem[] = [];
  eachText(document.contents, [], (scalar, path, role) => {
    const written = scalar.value;
    if (!written.includes("${")) return;
    const result = substitute(written, variables);
    const line = lineAt(scalar.range?.[0] ?? 0);
    if (result.malformed !== undefined) problems.push(badVariable(name, line, path, result.malformed));
    if (role === "value") filled.set(printPath(path), { written, missing: result.missing });
    else
      problems.push(...result.missing.map((variable) => unsetVariable({ file: name, line }, path, written, variable)));
    scalar.value = result.text;
  });
  if (problems.length > 0) throw new ConfigError(problems);

  const value = toPlain(document, name);
  return {
    name,
    value,
    line: (path) => lineOf(document, path, lineAt),
    written: (path) => filled.get(printPath(path))?.written ?? valueAt(value, path),
    missing: (path) => filled.get(printPath(path))?.missing ?? [],
    substituted: (path) => filled.has(printPath(path)),
  };
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

const keyName = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** Aliases that multiply (a "billion laughs") are refused by the yaml package, which throws here; so does JSON on one that holds itself. */
function toPlain(document: Document, name: string): unknown {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new ConfigError([notYaml(name, 1, error instanceof Error ? error.message : String(error))]);
  }
}

function lineOf(document: Document, path: Path, lineAt: (offset: number) => number): number | undefined {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0];
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node)) node = node.items[Number(step)];
    else if (isMap(node)) {
      const pair = node.items.find((item) => keyName(item.key) === String(step));
      const key: unknown = pair?.key;
      if (isScalar(key)) offset = key.range?.[0] ?? offset;
      node = pair?.value;
    } else break;
    if (isSeqItem(step)) offset = (node as Node | undefined)?.range?.[0] ?? offset;
  }
  return offset === undefined ? undefined : lineAt(offset);
}

const isSeqItem = (step: PropertyKey): boolean => typeof step === "number";

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    return (at as Record<PropertyKey, unknown>)[step];
  }, value);
}

const notYaml = (file: string, line: number, message: string): Problem => ({
  file,
  line,
  key: "",
  fault: `This is not valid YAML: ${message.replace(/\.$/, "")}`,
  fix: message.includes("unique")
    ? "Keep one of the two."
    : "Look at the indentation, colons and quotes on this line and the one above.",
});

const badVariable = (file: string, line: number, path: Path, written: string): Problem => ({
  file,
  line,
  key: printPath(path),
  value: showValue(written),
  fault: "is not a variable",
  fix: "Write ${NAME} or ${NAME:-default}; for the two characters themselves write $${.",
});

export const unsetVariable = (
  place: Pick<Problem, "file" | "line">,
  path: Path,
  written: string,
  variable: string,
): Problem => ({
  ...place,
  key: printPath(path),
  value: showValue(written),
  fault: `needs the variable ${variable}, which is not set`,
  fix: `Set ${variable} in the environment or in the .env beside this file, or write a default: \${${variable}:-…}.`,
});
