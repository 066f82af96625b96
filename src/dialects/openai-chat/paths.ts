/** Where Chat callers post, at the gateway and at an upstream. */
import type { DialectId } from "../../ir/dialect-id.ts";
import { isList, type JsonObject } from "../../wire/json.ts";
import { deploymentPath } from "../deployment.ts";
import type { Paths } from "../dialect.ts";
import { OPENAI_CHAT } from "./id.ts";

export const paths: Paths = {
  generate: [
    "/v1/chat/completions",
    "/chat/completions",
    "/openai/v1/chat/completions",
    "/cursor/chat/completions",
    "/cursor/v1/chat/completions",
    deploymentPath("/chat/completions"),
  ],
  bodyDialect,
  isOwn: (path) => path.endsWith("/chat/completions"),
  upstream: () => "/chat/completions",
};

/** Cursor posts Responses bodies to the Chat path and wants Chat chunks back. Anthropic blocks and tools in a Chat body are read by the Chat decoder. */
function bodyDialect(body: JsonObject): DialectId {
  const isResponses = body.input !== undefined && !(isList(body.messages) && body.messages.length > 0);
  return isResponses ? "openai-responses" : OPENAI_CHAT;
}
