/**
 * Single fields of a JSON text are changed, everything around them stays byte for byte: a prompt cache, a number past
 * 2^53 and a field nobody here knows survive only that way. The text must be one that JSON.parse accepts. Keys are
 * found by their decoded name, `"mod\u0065l"` included: else the model that we checked is not the one the vendor reads.
 */
import type { Json, JsonObject } from "./json.ts";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  keyIn,
  OPEN_LIST,
  OPEN_OBJECT,
  skipSpace,
  skipString,
  skipValue,
  SPACE,
} from "./json-text.ts";

export type EditPath = readonly (string | number)[];

/**
 * `value: undefined` removes the field. A missing key is inserted at the end of its object, with the objects on its way.
 * A place in a list that does not exist is left alone. Of two edits on one path the later wins, and an edit of a whole
 * object wins over those inside it. No object repeats a key: such bodies are refused (scan.ts). Example: of
 * `{"model":"a", "n":1.0}`, the edit `{ path: ["model"], value: "b" }` makes `{"model":"b", "n":1.0}`.
 */
export interface SpanEdit {
  /** What it is called in a list of edits; not read here. */
  readonly name?: string;
  readonly path: EditPath;
  readonly value: Json | undefined;
}

/** `value`: what the text was parsed to. The text is then crossed no further than to the last field that is edited. */
export function applyEdits(text: string, edits: readonly SpanEdit[], value?: JsonObject): string {
  if (edits.length === 0) return text;
  const splices: Splice[] = [];
  editValue(text, skipSpace(text, 0), branchOf(edits), splices, value);
  return splice(text, splices);
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What happens to one value: it is set, removed, or edited further inside. */
interface Branch {
  edit?: SpanEdit;
  readonly inside: Map<string | number, Branch>;
}

function branchOf(edits: readonly SpanEdit[]): Branch {
  const root: Branch = { inside: new Map() };
  for (const edit of edits) {
    let branch = root;
    for (const key of edit.path) {
      let next = branch.inside.get(key);
      if (!next) branch.inside.set(key, (next = { inside: new Map() }));
      branch = next;
    }
    branch.edit = edit;
  }
  return root;
}

function editValue(text: string, start: number, branch: Branch, splices: Splice[], value?: JsonObject): void {
  const opener = text.charCodeAt(start);
  if (branch.edit) splices.push({ start, end: skipValue(text, start), text: printed(branch) ?? "null" });
  else if (opener === OPEN_OBJECT || opener === OPEN_LIST) editMembers(text, start, branch, splices, value);
  else {
    const made = printed(branch);
    if (made !== undefined) splices.push({ start, end: skipValue(text, start), text: made });
  }
}

/** A field in the text is a member of an object from its key on, or an item of a list. */
function editMembers(text: string, start: number, { inside }: Branch, splices: Splice[], value?: JsonObject): void {
  const isList = text.charCodeAt(start) === OPEN_LIST;
  const close = isList ? CLOSE_LIST : CLOSE_OBJECT;
  const found = new Set<string | number>();
  const toFind = value ? [...inside.keys()].filter((key) => Object.hasOwn(value, key)).length : inside.size;
  let [at, end, keptEnd, removedFrom] = [skipSpace(text, start + 1), start + 1, -1, -1];
  for (let index = 0; at < text.length && text.charCodeAt(at) !== close; index++) {
    const keyEnd = isList ? at : skipString(text, at);
    const key = isList ? index : keyIn(text, at, keyEnd);
    const valueStart = isList ? at : skipSpace(text, skipSpace(text, keyEnd) + 1);
    const branch = inside.get(key);
    const isKept = !isRemoved(branch);
    if (isKept && removedFrom >= 0) {
      // What is removed goes with the comma behind it; at the end, with the comma before it.
      splices.push({ start: removedFrom, end: at, text: "" });
      removedFrom = -1;
    }
    if (isKept && !branch && found.size === toFind) return insertAtEnd(text, insertions(inside, found), splices);
    if (branch) found.add(key);
    if (branch && isKept) editValue(text, valueStart, branch, splices);
    if (!isKept && removedFrom < 0) removedFrom = at;
    end = skipValue(text, valueStart);
    if (isKept) keptEnd = end;
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  const added = isList ? [] : insertions(inside, found);
  const from = keptEnd >= 0 ? keptEnd : removedFrom >= 0 ? removedFrom : end;
  const insertion = (keptEnd >= 0 && added.length > 0 ? "," : "") + added.join(",");
  if (from < end || insertion) splices.push({ start: from, end, text: insertion });
}

/** Only the object that is the whole text lacks keys that are known to be missing: its end is the last bracket. */
function insertAtEnd(text: string, added: readonly string[], splices: Splice[]): void {
  if (added.length === 0) return;
  let end = text.lastIndexOf("}");
  while (text.charCodeAt(end - 1) <= SPACE) end--;
  splices.push({ start: end, end, text: `,${added.join(",")}` });
}

const isRemoved = (branch: Branch | undefined): boolean =>
  branch?.edit !== undefined && branch.edit.value === undefined;

function insertions(inside: Branch["inside"], found: ReadonlySet<string | number>): string[] {
  return [...inside].flatMap(([key, inside]) => {
    const value = found.has(key) ? undefined : printed(inside);
    return value === undefined ? [] : [`${JSON.stringify(String(key))}:${value}`];
  });
}

/** A branch as a value of its own, where the text has nothing to keep; undefined: there is nothing to set. */
function printed(branch: Branch): string | undefined {
  if (branch.edit) return branch.edit.value === undefined ? undefined : JSON.stringify(branch.edit.value);
  const members = insertions(branch.inside, new Set());
  return members.length > 0 ? `{${members.join(",")}}` : undefined;
}

/** Splices are found in the order of the text, except an object's own tail, which stands behind what is inside it. */
function splice(text: string, splices: readonly Splice[]): string {
  let out = "";
  let at = 0;
  for (const { start, end, text: replacement } of splices.toSorted((a, b) => a.start - b.start)) {
    out += text.slice(at, start) + replacement;
    at = end;
  }
  return out + text.slice(at);
}
