/**
 * Single fields of a JSON text are changed, everything around them stays byte for byte: a prompt cache, a number past
 * 2^53 and a field nobody here knows survive only that way. The text must be one that JSON.parse accepts. Keys are
 * found by their decoded name, `"mod\u0065l"` included: else the model that we checked is not the one the vendor reads.
 */
import type { Json } from "./json.ts";
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
} from "./json-text.ts";

export type EditPath = readonly (string | number)[];

/**
 * `value: undefined` removes the field. A missing key is inserted at the end of its object, with the objects on its way.
 * A place in a list that does not exist is left alone. Of two edits on one path the later wins, and an edit of a whole
 * object wins over those inside it. A key that an object repeats is edited wherever it stands.
 */
export interface SpanEdit {
  /** What it is called in a list of edits; nobody here reads it. */
  readonly name?: string;
  readonly path: EditPath;
  readonly value: Json | undefined;
}

export function applyEdits(text: string, edits: readonly SpanEdit[]): string {
  if (edits.length === 0) return text;
  const splices: Splice[] = [];
  editValue(text, skipSpace(text, 0), branchOf(edits), splices);
  return splice(text, splices);
}

/** A field in the text: a member of an object from its key on, an item of a list from its value on. */
interface Member {
  readonly key: string | number;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
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

function editValue(text: string, start: number, branch: Branch, splices: Splice[]): void {
  const opener = text.charCodeAt(start);
  if (branch.edit) splices.push({ start, end: skipValue(text, start), text: printed(branch) ?? "null" });
  else if (opener === OPEN_OBJECT || opener === OPEN_LIST) editMembers(text, start, branch, splices);
  else {
    const value = printed(branch);
    if (value !== undefined) splices.push({ start, end: skipValue(text, start), text: value });
  }
}

function editMembers(text: string, start: number, branch: Branch, splices: Splice[]): void {
  const members = membersOf(text, start);
  const kept = members.findLast((member) => !isRemoved(branch.inside.get(member.key)));
  const found = new Set<string | number>();
  for (const [index, member] of members.entries()) {
    const inside = branch.inside.get(member.key);
    if (!inside) continue;
    found.add(member.key);
    const next = members[index + 1];
    if (!isRemoved(inside)) editValue(text, member.valueStart, inside, splices);
    // A member goes with the comma behind it; the last ones go with the comma before them, below.
    else if (next && kept && kept.start > member.start)
      splices.push({ start: member.start, end: next.start, text: "" });
  }
  const added = text.charCodeAt(start) === OPEN_OBJECT ? insertions(branch, found) : [];
  const end = members.at(-1)?.end ?? start + 1;
  const from = kept?.end ?? members[0]?.start ?? start + 1;
  const insertion = (kept && added.length > 0 ? "," : "") + added.join(",");
  if (from < end || insertion) splices.push({ start: from, end, text: insertion });
}

const isRemoved = (branch: Branch | undefined): boolean =>
  branch?.edit !== undefined && branch.edit.value === undefined;

function insertions(branch: Branch, found: ReadonlySet<string | number>): string[] {
  return [...branch.inside].flatMap(([key, inside]) => {
    const value = found.has(key) ? undefined : printed(inside);
    return value === undefined ? [] : [`${JSON.stringify(String(key))}:${value}`];
  });
}

/** A branch as a value of its own, where the text has nothing to keep; undefined: there is nothing to set. */
function printed(branch: Branch): string | undefined {
  if (branch.edit) return branch.edit.value === undefined ? undefined : JSON.stringify(branch.edit.value);
  const members = insertions(branch, new Set());
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

function membersOf(text: string, start: number): Member[] {
  const members: Member[] = [];
  const isList = text.charCodeAt(start) === OPEN_LIST;
  let at = skipSpace(text, start + 1);
  while (at < text.length && text.charCodeAt(at) !== (isList ? CLOSE_LIST : CLOSE_OBJECT)) {
    const member = isList ? itemAt(text, at, members.length) : fieldAt(text, at);
    members.push(member);
    at = skipSpace(text, member.end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return members;
}

const itemAt = (text: string, start: number, index: number): Member => ({
  key: index,
  start,
  valueStart: start,
  end: skipValue(text, start),
});

function fieldAt(text: string, start: number): Member {
  const keyEnd = skipString(text, start);
  const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
  return { key: keyIn(text, start, keyEnd), start, valueStart, end: skipValue(text, valueStart) };
}
