/**
 * The line that a problem stands on, with a caret below. Of what is written there only those words are shown that cannot
 * be a secret: those of the schema, names of the operator's, and the value that the problem tells anyway.
 */
import { looksLikeKey } from "../api-keys.ts";
import { HIDDEN, shownWritten } from "./shown-name.ts";
import { yamlWords, type YamlWord } from "./yaml-words.ts";

/** `value`: as the problem tells it. */
export type Excerpt = (value: string | undefined) => string;

/** Made only when one is printed, for a text as it is in the file. */
export function excerpts(text: string, isKnown: (word: string) => boolean): (offset: number) => Excerpt {
  let words: readonly YamlWord[] | undefined;
  return (offset) => (value) => {
    words ??= [...yamlWords(text)];
    const isShown = (word: string): boolean => word === value || JSON.stringify(word) === value || isKnown(word);
    const [line, caret] = maskedLine(text, words, offset, isShown);
    const number = String(text.slice(0, offset).split("\n").length);
    const from = line.length <= SHOWN_MAX ? 0 : Math.max(0, caret - SHOWN_MAX / 2);
    const shown = `${from > 0 ? "…" : ""}${line.slice(from, from + SHOWN_MAX)}${line.length > from + SHOWN_MAX ? "…" : ""}`;
    const before = shown.slice(0, caret - from + (from > 0 ? 1 : 0)).replace(/[^\t]/g, " ");
    return `  ${number} | ${shown}\n  ${" ".repeat(number.length)} | ${before}^`;
  };
}

/** A file may be one long line. */
const SHOWN_MAX = 100;

function maskedLine(
  text: string,
  words: readonly YamlWord[],
  offset: number,
  isShown: (word: string) => boolean,
): [line: string, caret: number] {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const newline = text.indexOf("\n", start);
  const end = newline < 0 ? text.length : newline;
  let [line, caret] = ["", 0];
  let name = "";
  const here = words.filter((word) => word.offset < end && word.offset + word.text.length > start);
  here.forEach((word, index) => {
    const from = Math.max(start, word.offset);
    const piece = text.slice(from, Math.min(end, word.offset + word.text.length)).replace(/[\r\uFEFF]/g, "");
    if (/^[{}[\],]$/.test(piece)) name = "";
    const isSecret = SECRET.test(name);
    const isName = !isSecret && nextOf(here, index) === ":";
    const shown = masked(
      { ...word, text: piece },
      (inner) => !isSecret && (isShown(inner) || (isName && ORDINARY.test(inner))),
    );
    if (isName) name = piece;
    if (from <= offset) caret = line.length + (shown === piece ? Math.min(offset - from, shown.length) : 0);
    line += shown;
  });
  return [line, offset >= end ? line.length : caret];
}

function nextOf(words: readonly YamlWord[], index: number): string | undefined {
  let next = index + 1;
  while (words[next]?.text.trim() === "") next++;
  return words[next]?.text;
}

/** What stands behind such a name is hidden whatever it is. */
const SECRET = /key|token|secret|password|authorization/i;
/** As the schema's own names look. */
const ORDINARY = /^[a-z_]{1,24}$/;

function masked({ kind, text }: YamlWord, isShown: (word: string) => boolean): string {
  const [, blank = "", word = ""] = /^(\s*)(.*)$/s.exec(text) ?? [];
  if (word === "") return text;
  if (kind === "comment") return `${blank}# ${HIDDEN}`;
  if (kind === "plain") return blank + maskedValue(word, isShown);
  if (kind === "quoted") {
    const quote = word[0] ?? "";
    const isClosed = word.length > 1 && word.endsWith(quote);
    return `${blank}${quote}${maskedValue(word.slice(1, isClosed ? -1 : undefined), isShown)}${isClosed ? quote : ""}`;
  }
  if (/^([{}[\],:?-]|---|[|>][+\-\d]*)$/.test(word)) return text;
  return `${blank}${/^[&*!%]/.test(word) ? word[0] : ""}${HIDDEN}`;
}

function maskedValue(word: string, isShown: (word: string) => boolean): string {
  if (word === "" || (isShown(word) && !looksLikeKey(word))) return word;
  const variables = word.match(/\$\{[A-Za-z_]\w*(:-[^}]*)?\}/g) ?? [];
  if (variables.length === 0 || variables.some(looksLikeKey)) return HIDDEN;
  const isWhole = variables.join("") === word;
  return shownWritten(variables.join("")) + (isWhole ? "" : HIDDEN);
}
