/** A Chat body, or one of the mixtures that arrive on a Chat path, becomes a request in nobody's dialect. */
import { namesIn } from "../../wire/name-list.ts";
import { type Feature, lossList, type LossList, type Translated } from "../../ir/loss.ts";
import type { Entry, ModelRequest, OutputShape, StoredState, Tool, ToolRef } from "../../ir/request.ts";
import { toolMap } from "../../ir/tools.ts";
import { fieldsOf } from "../../ir/field-names.ts";
import {
  defined,
  isObject,
  type Json,
  type JsonObject,
  optionalBoolean,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalString,
  ShapeError,
  textIn,
  without,
} from "../../wire/json.ts";
import { deploymentIn } from "../deployment.ts";
import { cacheOf, callerOf, SEALED_REASONING } from "../openai-request.ts";
import type { Envelope } from "../dialect.ts";
import { decodeMessages } from "./messages-decode.ts";
import { decodeContent } from "./parts-decode.ts";
import { readReasoning, readSampling, readVerbosity } from "./settings.ts";
import { decodeToolChoice, decodeTools, type FindTool, parallelIn } from "./tools-decode.ts";
import { FIELD_NAMES } from "./facts.ts";
import { OPENAI_CHAT } from "./id.ts";

export function envelope(path: string, body: JsonObject): Envelope {
  const model = optionalString(body, "model");
  return { model: deploymentIn(path) ?? model, stream: optionalBoolean(body, "stream") ?? false };
}

export function decodeRequest(body: JsonObject): Translated<ModelRequest> {
  const losses = lossList();
  const { model, stream } = envelope("", body);
  const tools = decodeTools(body, losses);
  const find = finder(tools);
  const value = defined<ModelRequest>({
    model: model ?? "",
    stream,
    generate: true,
    tools,
    toolChoice: decodeToolChoice(body, find),
    parallelCalls: parallelIn(body),
    reasoning: readReasoning(body),
    truncation: optionalString(body, "truncation"),
    output: outputOf(body),
    entries: entriesOf(body, find, losses),
    sampling: readSampling(body),
    state: stateOf(body),
    cache: defined({ ...cacheOf(body), automatic: body.cache_control ?? undefined }),
    wants: wantsOf(body),
    caller: callerOf(body),
    extra: { dialect: OPENAI_CHAT, fields: without(body, READ) },
    fields: fieldsOf(body, FIELD_NAMES),
  });
  alone(body, losses);
  return { value, losses: losses.list() };
}

/** Every top-level key read here; the rest travels as `extra`. */
const READ: ReadonlySet<string> =
  namesIn(`model stream messages system instructions tools functions tool_choice function_call parallel_tool_calls
  max_tokens max_completion_tokens max_output_tokens temperature top_p top_k stop stop_sequences frequency_penalty presence_penalty seed
  reasoning reasoning_effort thinking output_config text verbosity response_format n logprobs top_logprobs
  store previous_response_id conversation container prompt_cache_key prompt_cache_retention cache_control stream_options include
  user safety_identifier metadata service_tier truncation`);

/** A tool of that name as it was declared: only so is a replayed freeform call told from a function. */
function finder(tools: readonly Tool[]): FindTool {
  const map = toolMap(tools);
  return (name): ToolRef => map.find(name) ?? map.byWireName(name) ?? { via: "function", name };
}

/** Without declared tools: a replayed freeform call is a function's. */
export const decodeConversation = (messages: Json): readonly Entry[] =>
  entriesOf({ messages }, (name) => ({ via: "function", name }), lossList());

function entriesOf(body: JsonObject, find: FindTool, losses: LossList): readonly Entry[] {
  const messages = optionalList(body, "messages");
  if (!messages || messages.length === 0)
    throw new ShapeError("messages", "a list with at least one message", body.messages);
  // Anthropic's `system` and Responses' `instructions` beside messages: Cursor's bodies for models named claude.
  const top = body.system ?? body.instructions;
  const path = body.system === undefined || body.system === null ? "instructions" : "system";
  const content = top === undefined || top === null ? "" : decodeContent(top, path);
  const entries = decodeMessages(messages, { find, losses, vias: new Map() });
  return content.length > 0 ? [{ kind: "instructions", content, at: path }, ...entries] : entries;
}

function outputOf(body: JsonObject): OutputShape | undefined {
  const text = optionalObject(body, "text") ?? {};
  const config = optionalObject(body, "output_config") ?? {};
  const format =
    optionalObject(body, "response_format") ??
    optionalObject(text, "format", "text") ??
    optionalObject(config, "format", "output_config");
  const found: OutputShape = defined({ ...formatOf(format), verbosity: readVerbosity(body) });
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Chat nests the schema under json_schema; Responses and Anthropic do not. */
function formatOf(format: JsonObject | undefined): OutputShape {
  if (format?.type === "json_object") return { jsonObject: true };
  if (format?.type !== "json_schema") return {};
  const inner = isObject(format.json_schema) ? format.json_schema : format;
  if (!isObject(inner.schema)) return { jsonObject: true };
  const { name, description, strict } = inner;
  return {
    schema: defined({
      name: typeof name === "string" ? name : undefined,
      description: typeof description === "string" ? description : undefined,
      schema: inner.schema,
      strict: typeof strict === "boolean" || strict === null ? strict : undefined,
    }),
  };
}

function stateOf(body: JsonObject): StoredState {
  const previous = optionalString(body, "previous_response_id");
  const conversation = isObject(body.conversation)
    ? textIn(body.conversation, "id")
    : optionalString(body, "conversation");
  return defined({
    store: optionalBoolean(body, "store"),
    previous: previous
      ? { field: "previous_response_id", value: previous }
      : conversation
        ? { field: "conversation", value: conversation }
        : undefined,
    container: body.container ?? undefined,
  });
}

function wantsOf(body: JsonObject): ModelRequest["wants"] {
  const options = optionalObject(body, "stream_options");
  const include = optionalList(body, "include") ?? [];
  return defined({
    usageChunk: options?.include_usage === true ? true : undefined,
    sealedReasoning: include.includes(SEALED_REASONING) ? true : undefined,
  });
}

/** What an answer in nobody's dialect has no place for: asked for, so told. Native bodies never come here. */
function alone(body: JsonObject, losses: LossList): void {
  const lose = (path: string, feature: Feature, note: string): void => losses.meaning(path, feature, "dropped", note);
  const n = optionalNumber(body, "n");
  if (n !== undefined && n > 1) lose("n", "several-choices", "one answer is given, not several");
  if (body.logprobs === true || optionalNumber(body, "top_logprobs"))
    lose(body.logprobs === true ? "logprobs" : "top_logprobs", "logprobs", "token probabilities do not cross dialects");
  for (const wanted of optionalList(body, "include") ?? [])
    if (wanted !== SEALED_REASONING)
      losses.hint("include", "include", "dropped", "Chat answers have no place for what include asks for");
}
