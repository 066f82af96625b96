/** Removes the fields that one vendor answers with a 400, whether the caller or the gateway put them there. */
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { fieldNamed } from "../ir/field-names.ts";
import { lossless, lossList, type LossList, type Translated } from "../ir/loss.ts";
import type { ModelRequest } from "../ir/request.ts";
import { weightOfField } from "../ir/unread.ts";
import type { SpanEdit } from "../wire/edit.ts";
import { type Json, type JsonObject, without } from "../wire/json.ts";
import type { Capabilities } from "./provider.ts";

/** For a translated body. A field that the caller did not send is no loss. */
export function withoutRefused(
  body: JsonObject,
  { fields, extra }: ModelRequest,
  { refusesFields: refused }: Capabilities,
  dialect: DialectId,
): Translated<JsonObject> {
  const found = Object.keys(body).filter((key) => refused?.has(key));
  if (found.length === 0) return lossless(body);
  const losses = lossList();
  for (const key of found) {
    const field = fieldNamed(key, DIALECTS[dialect].fieldNames);
    const path = field === undefined ? (key in extra.fields ? key : undefined) : fields?.[field];
    if (path !== undefined) lose(path, key, body[key], losses);
  }
  return { value: without(body, new Set(found)), losses: losses.list() };
}

/** For a body whose bytes pass. */
export function editsWithoutRefused(
  edits: readonly SpanEdit[],
  body: JsonObject,
  { refusesFields: refused }: Capabilities,
  losses: LossList,
): readonly SpanEdit[] {
  if (!refused) return edits;
  const kept = edits.filter(({ path, value }) => value === undefined || !refused.has(String(path[0])));
  for (const key of refused) {
    if (body[key] === undefined || kept.some(({ path }) => path[0] === key)) continue;
    kept.push({ name: "unsupported-parameter", path: [key], value: undefined });
    if (body[key] !== null) lose(key, key, body[key], losses);
  }
  return kept;
}

const lose = (path: string, key: string, value: Json | undefined, losses: LossList): void =>
  losses.add({
    path,
    feature: "unsupported-parameter",
    how: "dropped",
    weight: weightOfField(key, value),
    note: "the vendor does not accept it",
  });
