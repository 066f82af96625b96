/** What stands beside the role and content of a message. */
import type { MessageEntry } from "../../ir/request.ts";
import { withHints } from "../../ir/unread.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";

export function withBesides(message: JsonObject, entry: MessageEntry, writing: Writing): JsonObject {
  if (entry.effort !== undefined) {
    const at = `${writing.said.place(entry)}.output_config.effort`;
    writing.losses.hint(at, "turn-effort", "dropped", "Chat has one effort for the whole request");
  }
  if (entry.phase !== undefined) {
    const at = `${writing.said.place(entry)}.phase`;
    writing.losses.hint(at, "message-phase", "dropped", "Chat knows no phases of an answer");
  }
  return withHints(entry.name === undefined ? message : { ...message, name: entry.name }, entry, writing);
}
