/** Responses requests, as https://platform.openai.com/docs/api-reference/responses/create describes them. */
import type { Json, JsonObject } from "../wire/json.ts";
import {
  type Asked,
  type Offered,
  approximateTokens,
  askedIn,
  listOf,
  objectOf,
  objectsOf,
  stringOf,
} from "./asked.ts";

export function readResponses(body: JsonObject): Asked {
  const items = inputItems(body);
  const answered = items.findLastIndex((item) => item.role === "assistant" || isCall(item));
  const results = items.slice(answered + 1).flatMap((item) => (isResult(item) ? [item.output] : []));
  const choice = body.tool_choice;
  const forced = objectOf(choice);
  const format = objectOf(objectOf(body.text).format);
  const reasoning = objectOf(body.reasoning);
  return {
    ...askedIn("openai-responses", body, items, results),
    tools: choice === "none" ? [] : declaredTools(body, items).flatMap((tool) => offered(tool, undefined)),
    ...(typeof forced.name === "string" ? { forcedTool: forced.name } : {}),
    parallel: body.parallel_tool_calls !== false,
    thinking: reasoning.effort === "none" ? "off" : typeof reasoning.summary === "string" ? "shown" : "hidden",
    thinksFirst: false,
    sealed: listOf(body.include).includes("reasoning.encrypted_content"),
    ...(format.type === "json_schema" ? { answerSchema: objectOf(format.schema) } : {}),
    usageChunk: true,
    obfuscated: objectOf(body.stream_options).include_obfuscation !== false,
    inputTokens: approximateTokens(JSON.stringify([body.instructions ?? "", body.input ?? "", body.tools ?? []])),
  };
}

export function inputItems(body: JsonObject): readonly JsonObject[] {
  const input = body.input;
  return typeof input === "string" ? [{ role: "user", content: input }] : objectsOf(input);
}

export const isCall = (item: JsonObject): boolean => stringOf(item.type).endsWith("_call");
const isResult = (item: JsonObject): boolean => stringOf(item.type).endsWith("_output");

/** Codex on gpt-6.1 declares its tools in an `additional_tools` item; a tool search brings more in its output. */
function declaredTools(body: JsonObject, items: readonly JsonObject[]): readonly JsonObject[] {
  const late = items
    .filter((item) => item.type === "additional_tools" || item.type === "tool_search_output")
    .flatMap((item) => objectsOf(item.tools));
  return [...objectsOf(body.tools), ...late];
}

function offered(tool: JsonObject, namespace: string | undefined): Offered[] {
  const name = stringOf(tool.name);
  const within = namespace === undefined ? {} : { namespace };
  if (tool.type === "namespace") return objectsOf(tool.tools).flatMap((inner) => offered(inner, name));
  if (name === "" || tool.defer_loading === true) return [];
  if (tool.type === "custom") return [{ kind: "freeform", name, ...within, schema: {} }];
  if (tool.type === "function")
    return [{ kind: "function", name, ...within, schema: objectOf(tool.parameters as Json) }];
  return [];
}
