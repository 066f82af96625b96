/** The list of dialects. A new one is a folder and a line here. */
import type { DialectId } from "../ir/dialect-id.ts";
import type { Dialect } from "./dialect.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";

export const DIALECTS: Readonly<Record<DialectId, Dialect>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  "anthropic-messages": anthropicMessages,
};
/** For callers whose dialect is not known. */
export const FALLBACK = openaiChat;
export const DIALECT_IDS = Object.keys(DIALECTS) as readonly DialectId[];
