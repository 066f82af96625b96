/** What is no YAML, in words of ours: the parser's own repeat what stands there, and that may be a key. */
import type { Document, ErrorCode, LineCounter, YAMLParseError, YAMLWarning } from "yaml";
import { excerpts } from "./excerpt.ts";
import { looksLikeKey } from "../api-keys.ts";
import type { Problem } from "../problem.ts";
import { isSchemaWord } from "../schema/json-schema.ts";
import { yamlWords } from "./yaml-words.ts";

/** The first one alone, since others mostly follow from it; of keys that stand twice all. */
export function yamlFaults(file: string, text: string, document: Document, lines: LineCounter): Problem[] {
  const found = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  const first = found.find(({ code }) => code !== "DUPLICATE_KEY");
  const excerptAt = excerpts(text, isSchemaWord);
  return (first ? [first] : found).map((error) => {
    const { at, fault, fix } = explained(text, error);
    const { line, col } = lines.linePos(at);
    return { file, line, column: first && col, key: "", excerpt: excerptAt(at), ...sentences(fault, fix) };
  });
}

const BAD_ALIAS = "an alias (*…) leads nowhere, into itself or to too much";

/** The yaml package looks at these when it makes values of them, and tells no place. */
export const badAlias = (file: string): Problem => ({
  file,
  line: 1,
  key: "",
  ...sentences(BAD_ALIAS, LOOK),
});

interface Explained {
  readonly at: number;
  readonly fault: string;
  readonly fix: string;
}

const LOOK = "Look at the indentation, colons and quotes on this line and the one above.";

function explained(text: string, { code, message, pos: [at] }: YAMLParseError | YAMLWarning): Explained {
  if (code === "DUPLICATE_KEY") return { at, fault: "a key stands twice", fix: "Keep one of the two." };
  if (text[at] === "{" && text[at - 1] === "$") return bareVariable(text, at);
  if (message.includes("closing")) {
    const fix = "Close it where the value ends; a quote inside quotes of its own kind is written \\\" or ''.";
    return { at: lastQuote(text) ?? at, fault: "the quote that begins here is never closed", fix };
  }
  if (code === "BAD_INDENT" && message.startsWith("Flow")) {
    const open = lastOpen(text, at);
    const fault = `the ${text[open]} that stands here is never closed`;
    return { at: open, fault, fix: "Close it where its part ends." };
  }
  return { at, fault: FAULTS[code] ?? "something stands where it cannot", fix: LOOK };
}

function bareVariable(text: string, at: number): Explained {
  const [, name = ""] = /^\{([A-Za-z_]\w*)/.exec(text.slice(at, at + 100)) ?? [];
  const shown = name === "" || looksLikeKey(name) ? "${…}" : `\${${name}}`;
  return {
    at: at - 1,
    fault: "a ${…} of this kind cannot stand here without quotes",
    fix: `Put quotes around ${shown}: inside { } and [ ] YAML takes its brace for its own.`,
  };
}

/** The bracket that is open there. */
function lastOpen(text: string, at: number): number {
  const open: number[] = [];
  for (const { kind, text: word, offset } of yamlWords(text)) {
    if (offset >= at) break;
    if (kind !== "syntax") continue;
    if (word === "{" || word === "[") open.push(offset);
    if (word === "}" || word === "]") open.pop();
  }
  return open.at(-1) ?? at;
}

/** The one that runs to the end of the text. */
function lastQuote(text: string): number | undefined {
  let last: number | undefined;
  for (const { kind, offset } of yamlWords(text)) if (kind === "quoted") last = offset;
  return last;
}

const FAULTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  BAD_ALIAS,
  BAD_DIRECTIVE: "a line that begins with % is a directive, and this one is not known",
  BAD_DQ_ESCAPE: "a backslash between double quotes begins nothing that is known",
  BAD_INDENT: "the indentation does not fit",
  BAD_SCALAR_START: "a value begins with a character that needs quotes around it",
  BLOCK_AS_IMPLICIT_KEY: "a value with a colon and a blank in it needs quotes around it",
  MISSING_CHAR: "a bracket, a quote, a comma or a colon is missing",
  MULTILINE_IMPLICIT_KEY: "a colon is missing behind a name",
  MULTIPLE_DOCS: "it holds several documents",
  TAB_AS_INDENT: "a tab is no indentation",
  TAG_RESOLVE_FAILED: "a tag (!…) is not known",
};

const sentences = (fault: string, fix: string): Pick<Problem, "fault" | "fix"> => ({
  fault: `This is not valid YAML: ${fault}`,
  fix,
});
