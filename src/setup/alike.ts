/** Blocks that say the same of one name after another: the first is shown, the others are counted. */

/** So many lines are worth leaving out. */
const LINES_MIN = 3;
const REPEATS_MIN = 2;

/** A block is a line and what is indented below it, with its closing bracket. */
export function withoutAlike(lines: readonly string[]): string[] {
  const shown: string[] = [];
  for (let at = 0; at < lines.length;) {
    const block = blockAt(lines, at);
    const repeats = block.length < LINES_MIN ? 0 : repeatsOf(block, lines, at + block.length);
    if (repeats < REPEATS_MIN) shown.push(lines[at++] ?? "");
    else {
      shown.push(...block, `${indentOf(block[0] ?? "")}… and ${repeats} more like it`);
      at += block.length * (repeats + 1);
    }
  }
  return shown;
}

function repeatsOf(block: readonly string[], lines: readonly string[], from: number): number {
  let repeats = 0;
  while (isAlike(block, blockAt(lines, from + repeats * block.length))) repeats++;
  return repeats;
}

function blockAt(lines: readonly string[], start: number): readonly string[] {
  const indent = indentOf(lines[start] ?? "").length;
  let end = start + 1;
  while (end < lines.length && indentOf(lines[end] ?? "").length > indent) end++;
  if (end > start + 1 && /^\s*[}\]]/.test(lines[end] ?? "") && indentOf(lines[end] ?? "").length === indent) end++;
  return lines.slice(start, end);
}

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? "";

/** Equal once the one name stands where the other does. A comma behind the last says nothing. */
function isAlike(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  const [a, b] = [textOf(one), textOf(other)];
  const [from, to] = firstDifference(a, b);
  return a.replaceAll(from, to) === b;
}

const textOf = (block: readonly string[]): string => block.join("\n").replace(/,$/, "");

/** The words in which two texts first differ, as wide as a name goes. */
function firstDifference(a: string, b: string): readonly [string, string] {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  while (at > 0 && isOfName(a[at - 1])) at--;
  return [wordAt(a, at), wordAt(b, at)];
}

function wordAt(text: string, start: number): string {
  let end = start;
  while (isOfName(text[end])) end++;
  return text.slice(start, end);
}

const isOfName = (character: string | undefined): boolean => character !== undefined && /[\w.:/@-]/.test(character);
