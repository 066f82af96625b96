/** Which conversation a call belongs to, from what clients already send. */
import { createHash } from "node:crypto";
import type { Entry } from "../ir/request.ts";
import { textOfContent } from "../ir/turns.ts";
import { isObject, type JsonObject } from "../wire/json.ts";

/** Session headers of real clients, most specific first. */
const SESSION_HEADERS = [
  "x-claude-code-session-id",
  "x-cursor-conversation-id",
  "session-id",
  "session_id",
  "x-session-id",
  "x-session-affinity",
  "thread-id",
  "conversation-id",
] as const;

export interface NamedSession {
  readonly id: string;
  /** The header or field that it was read from. */
  readonly from: string;
}

/** A session that the client names: in `metadata` (Cursor) or a header. Never `user`: it is the same in all of a person's conversations. */
export function namedSession(headers: Headers, body: JsonObject): NamedSession | undefined {
  const metadata = isObject(body.metadata) ? body.metadata : undefined;
  if (typeof metadata?.cursorConversationId === "string" && metadata.cursorConversationId !== "")
    return { id: metadata.cursorConversationId, from: "metadata.cursorConversationId" };
  for (const from of SESSION_HEADERS) {
    const id = headers.get(from);
    if (id) return { id, from };
  }
  return undefined;
}

/** A conversation that its client does not name, by the user's first words, which clients repeat in every request. */
export const guessedConversation = (first: Entry | undefined): string =>
  sha256(first?.kind === "message" ? textOfContent(first.content) : "");

export const isFromUser = (entry: Entry): boolean => entry.kind === "message" && entry.role === "user";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
