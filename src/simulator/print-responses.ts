/** Answers in Responses: every event between response.created and response.completed, numbered, in the vendor's order. */
import type { Json, JsonObject } from "../wire/json.ts";
import type { Frame } from "../wire/machine.ts";
import { type Answer, type Part, type Tokens, inTurns, textOfPart, tokensOf } from "./answer.ts";
import { type Asked, objectOf, objectsOf } from "./asked.ts";
import { callId, itemId, obfuscation, reasonedItemId, responseId } from "./ids.ts";
import type { Seals } from "./seals.ts";

export function* responsesFrames(asked: Asked, answer: Answer, seals: Seals): Generator<Frame> {
  const base = responseBase(asked);
  const items = itemsOf(asked, answer, seals);
  const number = numbering();
  yield number({ type: "response.created", response: { ...base, status: "in_progress" } });
  yield number({ type: "response.in_progress", response: { ...base, status: "in_progress" } });
  const streams = items.map((item, at) => itemEvents(item, at, asked));
  const firstCall = answer.overlapping === true ? items.findIndex((item) => item.part.kind === "call") : -1;
  const inARow = firstCall < 0 ? streams : streams.slice(0, firstCall);
  for (const stream of inARow) for (const event of stream) yield number(event);
  for (const event of inTurns(streams.slice(inARow.length))) yield number(event);
  const response = finished(base, items, asked, answer);
  yield number({ type: answer.stop === "length" ? "response.incomplete" : "response.completed", response });
}

export function responsesWhole(asked: Asked, answer: Answer, seals: Seals): JsonObject {
  return finished(responseBase(asked), itemsOf(asked, answer, seals), asked, answer);
}

/** What `error` and `response.failed` need: the response as it stood, and the number of the next event. */
export function failedResponse(asked: Asked, error: JsonObject): JsonObject {
  return { ...responseBase(asked), status: "failed", error };
}

interface Item {
  readonly part: Part;
  readonly id: string;
  readonly whole: () => JsonObject;
}

function itemsOf(asked: Asked, answer: Answer, seals: Seals): readonly Item[] {
  const reasoned = asked.sealed && answer.parts.some((part) => part.kind === "thinking");
  return answer.parts
    .filter((part) => part.kind !== "redacted")
    .map((part) =>
      part.kind === "call"
        ? callItem(part, reasoned)
        : part.kind === "thinking"
          ? reasoningItem(part, asked, seals)
          : messageItem(part, answer),
    );
}

function callItem(part: Extract<Part, { kind: "call" }>, reasoned: boolean): Item {
  const isFreeform = part.tool.kind === "freeform";
  const prefix = isFreeform ? "ctc" : "fc";
  const id = reasoned ? reasonedItemId(prefix) : itemId(prefix);
  const base: JsonObject = {
    id,
    type: isFreeform ? "custom_tool_call" : "function_call",
    status: "completed",
    [isFreeform ? "input" : "arguments"]: textOfPart(part),
    call_id: callId(),
    name: part.tool.name,
    ...(part.tool.namespace === undefined ? {} : { namespace: part.tool.namespace }),
  };
  return { part, id, whole: () => base };
}

function reasoningItem(part: Extract<Part, { kind: "thinking" }>, asked: Asked, seals: Seals): Item {
  const id = itemId("rs");
  const summary =
    asked.thinking === "shown"
      ? part.sections.map((section) => ({ type: "summary_text", text: section.join("") }))
      : [];
  // Azure and OpenAI seal anew in added, done and completed: three values of one thing.
  const whole = (): JsonObject => ({
    id,
    type: "reasoning",
    ...(asked.sealed ? { encrypted_content: seals.seal(id) } : {}),
    summary,
  });
  return { part, id, whole };
}

function messageItem(part: Part, answer: Answer): Item {
  const id = itemId("msg");
  const status = answer.stop === "length" ? "incomplete" : "completed";
  return {
    part,
    id,
    whole: () => ({ id, type: "message", status, content: [contentPart(part, textOfPart(part))], role: "assistant" }),
  };
}

const contentPart = (part: Part, text: string): JsonObject =>
  part.kind === "refusal"
    ? { type: "refusal", refusal: text }
    : { type: "output_text", annotations: [], logprobs: [], text };

function* itemEvents(item: Item, at: number, asked: Asked): Generator<JsonObject> {
  yield { type: "response.output_item.added", output_index: at, item: begun(item.whole()) };
  if (item.part.kind === "thinking") yield* summaryEvents(item, at, asked);
  else if (item.part.kind === "call") yield* callEvents(item, at, asked);
  else yield* messageEvents(item, at, asked);
  yield { type: "response.output_item.done", output_index: at, item: item.whole() };
}

function begun(item: JsonObject): JsonObject {
  if (item.type === "reasoning") return { ...item, summary: [] };
  if (item.type === "message") return { ...item, status: "in_progress", content: [] };
  return { ...item, status: "in_progress", [item.type === "custom_tool_call" ? "input" : "arguments"]: "" };
}

function* summaryEvents(item: Item, at: number, asked: Asked): Generator<JsonObject> {
  if (item.part.kind !== "thinking" || asked.thinking !== "shown") return;
  for (const [summary_index, section] of item.part.sections.entries()) {
    const place = { item_id: item.id, output_index: at, summary_index };
    const part = (text: string): JsonObject => ({ type: "summary_text", text });
    const text = section.join("");
    yield { type: "response.reasoning_summary_part.added", ...place, part: part("") };
    for (const delta of section)
      yield { type: "response.reasoning_summary_text.delta", ...place, delta, ...hidden(delta, asked) };
    yield { type: "response.reasoning_summary_text.done", ...place, text };
    yield { type: "response.reasoning_summary_part.done", ...place, part: part(text) };
  }
}

function* callEvents(item: Item, at: number, asked: Asked): Generator<JsonObject> {
  if (item.part.kind !== "call") return;
  const isFreeform = item.part.tool.kind === "freeform";
  const type = isFreeform ? "response.custom_tool_call_input" : "response.function_call_arguments";
  const place = { item_id: item.id, output_index: at };
  for (const delta of item.part.pieces) yield { type: `${type}.delta`, ...place, delta, ...hidden(delta, asked) };
  const whole = textOfPart(item.part);
  const end = isFreeform ? { input: whole } : { name: item.part.tool.name, arguments: whole };
  yield { type: `${type}.done`, ...place, ...end };
}

function* messageEvents(item: Item, at: number, asked: Asked): Generator<JsonObject> {
  if (item.part.kind !== "text" && item.part.kind !== "refusal") return;
  const isRefusal = item.part.kind === "refusal";
  const type = isRefusal ? "response.refusal" : "response.output_text";
  const place = { item_id: item.id, output_index: at, content_index: 0 };
  const text = textOfPart(item.part);
  yield { type: "response.content_part.added", ...place, part: contentPart(item.part, "") };
  for (const delta of item.part.pieces)
    yield { type: `${type}.delta`, ...place, delta, ...(isRefusal ? {} : { logprobs: [] }), ...hidden(delta, asked) };
  yield isRefusal
    ? { type: `${type}.done`, ...place, refusal: text }
    : { type: `${type}.done`, ...place, text, logprobs: [] };
  yield { type: "response.content_part.done", ...place, part: contentPart(item.part, text) };
}

const hidden = (delta: string, asked: Asked): JsonObject =>
  asked.obfuscated ? { obfuscation: obfuscation(delta.length) } : {};

/** Type first, then the number, as OpenAI writes them. */
export function numbering(from = 0): (event: JsonObject) => Frame {
  let next = from;
  return ({ type, ...rest }) => ({
    event: String(type),
    data: JSON.stringify({ type, sequence_number: next++, ...rest } as Json),
  });
}

function finished(base: JsonObject, items: readonly Item[], asked: Asked, answer: Answer): JsonObject {
  const isCut = answer.stop === "length";
  return {
    ...base,
    status: isCut ? "incomplete" : "completed",
    completed_at: isCut ? null : seconds(),
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output: items.map((item) => item.whole()),
    service_tier: "default",
    usage: responsesUsage(tokensOf(asked, answer)),
  };
}

/** OpenAI repeats the request's settings in every response. */
function responseBase(asked: Asked): JsonObject {
  const { body } = asked;
  const echo = (key: string, otherwise: Json): Json => body[key] ?? otherwise;
  return {
    id: responseId(),
    object: "response",
    created_at: seconds(),
    completed_at: null,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    frequency_penalty: 0,
    instructions: echo("instructions", null),
    max_output_tokens: echo("max_output_tokens", null),
    max_tool_calls: echo("max_tool_calls", null),
    model: asked.model,
    output: [],
    parallel_tool_calls: echo("parallel_tool_calls", true),
    presence_penalty: 0,
    previous_response_id: echo("previous_response_id", null),
    prompt_cache_key: echo("prompt_cache_key", null),
    reasoning: { effort: null, summary: null, ...(echo("reasoning", {}) as JsonObject) },
    safety_identifier: echo("safety_identifier", null),
    service_tier: echo("service_tier", "auto"),
    store: echo("store", true),
    temperature: echo("temperature", 1),
    text: echoedText(objectOf(body.text)),
    tool_choice: echo("tool_choice", "auto"),
    tools: objectsOf(body.tools).map(echoedTool),
    top_logprobs: echo("top_logprobs", 0),
    top_p: echo("top_p", 1),
    truncation: echo("truncation", "disabled"),
    usage: null,
    ...(body.user == null ? {} : { user: body.user }),
    metadata: echo("metadata", {}),
  };
}

const seconds = (): number => Math.floor(Date.now() / 1000);

/** A tool and a format come back with the fields that the request left out. */
function echoedTool(tool: JsonObject): JsonObject {
  if (tool.type === "function") return { description: null, parameters: null, strict: true, ...tool };
  return tool.type === "namespace" ? { description: "", ...tool } : tool;
}

function echoedText({ format, ...rest }: JsonObject): JsonObject {
  const filled = objectOf(format).type === "json_schema" ? { description: "", strict: false } : {};
  return { format: { type: "text", ...filled, ...objectOf(format) }, verbosity: "medium", ...rest };
}

const responsesUsage = (tokens: Tokens): JsonObject => ({
  input_tokens: tokens.input,
  input_tokens_details: {
    cached_tokens: tokens.cacheRead,
    cache_write_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
  },
  output_tokens: tokens.output,
  output_tokens_details: { reasoning_tokens: tokens.reasoning },
  total_tokens: tokens.input + tokens.output,
});
