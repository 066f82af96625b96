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
  const streams = items.map(itemEvents);
  const firstCall = answer.overlapping === true ? items.findIndex(({ isCall }) => isCall) : -1;
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
  readonly isCall?: true;
  whole(): JsonObject;
  /** As it is before its events. */
  readonly begun: JsonObject;
  /** What is said between its beginning and its end, in events that name their item. */
  events(place: JsonObject): Iterable<JsonObject>;
}

function itemsOf(asked: Asked, answer: Answer, seals: Seals): readonly Item[] {
  const reasoned = asked.sealed && answer.parts.some((part) => part.kind === "thinking");
  return answer.parts.flatMap((part): Item[] => {
    switch (part.kind) {
      case "redacted":
        return [];
      case "call":
        return [callItem(part, reasoned, asked)];
      case "thinking":
        return [reasoningItem(part, asked, seals)];
      default:
        return [messageItem(part, answer, asked)];
    }
  });
}

function callItem(part: Extract<Part, { kind: "call" }>, reasoned: boolean, asked: Asked): Item {
  const { kind, name, namespace } = part.tool;
  const isFreeform = kind === "freeform";
  const [prefix, field] = isFreeform ? (["ctc", "input"] as const) : (["fc", "arguments"] as const);
  const type = isFreeform ? "response.custom_tool_call_input" : "response.function_call_arguments";
  const text = textOfPart(part);
  const item: JsonObject = {
    id: reasoned ? reasonedItemId(prefix) : itemId(prefix),
    type: isFreeform ? "custom_tool_call" : "function_call",
    status: "completed",
    [field]: text,
    call_id: callId(),
    name,
    ...(namespace !== undefined && { namespace }),
  };
  return {
    isCall: true,
    whole: () => item,
    begun: { status: "in_progress", [field]: "" },
    *events(place) {
      yield* deltas(type, place, part.pieces, asked);
      yield { type: `${type}.done`, ...place, ...(isFreeform ? {} : { name }), [field]: text };
    },
  };
}

function reasoningItem(part: Extract<Part, { kind: "thinking" }>, asked: Asked, seals: Seals): Item {
  const id = itemId("rs");
  const summaryPart = (text: string): JsonObject => ({ type: "summary_text", text });
  const sections = asked.thinking === "shown" ? part.sections : [];
  const summary = sections.map((section) => summaryPart(section.join("")));
  return {
    // Azure and OpenAI seal anew in added, done and completed: three values of one thing.
    whole: () => ({ id, type: "reasoning", ...(asked.sealed && { encrypted_content: seals.seal(id) }), summary }),
    begun: { summary: [] },
    *events(item) {
      const type = "response.reasoning_summary";
      for (const [summary_index, section] of sections.entries()) {
        const place = { ...item, summary_index };
        const text = section.join("");
        yield { type: `${type}_part.added`, ...place, part: summaryPart("") };
        yield* deltas(`${type}_text`, place, section, asked);
        yield { type: `${type}_text.done`, ...place, text };
        yield { type: `${type}_part.done`, ...place, part: summaryPart(text) };
      }
    },
  };
}

function messageItem(part: Extract<Part, { kind: "text" | "refusal" }>, answer: Answer, asked: Asked): Item {
  const id = itemId("msg");
  const status = answer.stop === "length" ? "incomplete" : "completed";
  const text = textOfPart(part);
  const isRefusal = part.kind === "refusal";
  const type = isRefusal ? "response.refusal" : "response.output_text";
  const content = (said: string): JsonObject =>
    isRefusal ? { type: "refusal", refusal: said } : { type: "output_text", annotations: [], logprobs: [], text: said };
  return {
    whole: () => ({ id, type: "message", status, content: [content(text)], role: "assistant" }),
    begun: { status: "in_progress", content: [] },
    *events(item) {
      const place = { ...item, content_index: 0 };
      yield { type: "response.content_part.added", ...place, part: content("") };
      yield* deltas(type, place, part.pieces, asked, isRefusal ? {} : { logprobs: [] });
      yield { type: `${type}.done`, ...place, ...(isRefusal ? { refusal: text } : { text, logprobs: [] }) };
      yield { type: "response.content_part.done", ...place, part: content(text) };
    },
  };
}

function* itemEvents({ whole, begun, events }: Item, output_index: number): Generator<JsonObject> {
  const first = whole();
  yield { type: "response.output_item.added", output_index, item: { ...first, ...begun } };
  yield* events({ item_id: first.id, output_index });
  yield { type: "response.output_item.done", output_index, item: whole() };
}

function* deltas(
  type: string,
  place: JsonObject,
  pieces: readonly string[],
  asked: Asked,
  beside: JsonObject = {},
): Generator<JsonObject> {
  for (const delta of pieces) {
    const hidden = asked.obfuscated ? { obfuscation: obfuscation(delta.length) } : {};
    yield { type: `${type}.delta`, ...place, delta, ...beside, ...hidden };
  }
}

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
