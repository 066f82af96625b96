/**
 * Frames that are alike but for their strings and their counter. Who only waits for the outcome of a stream need not read
 * the hundredth of them: learned from two that were read, checked on every other byte of the next. What is not certainly
 * alike is read.
 */
import { stringEnd } from "./json-text.ts";

export type Alike = (data: string) => boolean;

/** What two frames have in common; undefined when they differ in more than the values of strings and a number that counts. */
export function alike(first: string, second: string): Alike | undefined {
  const tokens = tokensOf(first);
  const others = tokensOf(second);
  if (tokens.length !== others.length) return undefined;
  const fixed: string[] = [""];
  const holes: Hole[] = [];
  for (const [index, token] of tokens.entries()) {
    const other = others[index] as string;
    if (token === other) fixed[fixed.length - 1] += token;
    else {
      const hole = holeOf(token, other);
      const isKey = tokens[index + 1]?.trimStart().startsWith(":");
      if (!hole || isKey || TYPE.test(fixed.at(-1) ?? "")) return undefined;
      holes.push(hole);
      fixed.push("");
    }
  }
  return (data) => fits(data, fixed, holes);
}

/** Where a value of its kind ends that starts at `from`; -1: there is none. */
type Hole = (data: string, from: number) => number;

/** Strings, numbers, and what stands between. A pattern would stack every escape of a string of megabytes. */
function tokensOf(data: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < data.length; at += tokens.at(-1)?.length ?? 1) {
    const end = stringEnd(data, at);
    tokens.push(end < 0 ? plainAt(data, at) : data.slice(at, end));
  }
  return tokens;
}

const PLAIN = /-?\d[\d.eE+-]*|[^"\d-]+|./sy;

function plainAt(data: string, at: number): string {
  PLAIN.lastIndex = at;
  return PLAIN.exec(data)?.[0] ?? "";
}

/** What says which kind of event it is may not differ. */
const TYPE = /"type"\s*:\s*$/;

function holeOf(token: string, other: string): Hole | undefined {
  if (token.startsWith('"') && other.startsWith('"')) return stringEnd;
  return Number(other) - Number(token) === 1 ? digitsEnd : undefined;
}

function fits(data: string, fixed: readonly string[], holes: readonly Hole[]): boolean {
  let at = 0;
  for (let index = 0; index < fixed.length; index++) {
    const piece = fixed[index] as string;
    if (!data.startsWith(piece, at)) return false;
    at += piece.length;
    const hole = holes[index];
    if (hole) at = hole(data, at);
    if (at < 0) return false;
  }
  return at === data.length;
}

function digitsEnd(data: string, from: number): number {
  let at = from;
  while (data.charCodeAt(at) >= 48 && data.charCodeAt(at) <= 57) at++;
  return at === from ? -1 : at;
}
