/** A Responses body, or one of Cursor's that is nearly one, as a ModelRequest. */
import { namesIn } from "../../wire/name-list.ts";
import { unwrapCustomInput } from "../../ir/lower.ts";
import { lossless, type Translated } from "../../ir/loss.ts";
import type { CallEntry, Entry, ModelRequest, OutputShape, StoredState, Tool } from "../../ir/request.ts";
import { type ToolMap, toolMap } from "../../ir/tools.ts";
import { fieldsOf } from "../../ir/field-names.ts";
import {
  defined,
  isList,
  isObject,
  type Json,
  type JsonObject,
  optionalBoolean,
  optionalObject,
  optionalString,
  type Raw,
  ShapeError,
  without,
} from "../../wire/json.ts";
import { deploymentIn } from "../deployment.ts";
import { cacheOf, callerOf, SEALED_REASONING } from "../openai-request.ts";
import type { Envelope } from "../dialect.ts";
import { decodeInput } from "./items-decode.ts";
import { decodeContent } from "./parts-decode.ts";
import { readReasoning, readSampling, readVerbosity } from "./settings.ts";
import { decodeToolChoice, decodeTools } from "./tools-decode.ts";
import { FIELD_NAMES } from "./facts.ts";
import { OPENAI_RESPONSES } from "./id.ts";

export function decodeRequest(body: JsonObject): Translated<ModelRequest> {
  const tools = decodeTools(body.tools, "tools");
  const entries = rehydrate([...instructions(body), ...inputOf(body)], tools);
  const value = defined<ModelRequest>({
    model: optionalString(body, "model") ?? "",
    stream: optionalBoolean(body, "stream") ?? false,
    generate: optionalBoolean(body, "generate") ?? true,
    entries,
    tools,
    toolChoice: decodeToolChoice(body.tool_choice, "tool_choice"),
    parallelCalls: optionalBoolean(body, "parallel_tool_calls"),
    reasoning: readReasoning(body),
    output: outputOf(body),
    sampling: readSampling(body),
    state: stateOf(body),
    truncation: optionalString(body, "truncation"),
    cache: cacheOf(body),
    wants: wantsOf(body),
    caller: callerOf(body),
    extra: { dialect: OPENAI_RESPONSES, fields: extraOf(body) },
    fields: fieldsOf(body, FIELD_NAMES),
  });
  return lossless(value);
}

/** `type` is the WebSocket envelope, `response.create`. */
const READ =
  namesIn(`type model input messages instructions tools tool_choice parallel_tool_calls stream generate reasoning reasoning_effort
  text response_format store previous_response_id prompt_cache_key prompt_cache_retention safety_identifier user metadata
  service_tier max_output_tokens max_tokens max_completion_tokens temperature top_p top_k stop stop_sequences
  frequency_penalty presence_penalty seed truncation`);

function extraOf(body: JsonObject): Readonly<Record<string, Raw>> {
  const rest = without(body, READ);
  if (conversationId(body) !== undefined && body.previous_response_id == null) delete rest.conversation;
  if (isObject(rest.stream_options)) {
    const { include_usage: _, ...options } = rest.stream_options;
    if (Object.keys(options).length > 0) rest.stream_options = options as JsonObject;
    else delete rest.stream_options;
  }
  return rest;
}

const instructions = (body: JsonObject): readonly Entry[] =>
  body.instructions === undefined || body.instructions === null
    ? []
    : [{ kind: "instructions", content: decodeContent(body.instructions, "instructions"), at: "instructions" }];

/** A stored prompt or an earlier answer may stand in for the input. */
function inputOf(body: JsonObject): readonly Entry[] {
  if (body.input === undefined && body.messages !== undefined) return decodeInput(body.messages, "messages");
  const optional = [body.prompt, body.previous_response_id, body.conversation].some(
    (value) => value !== undefined && value !== null,
  );
  return (body.input === undefined || body.input === null) && optional ? [] : decodeInput(body.input, "input");
}

/** Cursor replays the call of a freeform tool as a function call with the raw text for arguments: it becomes what it was. */
function rehydrate(entries: readonly Entry[], tools: readonly Tool[]): readonly Entry[] {
  const map = toolMap(tools, entries);
  const custom = new Set<string>();
  return entries.map((entry) => {
    if (entry.kind === "call") {
      const call = asCustomCall(entry, map);
      if (call) custom.add(call.callId);
      return call ?? entry;
    }
    return entry.kind === "result" && entry.via === "function" && custom.has(entry.callId)
      ? { ...entry, via: "custom" as const }
      : entry;
  });
}

function asCustomCall(entry: CallEntry, map: ToolMap): CallEntry | undefined {
  if (entry.tool.via !== "function" || !("json" in entry.input)) return undefined;
  const tool = map.find(entry.tool.name, entry.tool.namespace);
  if (tool?.via !== "custom") return undefined;
  return { ...entry, tool, input: { text: unwrapCustomInput(entry.input.json) ?? entry.input.json } };
}

function outputOf(body: JsonObject): OutputShape | undefined {
  const text = optionalObject(body, "text");
  const format = (text && optionalObject(text, "format", "text")) ?? optionalObject(body, "response_format");
  const shape: OutputShape = defined({
    ...(format && formatOf(format)),
    verbosity: readVerbosity(body),
  });
  return Object.keys(shape).length > 0 ? shape : undefined;
}

function formatOf(format: JsonObject): OutputShape {
  if (format.type === "json_object") return { jsonObject: true };
  const named = isObject(format.json_schema) ? format.json_schema : format;
  if (format.type !== "json_schema" || named.schema === undefined) return {};
  return {
    schema: defined({
      name: optionalString(named, "name", "text.format"),
      description: optionalString(named, "description", "text.format"),
      schema: named.schema,
      strict: typeof named.strict === "boolean" || named.strict === null ? named.strict : undefined,
    }),
  };
}

function stateOf(body: JsonObject): StoredState {
  const previous = optionalString(body, "previous_response_id");
  const conversation = conversationId(body);
  return defined({
    store: optionalBoolean(body, "store"),
    previous:
      previous !== undefined
        ? { field: "previous_response_id", value: previous }
        : conversation !== undefined
          ? { field: "conversation", value: conversation }
          : undefined,
  });
}

function conversationId(body: JsonObject): string | undefined {
  const { conversation } = body;
  if (typeof conversation === "string") return conversation;
  return isObject(conversation) && typeof conversation.id === "string" ? conversation.id : undefined;
}

function wantsOf(body: JsonObject): ModelRequest["wants"] {
  const options = optionalObject(body, "stream_options");
  const include: Json | undefined = body.include;
  return {
    ...(options?.include_usage === true && { usageChunk: true }),
    ...(isList(include) && include.includes(SEALED_REASONING) && { sealedReasoning: true }),
  };
}

/** What a router must know. */
export function envelope(path: string, body: JsonObject): Envelope {
  const input = [body.input, body.messages, body.prompt, body.previous_response_id, body.conversation];
  if (input.every((value) => value === undefined))
    throw new ShapeError("input", "a string or a list of items", body.input);
  const model = optionalString(body, "model");
  return { model: deploymentIn(path) ?? model, stream: optionalBoolean(body, "stream") ?? false };
}
