/** A body's own fields compared with what shall be said in them: edits of those that differ. */
import type { EditPath, SpanEdit } from "../wire/edit.ts";
import { isObject, type Json, type JsonObject } from "../wire/json.ts";

/** One edit, or none where nothing changes. */
export const changed = (
  name: string,
  path: EditPath,
  before: Json | undefined,
  after: Json | undefined,
): readonly SpanEdit[] => (before === after ? NONE : [{ name, path, value: after }]);

const NONE: readonly SpanEdit[] = [];

/** Fields that stand at the top under one name each. */
export function changedFields<K extends string>(
  name: string,
  fields: Readonly<Record<K, string>>,
  before: Readonly<Partial<Record<NoInfer<K>, Json>>>,
  after: Readonly<Partial<Record<NoInfer<K>, Json>>>,
): SpanEdit[] {
  const edits: SpanEdit[] = [];
  for (const key in fields)
    if (before[key] !== after[key]) edits.push({ name, path: [fields[key]], value: after[key] });
  return edits;
}

/** Objects at the top whose named members are all said by the printed fields; the members beside them stay. */
export function printedAt(
  name: string,
  objects: Readonly<Record<string, readonly string[]>>,
  body: JsonObject,
  printed: JsonObject,
): SpanEdit[] {
  return Object.entries(objects).flatMap(([top, members]) => {
    const [before, after] = [body[top], printed[top]];
    if (members.length === 0 || after === undefined) return changed(name, [top], before, after);
    return members.flatMap((key) => changed(name, [top, key], memberOf(before, key), memberOf(after, key)));
  });
}

const memberOf = (object: Json | undefined, key: string): Json | undefined =>
  isObject(object) ? object[key] : undefined;
