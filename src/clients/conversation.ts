/** Which conversation a call belongs to, from what clients already send. */
import { createHash } from "node:crypto";
import type { ModelRequest } from "../ir/request.ts";
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

/** The vendor refuses longer cache keys. https://platform.openai.com/docs/api-reference/responses/create */
const CACHE_KEY_LENGTH_MAX = 64;

/** A session that the client names: in `metadata` (Cursor) or a header. Never `user`: it is the same in all of a person's conversations. */
export function namedSession(headers: Headers, body: JsonObject): string | undefined {
  const metadata = isObject(body.metadata) ? body.metadata : undefined;
  if (typeof metadata?.cursorConversationId === "string" && metadata.cursorConversationId !== "")
    return metadata.cursorConversationId;
  for (const name of SESSION_HEADERS) {
    const value = headers.get(name);
    if (value) return value;
  }
  return undefined;
}

/** A cache key that vendors accept. */
export const cacheKeyOf = (session: string): string =>
  session.length <= CACHE_KEY_LENGTH_MAX ? session : sha256(session);

/** The vault's key: the named session, else the first user turn, which clients repeat in every request. */
export function conversationOf(session: string | undefined, request: ModelRequest): string {
  if (session !== undefined) return session;
  const first = request.entries.find((entry) => entry.kind === "message" && entry.role === "user");
  return sha256(first?.kind === "message" ? textOfContent(first.content) : "");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
