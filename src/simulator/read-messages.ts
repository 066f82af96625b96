/** Messages requests, as https://platform.claude.com/docs/en/api/messages describes them. */
import type { JsonObject } from "../wire/json.ts";
import { type Asked, type Offered, approximateTokens, askedIn, objectOf, objectsOf, stringOf } from "./asked.ts";

export function readMessages(body: JsonObject): Asked {
  const messages = objectsOf(body.messages);
  const answered = messages.findLastIndex((message) => message.role === "assistant");
  const results = messages
    .slice(answered + 1)
    .flatMap((message) => objectsOf(message.content))
    .flatMap(({ type, content }) => (type === "tool_result" ? [content] : []));
  const choice = objectOf(body.tool_choice);
  const format = objectOf(objectOf(body.output_config).format ?? body.output_format);
  return {
    ...askedIn("anthropic-messages", body, messages, results),
    tools: choice.type === "none" ? [] : objectsOf(body.tools).flatMap(offered),
    ...(choice.type === "tool" ? { forcedTool: stringOf(choice.name) } : {}),
    parallel: choice.disable_parallel_tool_use !== true,
    thinking: thinkingOf(objectOf(body.thinking)),
    thinksFirst: objectOf(body.thinking).type === "enabled",
    sealed: true,
    ...(format.type === "json_schema" ? { answerSchema: objectOf(format.schema) } : {}),
    usageChunk: true,
    obfuscated: false,
    inputTokens: countTokens(body),
  };
}

export const countTokens = (body: JsonObject): number =>
  approximateTokens(JSON.stringify([body.system ?? "", body.messages ?? [], body.tools ?? []]));

function thinkingOf(thinking: JsonObject): Asked["thinking"] {
  if (thinking.type === "disabled") return "off";
  return thinking.display === "omitted" ? "hidden" : "shown";
}

function offered(tool: JsonObject): Offered[] {
  const isClientTool = tool.type === undefined || tool.type === null || tool.type === "custom";
  if (!isClientTool || tool.defer_loading === true) return [];
  return [{ kind: "function", name: stringOf(tool.name), schema: objectOf(tool.input_schema) }];
}
