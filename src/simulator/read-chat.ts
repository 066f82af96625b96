/** Chat Completions requests, as https://platform.openai.com/docs/api-reference/chat/create describes them. */
import type { Json, JsonObject } from "../wire/json.ts";
import { type Asked, type Offered, approximateTokens, askedIn, objectOf, objectsOf, stringOf } from "./asked.ts";

export function readChat(body: JsonObject): Asked {
  const messages = objectsOf(body.messages);
  const answered = messages.findLastIndex((message) => message.role === "assistant");
  const results = messages.slice(answered + 1).flatMap(({ role, content }) => (role === "tool" ? [content] : []));
  const choice = body.tool_choice;
  const forcedTool = forcedName(choice);
  const schema = objectOf(objectOf(body.response_format).json_schema).schema;
  return {
    ...askedIn("openai-chat", body, messages, results),
    tools: choice === "none" ? [] : objectsOf(body.tools).flatMap(offered),
    ...(forcedTool === undefined ? {} : { forcedTool }),
    parallel: body.parallel_tool_calls !== false,
    thinking: isOff(body) ? "off" : "shown",
    thinksFirst: false,
    sealed: false,
    ...(schema === undefined ? {} : { answerSchema: objectOf(schema) }),
    usageChunk: objectOf(body.stream_options).include_usage === true,
    obfuscated: false,
    inputTokens: approximateTokens(JSON.stringify([body.messages ?? [], body.tools ?? []])),
  };
}

const isOff = (body: JsonObject): boolean =>
  body.reasoning_effort === "none" ||
  objectOf(body.thinking).type === "disabled" ||
  objectOf(body.reasoning).enabled === false;

function offered(tool: JsonObject): Offered[] {
  const definition = objectOf(tool.type === "custom" ? tool.custom : tool.function);
  const name = stringOf(definition.name);
  if (name === "") return [];
  if (tool.type === "custom") return [{ kind: "freeform", name, schema: {} }];
  return [{ kind: "function", name, schema: objectOf(definition.parameters) }];
}

function forcedName(choice: Json | undefined): string | undefined {
  const named = objectOf(choice);
  return stringOf(objectOf(named.function).name) || stringOf(objectOf(named.custom).name) || undefined;
}
