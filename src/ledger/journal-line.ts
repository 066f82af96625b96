/**
 * A line of the journal: length and CRC32 of what follows, then what it is, whose it is, and JSON. JSON holds no line
 * break, so that a reader finds the next line whatever became of this one. Example:
 *
 *     0000042a 9f3c11d0 r 0199c0de-… {"id":"0199c0de-…", …}
 */

/** start: a call was let in, with the row that is remembered of it should nobody see its end. row: its end. done: how far each reader has come. */
export type LineKind = "start" | "row" | "done";

export interface JournalLine {
  readonly kind: LineKind;
  readonly id: string;
  readonly json: string;
  /** Of the bytes that were read: where the next line begins. */
  readonly end: number;
}

export interface ReadLines {
  readonly lines: readonly JournalLine[];
  /** Where the lines end that are there as a whole. What follows is torn, or goes on in the next bytes. */
  readonly used: number;
  /** Lines whose length or checksum is wrong. */
  readonly damaged: number;
}

const LETTERS: Readonly<Record<LineKind, string>> = { start: "s", row: "r", done: "d" };
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as LineKind]));
const HEAD_BYTES = "0000042a 9f3c11d0 ".length;
const LINE_BREAK = 10;
const SPACE = 32;

/** The bytes are valid until the next call: one buffer serves all lines. */
export function printLine(kind: LineKind, id: string, json: string): Buffer {
  const text = `${LETTERS[kind]} ${id} ${json}`;
  // UTF-8 takes three bytes for a UTF-16 unit at most.
  const room = HEAD_BYTES + text.length * 3 + 1;
  if (scratch.length < room) scratch = Buffer.allocUnsafe(room * 2);
  const length = scratch.write(text, HEAD_BYTES);
  const end = HEAD_BYTES + length;
  printHex(scratch, 0, length);
  printHex(scratch, HEX_DIGITS + 1, crc32(scratch, HEAD_BYTES, end));
  scratch[end] = LINE_BREAK;
  return scratch.subarray(0, end + 1);
}
let scratch = Buffer.allocUnsafe(64 * 1024);

/** Eight digits and a space, without a text between. */
function printHex(into: Buffer, at: number, value: number): void {
  for (let digit = HEX_DIGITS - 1, left = value; digit >= 0; digit--, left >>>= 4)
    into[at + digit] = HEX.charCodeAt(left & 15);
  into[at + HEX_DIGITS] = SPACE;
}
const HEX = "0123456789abcdef";
const HEX_DIGITS = 8;

export function readLines(bytes: Buffer): ReadLines {
  const lines: JournalLine[] = [];
  let used = 0;
  let damaged = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_BREAK, used);
    if (end < 0) return { lines, used, damaged };
    const line = readLine(bytes, used, end);
    if (line) lines.push(line);
    else damaged++;
    used = end + 1;
  }
}

function readLine(bytes: Buffer, from: number, end: number): JournalLine | undefined {
  const text = from + HEAD_BYTES;
  if (end - text < 4) return undefined;
  const [length, sum] = bytes.toString("latin1", from, text).split(" ");
  if (length !== hex(end - text) || sum !== hex(crc32(bytes, text, end))) return undefined;
  const kind = KINDS.get(bytes.toString("latin1", text, text + 1));
  const idEnd = bytes.indexOf(SPACE, text + 2);
  if (kind === undefined || idEnd < 0 || idEnd >= end) return undefined;
  return {
    kind,
    id: bytes.toString("latin1", text + 2, idEnd),
    json: bytes.toString("utf8", idEnd + 1, end),
    end: end + 1,
  };
}

const crc32 = (bytes: Buffer, from: number, end: number): number => Bun.hash.crc32(bytes.subarray(from, end));
const hex = (value: number): string => value.toString(16).padStart(8, "0");
