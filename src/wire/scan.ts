/**
 * What a parsed value no longer tells of its text: how deep it goes, and which object says a key twice. One pass over
 * what stands between the strings; what is inside of them is a person's own.
 */
import { pathOf } from "./json.ts";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  keyIn,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
} from "./json-text.ts";

export type TextFault =
  /** `path`: the key, by its decoded name, in the object that holds it: `messages[3].role`. */
  { readonly kind: "repeated-key"; readonly path: string } | { readonly kind: "too-deep" };

/** The first fault of a text. Of one that is no JSON it says little, but it ends. */
export function textFault(text: string, depthMax: number): TextFault | undefined {
  const levels: Level[] = [];
  let depth = 0;
  let level: Level | undefined;
  let isKey = false;
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = skipString(text, at);
      if (isKey && level && !isNew(keyIn(text, at, end), level))
        return { kind: "repeated-key", path: placeOf(levels, depth) };
      isKey = false;
      at = end;
      continue;
    }
    if (char === OPEN_OBJECT || char === OPEN_LIST) {
      if (depth === depthMax) return { kind: "too-deep" };
      isKey = char === OPEN_OBJECT;
      level = opened(levels, depth++, isKey);
    } else if (char === CLOSE_OBJECT || char === CLOSE_LIST) {
      level = levels[--depth - 1];
      isKey = false;
      if (depth <= 0) return undefined;
    } else if (char === COMMA && level) {
      isKey = level.isObject;
      if (!isKey) level.index++;
    }
    at++;
  }
  return undefined;
}

/** An open list or object. One is kept for each depth and used again: most bodies have thousands of small objects. */
interface Level {
  isObject: boolean;
  /** Of a list: where it is. */
  index: number;
  /** Of an object: its keys so far, in `many` once they are too many to be searched one by one. */
  readonly keys: string[];
  many: Set<string> | undefined;
}

const FEW = 12;

function opened(levels: Level[], depth: number, isObject: boolean): Level {
  const level = (levels[depth] ??= { isObject, index: 0, keys: [], many: undefined });
  level.isObject = isObject;
  level.index = 0;
  level.keys.length = 0;
  level.many = undefined;
  return level;
}

function isNew(key: string, level: Level): boolean {
  const { keys } = level;
  const isKnown = level.many ? level.many.has(key) : keys.includes(key);
  keys.push(key);
  if (level.many) level.many.add(key);
  else if (keys.length > FEW) level.many = new Set(keys);
  return !isKnown;
}

const placeOf = (levels: readonly Level[], depth: number): string =>
  levels
    .slice(0, depth)
    .reduce((path, { isObject, index, keys }) => pathOf(path, isObject ? (keys.at(-1) ?? "") : index), "");
