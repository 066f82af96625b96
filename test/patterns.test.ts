/**
 * No pattern that meets a stranger's text backtracks: each one in the source is run over long texts made for it, of one
 * length and of twice that, and must not take more than 2.6 times as long.
 */
import { expect, test } from "bun:test";
import { Glob } from "bun";
import { join } from "node:path";

const SRC = join(import.meta.dir, "../src");

/** These meet what the operator of the gateway wrote, on his own machine; but the keys are also those that callers present. */
const OPERATORS = /^(cli|config(?!\/keys\.ts$)|doctor|probe|setup|simulator)\//;
const FILES = [...new Glob("**/*.ts").scanSync(SRC)]
  .filter((file) => !OPERATORS.test(file) && !/\.(test|fixture)\.ts$/.test(file))
  .sort();

/** Patterns that are let through, each with its reason. One that is no longer in the source fails the test. */
const ALLOWED: Readonly<Record<string, string>> = {
  "providers/endpoint.ts \\/+$": "the base_url of a provider is the operator's",
};
/** Patterns that are built: they are not found in the source, so each is looked at by hand. */
const BUILT: Readonly<Record<string, string>> = {
  "access/made-key.ts": "one class, a fixed number of times, from the beginning to the end of the text",
  "ir/unwrap.ts": "one word between runs of white space, from the beginning of the text only",
  "providers/credentials.ts":
    "the operator's keys, one spelling of a character beside the other, every repetition bounded: credentials.test.ts",
  "wire/printable.ts": "one character",
};

interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Regular expressions stand where a value may begin; a slash behind a value divides. */
const LEXEME =
  /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"|(?:[(,=:[!&|?]|=>|\breturn)\s*\/(?<source>(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/(?<flags>[a-z]*)/g;

function patternsIn(file: string, text: string): Pattern[] {
  return [...text.matchAll(LEXEME)].flatMap(({ groups }) =>
    groups?.source === undefined ? [] : [{ file, source: groups.source, flags: groups.flags ?? "" }],
  );
}

const TEXTS = await Promise.all(FILES.map(async (file) => [file, await Bun.file(join(SRC, file)).text()] as const));
const PATTERNS = TEXTS.flatMap(([file, text]) => patternsIn(file, text));
const keyOf = ({ file, source }: Pattern): string => `${file} ${source}`;

/** Twice as much takes a pattern that looks back for each place some milliseconds, on a fast machine too. */
const LENGTH = 3_000;
/** A pattern that looks at each place once is done in a tenth of this, on a machine that is busy with others. */
const AT_ONCE_MS = 1;
const FAR_TOO_LONG_MS = 100;
const GROWTH_MAX = 2.6;
const FILLS = [
  " ",
  "\t",
  "\n",
  '"',
  "\\",
  '\\"',
  "/",
  "<",
  "-",
  ".",
  ":",
  ";",
  "*",
  "_",
  "{",
  "[",
  "1",
  "a",
  "A",
  "a1",
  "-a",
  "ä",
];
const ENDS = ["", "b", "!", "\n", "-\nb"];

/** The plain words of a pattern: what comes before its runs, and what may be repeated itself. */
function wordsOf(source: string): string[] {
  const plain = source
    .replace(/\\[bBdDsSwW]|\\p\{[^}]*\}|\\u[0-9a-f]{4}|\[(?:[^\]\\]|\\.)*\]|\(\?(?:<?[=!]|:)/g, "\u0000")
    .replace(/\\(.)/g, (_all, char: string) => ({ n: "\n", r: "\r", t: "\t" })[char] ?? char)
    .split(/[\u0000()|?*+^$.]|\{\d+,?\d*\}/);
  return [...new Set(plain.filter((word) => word !== ""))];
}

function* textsFor(source: string): Generator<(length: number) => string> {
  const words = wordsOf(source);
  const heads = new Set(["", ...words, words.join(""), words.slice(0, 2).join(""), words.slice(0, 2).join(" ")]);
  for (const fill of new Set([...FILLS, ...words, ...words.map((word) => `${word} `)]))
    for (const head of heads)
      for (const end of ENDS) yield (length) => head + fill.repeat(Math.ceil(length / fill.length)) + end;
}

function timeOf(pattern: RegExp, text: string): number {
  pattern.lastIndex = 0;
  const start = performance.now();
  text.replace(pattern, "");
  return performance.now() - start;
}

/** The least of several: what a busy machine adds is not the pattern's. */
const least = (times: number, run: () => number): number => Math.min(...Array.from({ length: times }, () => run()));

function backtracks({ source, flags }: Pattern): string | undefined {
  const pattern = new RegExp(source, flags);
  for (const make of textsFor(source)) {
    const [short, long] = [make(LENGTH), make(2 * LENGTH)];
    const far = (): number => timeOf(pattern, short);
    if (far() > FAR_TOO_LONG_MS && least(3, far) > FAR_TOO_LONG_MS)
      return `${JSON.stringify(short.slice(0, 40))}… does not end`;
    if (timeOf(pattern, long) < AT_ONCE_MS) continue;
    const growth = least(5, () => timeOf(pattern, long)) / least(5, () => timeOf(pattern, short));
    if (growth > GROWTH_MAX && least(5, () => timeOf(pattern, long)) > AT_ONCE_MS)
      return `${JSON.stringify(short.slice(0, 40))}… takes ${growth.toFixed(1)} times as long when it is twice as long`;
  }
  return undefined;
}

test("no pattern backtracks over what a caller or a vendor wrote", () => {
  expect(PATTERNS.length).toBeGreaterThan(100);
  const found = PATTERNS.filter((pattern) => !(keyOf(pattern) in ALLOWED)).flatMap((pattern) => {
    const how = backtracks(pattern);
    return how === undefined ? [] : [`${pattern.file}: /${pattern.source}/ over ${how}`];
  });
  expect(found).toEqual([]);
});

test("the search for it finds the patterns that do", () => {
  const known = ["\\/+$", "<title[^>]*>([^<]*)<\\/title>", "<[^>]*>", "[^a-z0-9].*$", "usage limits?\\b.*\\bregain"];
  expect(known.filter((source) => backtracks({ file: "", source, flags: "i" }) === undefined)).toEqual([]);
});

test("no pattern is let through that is gone", () => {
  const there = new Set(PATTERNS.map(keyOf));
  expect(Object.keys(ALLOWED).filter((key) => !there.has(key))).toEqual([]);
});

test("every pattern that is built from parts was looked at", () => {
  const building = TEXTS.filter(([, text]) => /\bnew RegExp\(|\bRegExp\(/.test(text)).map(([file]) => file);
  expect(building).toEqual(Object.keys(BUILT));
});
