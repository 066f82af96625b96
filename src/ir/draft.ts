/** A thing that a decoder is making. What may be absent is set on the thing itself: a conversation has thousands of them, and a copy for each costs more than reading it. */
import { isObject, type JsonObject, pathOf } from "../wire/json.ts";
import type { Placed } from "./field-names.ts";
import type { CacheMark, Unread } from "./request.ts";
import { unreadOf } from "./unread.ts";

export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/** With its place, unless it knows a nearer one. */
export function placed<T extends Placed>(draft: T, at: string): T {
  if (draft.at === undefined) (draft as Draft<Placed>).at = at;
  return draft;
}

/** With its breakpoint of the prompt cache, where its object has one. */
export function withMark<T extends object>(draft: T, object: JsonObject, path: string): T {
  const raw = object.cache_control;
  if (!isObject(raw)) return draft;
  const at = pathOf(path, "cache_control");
  (draft as { mark?: CacheMark }).mark = typeof raw.ttl === "string" ? { ttl: raw.ttl, raw, at } : { raw, at };
  return draft;
}

/** With the keys of its object that its decoder does not read, where there are any. */
export function withUnread<T extends object>(draft: T, object: JsonObject, read: ReadonlySet<string>): T {
  const hints = unreadOf(object, read);
  if (hints) (draft as Draft<Unread>).hints = hints;
  return draft;
}
