/** Messages requests, as https://platform.claude.com/docs/en/api/messages describes them. */
import type { JsonObject } from "../wire/json.ts";
import {
  type Asked,
  type Offered,
  approximateTokens,
  objectOf,
  objectsOf,
  saidLast,
  stringOf,
  textOfContent,
} from "./asked.ts";

export function readMessages(body: JsonObject, model: string): Asked {
  const messages = objectsOf(body["messages"]);
  const answered = messages.findLastIndex((message) => message["role"] === "assistant");
  const results = messages
    .slice(answered + 1)
    .flatMap((message) => objectsOf(message["content"]))
    .filter((block) => block["type"] === "tool_result");
  const choice = objectOf(body["tool_choice"]);
  const format = objectOf(objectOf(body["output_config"])["format"] ?? body["output_format"]);
  return {
    dialect: "anthropic-messages",
    model,
    stream: body["stream"] === true,
    userText: saidLast(messages.filter(({ role }) => role === "user").map(({ content }) => content)),
    bringsResult: results.length > 0,
    resultText: results.map((result) => textOfContent(result["content"])).join("\n"),
    tools: choice["type"] === "none" ? [] : objectsOf(body["tools"]).flatMap(offered),
    ...(choice["type"] === "tool" ? { forcedTool: stringOf(choice["name"]) } : {}),
    parallel: choice["disable_parallel_tool_use"] !== true,
    thinking: thinkingOf(objectOf(body["thinking"])),
    thinksFirst: objectOf(body["thinking"])["type"] === "enabled",
    sealed: true,
    ...(format["type"] === "json_schema" ? { answerSchema: objectOf(format["schema"]) } : {}),
    usageChunk: true,
    obfuscated: false,
    inputTokens: countTokens(body),
    body,
  };
}

export const countTokens = (body: JsonObject): number =>
  approximateTokens(JSON.stringify([body["system"] ?? "", body["messages"] ?? [], body["tools"] ?? []]));

function thinkingOf(thinking: JsonObject): Asked["thinking"] {
  if (thinking["type"] === "disabled") return "off";
  return thinking["display"] === "omitted" ? "hidden" : "shown";
}

function offered(tool: JsonObject): Offered[] {
  const isClientTool = tool["type"] === undefined || tool["type"] === null || tool["type"] === "custom";
  if (!isClientTool || tool["defer_loading"] === true) return [];
  return [{ kind: "function", name: stringOf(tool["name"]), schema: objectOf(tool["input_schema"]) }];
}
