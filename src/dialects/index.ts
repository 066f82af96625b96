/** The list of dialects. A new one is a folder and a line here. */
import type { Dialect, DialectId } from "./dialect.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";

export const DIALECTS: Readonly<Record<DialectId, Dialect>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  anthropic: anthropicMessages,
};
