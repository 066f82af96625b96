/** Words made of what paths, headers and terminals read otherwise than people. */
import type { Random } from "./random.ts";

const PIECES = [
  ...["/", "\\", ".", "..", "/../", "//", "%", "%2f", "%2e", "%2e%2e%2f", "%00", "%252e", "?", "#", "?a=b", "#a"],
  ...[":", ";", "@", " ", "&", "=", "*", "~", "gpt", "x", "é"],
];
const CONTROLS = ["\0", "\t", "\r", "\n", "\r\nx-evil: 1\r\n", "\u001b[2J", "\u007f", "\u0085", "\u202e", "\u2028"];

export const strangeName = (dice: Random): string => joined([...PIECES, ...CONTROLS], dice);

/** Without what a head cannot hold at all. */
export const strangeHeader = (dice: Random): string => joined([...PIECES, "\t", "\u007f"], dice);

const joined = (pieces: readonly string[], dice: Random): string =>
  Array.from({ length: 1 + dice.int(6) }, () => dice.pick(pieces)).join("");

/** Nothing that moves a cursor, begins a line or turns the writing round. */
export const isPlain = (line: string): boolean =>
  !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(line);
