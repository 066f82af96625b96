/** A Messages body, read into nobody's dialect. */
import type { Translated } from "../../ir/loss.ts";
import type { Entry, ModelRequest, OutputShape, Reasoning, Sampling } from "../../ir/request.ts";
import { fieldsOf } from "../../ir/field-names.ts";
import {
  defined,
  lookup,
  isObject,
  type Json,
  type JsonObject,
  optionalBoolean,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalString,
  pathOf,
  requiredList,
  requiredString,
  ShapeError,
  without,
} from "../../wire/json.ts";
import type { Envelope } from "../dialect.ts";
import { decodeMessages } from "./messages-decode.ts";
import { decodeContent } from "./parts-decode.ts";
import { THREAD_LOSS, threadOf } from "./thread.ts";
import { decodeTool, decodeToolChoice } from "./tools-decode.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { FIELD_NAMES } from "./field-names.ts";

/** What a router must know before it decides on a lane. */
export function envelope(_path: string, body: JsonObject): Envelope {
  requiredList(body, "messages");
  return { model: optionalString(body, "model"), stream: optionalBoolean(body, "stream") ?? false };
}

const READ_KEYS = new Set([
  "model",
  "messages",
  "system",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "output_format",
  "max_tokens",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "stream",
  "metadata",
  "service_tier",
  "container",
  "cache_control",
  "thread",
]);

export function decodeRequest(body: JsonObject): Translated<ModelRequest> {
  const config = optionalObject(body, "output_config") ?? {};
  const reasoning = decodeReasoning(
    optionalObject(body, "thinking"),
    optionalString(config, "effort", "output_config"),
  );
  const output = decodeOutput(body, config);
  const tools = optionalList(body, "tools") ?? [];
  const serviceTier = optionalString(body, "service_tier");
  const thread = threadOf(body);
  const value: ModelRequest = {
    model: requiredString(body, "model"),
    stream: optionalBoolean(body, "stream") ?? false,
    generate: true,
    entries: [...decodeInstructions(body.system), ...decodeMessages(requiredList(body, "messages"))],
    tools: tools.map((tool, index) => decodeTool(tool, pathOf("tools", index))),
    ...decodeToolChoice(optionalObject(body, "tool_choice")),
    sampling: decodeSampling(body),
    ...(reasoning && { reasoning }),
    ...(output && { output }),
    state: { ...(isPresent(body.container) && { container: body.container }), ...(thread && { thread }) },
    cache: isPresent(body.cache_control) ? { automatic: body.cache_control } : {},
    wants: {},
    // `metadata.user_id` names a device and an account: it goes to Anthropic or nowhere, so it is no `user` of ours.
    caller: {
      ...(isPresent(body.metadata) && { metadata: body.metadata }),
      ...(serviceTier !== undefined && { serviceTier }),
    },
    extra: {
      dialect: ANTHROPIC_MESSAGES,
      fields: extraOf(body, config),
      ...(reasoning?.hints && { hintsAt: "thinking" }),
    },
    fields: fieldsOf(body, FIELD_NAMES),
  };
  return { value, losses: thread === "begun" ? [THREAD_LOSS] : [] };
}

const isPresent = (value: Json | undefined): value is Exclude<Json, null> => value !== undefined && value !== null;

function decodeInstructions(system: Json | undefined): Entry[] {
  if (system === undefined || system === null) return [];
  return [{ kind: "instructions", content: decodeContent(system, "system"), at: "system" }];
}

function decodeSampling(body: JsonObject): Sampling {
  const stop = optionalList(body, "stop_sequences");
  return defined({
    maxTokens: optionalNumber(body, "max_tokens"),
    temperature: optionalNumber(body, "temperature"),
    topP: optionalNumber(body, "top_p"),
    topK: optionalNumber(body, "top_k"),
    stop: stop?.map((text, index) => {
      if (typeof text === "string") return text;
      throw new ShapeError(pathOf("stop_sequences", index), "a string", text);
    }),
  });
}

const MODES: Readonly<Record<string, Reasoning["mode"]>> = { adaptive: "adaptive", enabled: "on", disabled: "off" };
const THINKING_KEYS = new Set(["type", "budget_tokens", "display"]);

/** A type or display that came after us stays in the hints, and returns to Anthropic as it was. */
function decodeReasoning(thinking: JsonObject | undefined, effort: string | undefined): Reasoning | undefined {
  if (!thinking) return effort === undefined ? undefined : { effort };
  const type = requiredString(thinking, "type", "thinking");
  const mode = lookup(MODES, type);
  const budgetTokens = optionalNumber(thinking, "budget_tokens", "thinking");
  const display = optionalString(thinking, "display", "thinking");
  const isKnown = display === "omitted" || display === "summarized";
  const hints = {
    ...without(thinking, THINKING_KEYS),
    ...(mode === undefined && { type }),
    ...(display !== undefined && !isKnown && { display }),
  };
  return {
    ...(mode !== undefined && { mode }),
    ...(budgetTokens !== undefined && { budgetTokens }),
    ...(effort !== undefined && { effort }),
    ...(isKnown && { show: display }),
    ...(Object.keys(hints).length > 0 && { hints }),
  };
}

/** `output_config.format`, or `output_format`, as the beta called it. */
function decodeOutput(body: JsonObject, config: JsonObject): OutputShape | undefined {
  const format = optionalObject(config, "format", "output_config") ?? optionalObject(body, "output_format");
  // What is asked for here is always enforced.
  return format && isSchema(format) ? { schema: { schema: format.schema as Json, strict: true } } : undefined;
}
const isSchema = (format: Json | undefined): boolean =>
  isObject(format) && format.type === "json_schema" && isPresent(format.schema);

function extraOf(body: JsonObject, config: JsonObject): Record<string, Json> {
  const fields = without(body, READ_KEYS);
  const rest = without(config, new Set(isSchema(config.format) ? ["effort", "format"] : ["effort"]));
  if (Object.keys(rest).length > 0) fields.output_config = rest;
  return fields;
}
