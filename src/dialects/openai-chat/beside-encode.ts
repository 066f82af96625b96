/** What stands beside the role and content of a message. */
import type { MessageEntry } from "../../ir/request.ts";
import type { JsonObject } from "../../wire/json.ts";
import { hint, unread, type Writing } from "./writing.ts";

export function besides(entry: MessageEntry, writing: Writing): JsonObject {
  const at = writing.said.place(entry);
  if (entry.effort !== undefined) {
    const note = "Chat has one effort for the whole request";
    hint(writing, "dropped", `${at}.output_config.effort`, "turn-effort", note);
  }
  if (entry.phase !== undefined)
    hint(writing, "dropped", `${at}.phase`, "message-phase", "Chat knows no phases of an answer");
  return { ...(entry.name === undefined ? {} : { name: entry.name }), ...unread(entry, writing) };
}
