/** What each path promises: which bodies it takes and in which dialect it answers. */
import type { Surface } from "../relay/call.ts";
import { isList } from "../wire/json.ts";

/** Cursor posts Responses bodies to the Chat path and wants Chat chunks back. Anthropic blocks and tools in a Chat body are read by the Chat decoder. */
export const CHAT: Surface = {
  reply: "openai-chat",
  dialectOf: (body) =>
    body.input !== undefined && !(isList(body.messages) && body.messages.length > 0)
      ? "openai-responses"
      : "openai-chat",
};
export const RESPONSES: Surface = { reply: "openai-responses", dialectOf: () => "openai-responses" };
export const MESSAGES: Surface = { reply: "anthropic-messages", dialectOf: () => "anthropic-messages" };
