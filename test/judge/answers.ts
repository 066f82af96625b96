/** Answers as clients read them, and requests as OpenAI reads them, judged by the published descriptions. */
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { isList, isObject, type Json, type JsonObject } from "../../src/wire/json.ts";
import { faults } from "./published.ts";

/** One event of a Responses stream. */
export function eventFaults(event: JsonObject): readonly string[] {
  const open = ofOpenResponses(event);
  return [
    ...said("openai", faults("openai", "ResponseStreamEvent", event)),
    ...said("open-responses", open ? faults("open-responses", "ResponseStreamEvent", open) : []),
  ].map((line) => `${String(event.type)}: ${line}`);
}

/** A whole Responses answer. */
export const responseFaults = (response: JsonObject): readonly string[] => [
  ...said("openai", faults("openai", "Response", response)),
  ...said("open-responses", faults("open-responses", "ResponseResource", withKnown(response))),
];

/** One chunk of a Chat stream. An error has no description. */
export const chunkFaults = (chunk: JsonObject): readonly string[] =>
  chunk.error === undefined ? said("openai", faults("openai", "CreateChatCompletionStreamResponse", chunk)) : [];

export const completionFaults = (completion: JsonObject): readonly string[] =>
  said("openai", faults("openai", "CreateChatCompletionResponse", completion));

const REQUESTS = { "openai-chat": "CreateChatCompletionRequest", "openai-responses": "CreateResponse" } as const;

/** A request that is written for OpenAI. */
export const requestFaults = (dialect: keyof typeof REQUESTS, body: JsonObject): readonly string[] =>
  said("openai", faults("openai", REQUESTS[dialect], body));

/** Every line of a stream, or the one body, that a client of this dialect was answered. */
export function answerFaults(dialect: DialectId | undefined, bodies: readonly JsonObject[]): readonly string[] {
  if (dialect === "openai-responses")
    return bodies.flatMap((body) => (body.object === "response" ? responseFaults(body) : eventFaults(body)));
  if (dialect !== "openai-chat") return [];
  return bodies.flatMap((body) => (body.object === "chat.completion" ? completionFaults(body) : chunkFaults(body)));
}

const said = (by: string, lines: readonly string[]): readonly string[] => lines.map((line) => `${line} (${by})`);

/** Open Responses has the kinds that every vendor has, and leaves room for others: those are judged by OpenAI's description alone. */
const ITEMS = new Set(["message", "function_call", "function_call_output", "reasoning"]);
const EVENT =
  /^(error|response\.(created|queued|in_progress|completed|failed|incomplete|output_item\..*|content_part\..*|output_text\..*|refusal\..*|reasoning_summary_.*|function_call_arguments\..*))$/;
const CHOICES = new Set<Json | undefined>(["function", "allowed_tools"]);

function ofOpenResponses(event: JsonObject): JsonObject | undefined {
  if (!EVENT.test(String(event.type))) return undefined;
  if (isObject(event.item) && !isKnownItem(event.item)) return undefined;
  if (isObject(event.annotation) && event.annotation.type !== "url_citation") return undefined;
  return isObject(event.response) ? { ...event, response: withKnown(event.response) } : event;
}

function withKnown(response: JsonObject): JsonObject {
  const { output, tools, tool_choice: choice } = response;
  const isKnownChoice = !isObject(choice) || (CHOICES.has(choice.type) && !JSON.stringify(choice).includes('"custom"'));
  return {
    ...response,
    ...(isList(output) && { output: output.filter(isKnownItem) }),
    ...(isList(tools) && { tools: tools.filter((tool) => isObject(tool) && tool.type === "function") }),
    ...(!isKnownChoice && { tool_choice: "auto" }),
  };
}

/** A message with a citation of a file is nothing that it knows either. */
const isKnownItem = (item: Json): boolean =>
  isObject(item) && ITEMS.has(String(item.type)) && !/"type":"(\w*file_citation|file_path)"/.test(JSON.stringify(item));
