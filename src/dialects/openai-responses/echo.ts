/** The part of a response object that repeats the request, with the defaults of the API where the caller said nothing. */
import type { Addressee, ReplyContext } from "../dialect.ts";
import { lossList } from "../../ir/loss.ts";
import type { ModelRequest } from "../../ir/request.ts";
import { textOfContent } from "../../ir/turns.ts";
import { callerWords } from "../../ir/field-names.ts";
import type { Json, JsonObject } from "../../wire/json.ts";
import { encodeToolChoice, encodeTools } from "./tools-encode.ts";
import { traits } from "./traits.ts";
import { isOwn, type Writing } from "./writing.ts";

export function echoOf(context: ReplyContext): JsonObject {
  const { request } = context;
  const extra = request && isOwn(request) ? request.extra.fields : {};
  return {
    frequency_penalty: request?.sampling.frequencyPenalty ?? 0,
    instructions: instructionsOf(request),
    max_output_tokens: request?.sampling.maxTokens ?? null,
    max_tool_calls: extra.max_tool_calls ?? null,
    parallel_tool_calls: request?.parallelCalls ?? true,
    presence_penalty: request?.sampling.presencePenalty ?? 0,
    previous_response_id:
      request?.state.previous?.field === "previous_response_id" ? request.state.previous.value : null,
    prompt_cache_key: request?.cache.key ?? null,
    reasoning: { effort: request?.reasoning?.effort ?? null, summary: request?.reasoning?.show ?? null },
    safety_identifier: request?.caller.safetyId ?? null,
    service_tier: request?.caller.serviceTier ?? "auto",
    store: request?.state.store ?? false,
    temperature: request?.sampling.temperature ?? 1,
    text: textOf(request),
    ...toolsOf(context),
    top_logprobs: extra.top_logprobs ?? 0,
    top_p: request?.sampling.topP ?? 1,
    truncation: request?.truncation ?? "disabled",
    ...(request?.caller.user !== undefined && { user: request.caller.user }),
    metadata: request?.caller.metadata ?? {},
  };
}

function instructionsOf(request: ModelRequest | undefined): string | null {
  const entry = request?.entries.find(({ kind }) => kind === "instructions");
  return entry?.kind === "instructions" ? textOfContent(entry.content) : null;
}

function textOf(request: ModelRequest | undefined): JsonObject {
  const schema = request?.output?.schema;
  const format: JsonObject = schema
    ? {
        type: "json_schema",
        name: schema.name ?? "output",
        // OpenAI's description allows no null, Open Responses' wants the field.
        description: schema.description ?? "",
        schema: schema.schema,
        strict: schema.strict ?? false,
      }
    : { type: request?.output?.jsonObject ? "json_object" : "text" };
  const verbosity = request?.output?.verbosity;
  return { format, ...(verbosity !== undefined && { verbosity }) };
}

function toolsOf(context: ReplyContext): { readonly tools: readonly JsonObject[]; readonly tool_choice: Json } {
  const { request } = context;
  if (!request || request.tools.length === 0) return { tools: [], tool_choice: "auto" };
  const w: Writing = {
    own: isOwn(request),
    request,
    to: ECHO,
    tools: context.tools,
    calls: new Map(),
    losses: lossList(),
    said: callerWords(request),
  };
  const choice = request.toolChoice && encodeToolChoice(request.toolChoice, w);
  return { tools: encodeTools(request.tools, w).map(filled), tool_choice: choice ?? "auto" };
}

/** A function with the fields that a response always has. */
function filled(tool: JsonObject): JsonObject {
  const { type, name, ...rest } = tool;
  if (type === "function") return { type, name, description: null, parameters: null, strict: null, ...rest };
  return type === "namespace" ? { type, name, description: "", ...rest } : tool;
}

/** The caller itself: everything is written as it came. */
const ECHO: Addressee = {
  issuer: "",
  family: "",
  model: "",
  traits: {
    ...traits,
    toolSchemas: "any",
    callIdLengthMax: Number.MAX_SAFE_INTEGER,
    callIdPattern: /^/,
  },
};
