/** A body's own fields compared with what shall be said in them: edits of those that differ. */
import type { EditPath, SpanEdit } from "../wire/edit.ts";
import { FIELDS, type Field } from "../ir/field-names.ts";
import type { Sampling } from "../ir/request.ts";
import { isObject, type Json, type JsonObject, type OnWrong, optionalNumber } from "../wire/json.ts";

/** One edit, or none where nothing changes. */
export const changed = (
  name: string,
  path: EditPath,
  before: Json | undefined,
  after: Json | undefined,
): readonly SpanEdit[] => (before === after ? NONE : [{ name, path, value: after }]);

const NONE: readonly SpanEdit[] = [];

/** Fields of the sampling that the dialect has under their commonest names. */
export const changedSampling = (
  fields: readonly (Field & keyof Sampling)[],
  before: Sampling,
  after: Sampling,
): readonly SpanEdit[] =>
  fields.flatMap((field) => changed("unsupported-parameter", [FIELDS[field]], before[field], after[field]));

/** The numbers among them. */
export function numbersIn<K extends Field>(body: JsonObject, fields: readonly K[], wrong: OnWrong) {
  const found: Partial<Record<K, number>> = {};
  for (const field of fields) {
    const value = optionalNumber(body, FIELDS[field], "", wrong);
    if (value !== undefined) found[field] = value;
  }
  return found;
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
