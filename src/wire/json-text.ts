/** A JSON text crossed without being parsed: where a string, a value or a run of white space ends. */

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const COMMA = 0x2c;
/** The highest of the white space. */
export const SPACE = 0x20;

/** The key whose string stands there, by its decoded name. */
export function keyIn(text: string, start: number, end: number): string {
  const plain = text.slice(start + 1, end - 1);
  return plain.includes("\\") ? (JSON.parse(text.slice(start, end)) as string) : plain;
}

export function skipSpace(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= SPACE) at++;
  return at;
}

/** Most of a body is inside strings, and those are crossed with indexOf: about ten times faster than character by character. */
export function skipValue(text: string, start: number): number {
  const opener = text.charCodeAt(start);
  if (opener === QUOTE) return skipString(text, start);
  if (opener !== OPEN_OBJECT && opener !== OPEN_LIST) return skipWord(text, start);
  let depth = 0;
  let at = start;
  do {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    if (char === OPEN_OBJECT || char === OPEN_LIST) depth++;
    else if (char === CLOSE_OBJECT || char === CLOSE_LIST) depth--;
    at++;
  } while (depth > 0 && at < text.length);
  return at;
}

/** Behind the closing quote of the string that begins there; else the end of the text. */
export function skipString(text: string, start: number): number {
  const end = stringEnd(text, start);
  return end < 0 ? text.length : end;
}

/** Behind the closing quote of the string that begins there; -1: none does, or it has no end. A run of backslashes belongs to one quote only, so that none is read twice. */
export function stringEnd(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) return -1;
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return -1;
}

/** A number, true, false or null. Always moves on, so that no text can hold the scan up. */
function skipWord(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !endsWord(text.charCodeAt(at))) at++;
  return at;
}

const endsWord = (char: number): boolean =>
  char <= SPACE || char === COMMA || char === CLOSE_OBJECT || char === CLOSE_LIST;
