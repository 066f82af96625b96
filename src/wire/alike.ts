/**
 * Events that are alike but for their text. Learned from two events that were read, checked on every other byte of the next:
 * an event that is certainly alike says nothing but its text, and need not be parsed.
 */
import { BACKSLASH, QUOTE, stringEnd } from "./json-text.ts";

/** An event as it came, its blank line included, and the literal of the text that was read in it, as JSON.stringify prints it. */
export interface Sample {
  readonly event: string;
  readonly literal: string;
}

export interface Alike {
  /** Behind the event that begins there, when it is alike and has some text; else -1. */
  end(events: string, from: number): number;
  /** How long that text is as it is written, with its quotes. */
  readonly length: number;
  /** The text of the event whose end was found last, as a literal that JSON.parse reads. */
  literal(events: string): string;
}

/**
 * What two events have in common. `inert`: fields that mean nothing, whose strings and numbers may change. Undefined: the
 * two differ in more than these and their text. `coded`: how the events to come are written (text, or one character a byte).
 */
export function alike(
  first: Sample,
  second: Sample,
  inert: ReadonlySet<string>,
  coded: (text: string) => string = (text) => text,
): Alike | undefined {
  if (!PLAIN_EVENT.test(first.event)) return undefined;
  return differingInText(first, second, coded) ?? differing(first, second, inert, coded);
}

/** In most streams nothing else changes: found without a look at what the events are made of. */
function differingInText(first: Sample, second: Sample, coded: (text: string) => string): Alike | undefined {
  const at = first.event.indexOf(first.literal);
  if (at < 0 || first.literal === second.literal || !second.event.startsWith(second.literal, at)) return undefined;
  const [before, behind] = [first.event.slice(0, at), first.event.slice(at + first.literal.length)];
  if (second.event !== before + second.literal + behind) return undefined;
  return template([coded(before), coded(behind)], [literalEnd], 0);
}

function differing(
  first: Sample,
  second: Sample,
  inert: ReadonlySet<string>,
  coded: (text: string) => string,
): Alike | undefined {
  const tokens = tokensOf(first.event);
  const others = tokensOf(second.event);
  if (tokens.length !== others.length) return undefined;
  const fixed: string[] = [""];
  const holes: Hole[] = [];
  let text = -1;
  for (const [index, token] of tokens.entries()) {
    const other = others[index] as string;
    if (token === other) {
      fixed[fixed.length - 1] += token;
      continue;
    }
    if (isLiteral(token, first.literal) && isLiteral(other, second.literal)) {
      if (text >= 0) return undefined;
      text = holes.length;
    } else if (!inert.has(keyBefore(tokens, index))) return undefined;
    const hole = holeOf(token, other);
    if (!hole) return undefined;
    holes.push(hole);
    fixed.push("");
  }
  return text < 0 ? undefined : template(fixed.map(coded), holes, text);
}

/** An event line at most, and data. Comments and other lines are not taken for a part of an event. */
const PLAIN_EVENT = /^(?:event:[^"\r\n]*\r?\n)?data:[^\r\n]*(?:\n\n|\r\n\r\n)$/;

/** Where a value of its kind ends that starts at `from`; -1: there is none. */
type Hole = (events: string, from: number) => number;

function template(fixed: readonly string[], holes: readonly Hole[], text: number): Alike {
  let textFrom = 0;
  let textTo = 0;
  return {
    end: (events, from) => {
      let at = from;
      for (let index = 0; ; index++) {
        const piece = fixed[index] as string;
        if (!events.startsWith(piece, at)) return -1;
        at += piece.length;
        if (index === holes.length) return at;
        const start = at;
        at = (holes[index] as Hole)(events, at);
        if (at < 0) return -1;
        if (index !== text) continue;
        if (at - start === EMPTY_LENGTH) return -1;
        textFrom = start;
        textTo = at;
      }
    },
    get length() {
      return textTo - textFrom;
    },
    literal: (events) => events.slice(textFrom, textTo),
  };
}

const EMPTY_LENGTH = '""'.length;

/** Strings, numbers, and what stands between. A pattern would stack every escape of a string of megabytes. */
function tokensOf(event: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < event.length; at += tokens.at(-1)?.length ?? 1) {
    const end = stringEnd(event, at);
    tokens.push(end < 0 ? plainAt(event, at) : event.slice(at, end));
  }
  return tokens;
}

const PLAIN = /-?\d[\d.eE+-]*|[^"\d-]+|./sy;

function plainAt(event: string, at: number): string {
  PLAIN.lastIndex = at;
  return PLAIN.exec(event)?.[0] ?? "";
}

function isLiteral(token: string, literal: string): boolean {
  if (token === literal) return true;
  // The vendor may have escaped more than JSON.stringify does.
  return token.startsWith('"') && token.includes("\\") && canonical(token) === literal;
}

const canonical = (token: string): string => {
  try {
    return JSON.stringify(JSON.parse(token));
  } catch {
    return "";
  }
};

function keyBefore(tokens: readonly string[], index: number): string {
  const [key = "", colon = ""] = tokens.slice(Math.max(0, index - 2), index);
  return colon.trim() === ":" && key.startsWith('"') ? key.slice(1, -1) : "";
}

function holeOf(token: string, other: string): Hole | undefined {
  if (token.startsWith('"') && other.startsWith('"')) return literalEnd;
  return DIGITS.test(token) && DIGITS.test(other) ? digitsEnd : undefined;
}
const DIGITS = /^\d+$/;

/** Behind a string that JSON.parse takes; -1: there is none. Most are short, so that a loop beats every search. */
function literalEnd(text: string, from: number): number {
  if (text.charCodeAt(from) !== QUOTE) return -1;
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at + 1;
    if (char < SPACE) return -1;
    if (char !== BACKSLASH) continue;
    at++;
    const escape = text.charAt(at);
    if (escape === "u" && UNICODE.test(text.slice(at + 1, at + 5))) at += 4;
    else if (!ESCAPES.includes(escape)) return -1;
  }
  return -1;
}
const SPACE = 0x20;
const ESCAPES = '"\\/bfnrt';
const UNICODE = /^[\da-f]{4}$/i;

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  const isNumber = at > from && (at === from + 1 || text.charCodeAt(from) !== 48);
  return isNumber ? at : -1;
}
