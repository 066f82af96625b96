/** YAML parsed in a time that grows with its size, which the yaml package (2.9) alone does not do. */
import { isScalar, parseDocument, visit, YAMLParseError, type Document, type LineCounter } from "yaml";
import { LIMITS } from "../../wire/limits.ts";
import { yamlWords } from "./yaml-words.ts";
import { hideBraces, showBraces } from "./bare-variables.ts";
import { ConfigError } from "../problem.ts";

/** Faults are in its `errors`. Throws ConfigError on what nests too deep: `? ? ?` takes the cube of its depth. */
export function parseYaml(name: string, text: string, lineCounter: LineCounter): Document {
  const line = lineTooDeep(text);
  if (line !== undefined)
    throw new ConfigError({
      file: name,
      line,
      key: "",
      fault: `This nests deeper than ${LIMITS.configDepthMax} levels`,
      fix: "No configuration needs that many: look for brackets that were never closed.",
    });
  const hidden = hideBraces(text);
  const document = parseDocument(hidden, {
    lineCounter,
    merge: true,
    prettyErrors: false,
    logLevel: "error",
    // It compares every key of a map with every other.
    uniqueKeys: false,
  });
  if (hidden !== text)
    visit(document, {
      Scalar: (_at, scalar) => {
        if (typeof scalar.value === "string") scalar.value = showBraces(scalar.value);
      },
    });
  // What is no YAML may be taken for anything, as deep as it is long.
  if (document.errors.length === 0) document.errors.push(...repeatedKeys(document));
  return document;
}

const BRACKETS: Readonly<Record<string, number>> = { "{": 1, "[": 1, "}": -1, "]": -1 };

/** The line of the first place that is too deep. What nests are brackets, and each thing that stands further right than what it is in. */
function lineTooDeep(text: string): number | undefined {
  /** Of what is open, outermost first. */
  const columns: number[] = [];
  let [brackets, line, column] = [0, 1, 0];
  let isFirst = true;
  for (const { kind, text: word } of yamlWords(text)) {
    const isSyntax = kind === "syntax";
    if (isSyntax) brackets += BRACKETS[word] ?? 0;
    if (kind === "flow-end") brackets--;
    const isBlank = word.trim() === "" || kind === "comment";
    if (!isBlank && brackets === 0 && (isFirst || (isSyntax && (word === "-" || word === "?")))) {
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      columns.push(column);
    }
    if (columns.length + brackets > LIMITS.configDepthMax) return line;
    const lines = word.split("\n");
    line += lines.length - 1;
    column = (lines.length > 1 ? 0 : column) + (lines.at(-1) ?? "").length;
    isFirst = lines.length > 1 || (isFirst && isBlank);
  }
  return undefined;
}

/** A merge key (`<<`) may stand more than once. */
function repeatedKeys(document: Document): YAMLParseError[] {
  const found: YAMLParseError[] = [];
  visit(document, {
    Map: (_at, { items }) => {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === "<<") continue;
        const [from = 0, to = 0] = key.range ?? [];
        if (known.has(key.value)) found.push(new YAMLParseError([from, to], "DUPLICATE_KEY", "a key stands twice"));
        known.add(key.value);
      }
    },
  });
  return found;
}
