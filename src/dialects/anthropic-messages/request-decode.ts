/** A Messages body, read into nobody's dialect. */
import { namesIn } from "../../wire/name-list.ts";
import type { Translated } from "../../ir/loss.ts";
import type { Entry, ModelRequest, OutputShape } from "../../ir/request.ts";
import { fieldsOf } from "../../ir/field-names.ts";
import {
  defined,
  isObject,
  type Json,
  type JsonObject,
  optionalBoolean,
  optionalList,
  optionalObject,
  optionalString,
  pathOf,
  requiredList,
  requiredString,
  without,
} from "../../wire/json.ts";
import type { Envelope } from "../dialect.ts";
import { decodeMessages } from "./messages-decode.ts";
import { decodeContent } from "./parts-decode.ts";
import { readReasoning, readSampling } from "./settings.ts";
import { THREAD_LOSS, threadOf } from "./thread.ts";
import { decodeTool, decodeToolChoice } from "./tools-decode.ts";
import { FIELD_NAMES } from "./facts.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

/** What a router must know before it decides on a lane. */
export function envelope(_path: string, body: JsonObject): Envelope {
  requiredList(body, "messages");
  return { model: optionalString(body, "model"), stream: optionalBoolean(body, "stream") ?? false };
}

const READ_KEYS = namesIn(
  "model messages system tools tool_choice thinking output_config output_format max_tokens temperature top_p top_k stop_sequences stream metadata service_tier container cache_control thread",
);

export function decodeRequest(body: JsonObject): Translated<ModelRequest> {
  const config = optionalObject(body, "output_config") ?? {};
  const reasoning = readReasoning(body);
  const tools = optionalList(body, "tools") ?? [];
  const thread = threadOf(body);
  const value = defined<ModelRequest>({
    model: requiredString(body, "model"),
    stream: optionalBoolean(body, "stream") ?? false,
    generate: true,
    entries: [...decodeInstructions(body.system), ...decodeMessages(requiredList(body, "messages"))],
    tools: tools.map((tool, index) => decodeTool(tool, pathOf("tools", index))),
    ...decodeToolChoice(optionalObject(body, "tool_choice")),
    sampling: readSampling(body),
    reasoning,
    output: decodeOutput(body, config),
    state: defined({ container: body.container ?? undefined, thread }),
    cache: defined({ automatic: body.cache_control ?? undefined }),
    wants: {},
    // `metadata.user_id` names a device and an account: it goes to Anthropic or nowhere, so it is no `user` of ours.
    caller: defined({ metadata: body.metadata ?? undefined, serviceTier: optionalString(body, "service_tier") }),
    extra: {
      dialect: ANTHROPIC_MESSAGES,
      fields: extraOf(body, config),
      ...(reasoning?.hints && { hintsAt: "thinking" }),
    },
    fields: fieldsOf(body, FIELD_NAMES),
  });
  return { value, losses: thread === "begun" ? [THREAD_LOSS] : [] };
}

function decodeInstructions(system: Json | undefined): Entry[] {
  if (system === undefined || system === null) return [];
  return [{ kind: "instructions", content: decodeContent(system, "system"), at: "system" }];
}

/** `output_config.format`, or `output_format`, as the beta called it. */
function decodeOutput(body: JsonObject, config: JsonObject): OutputShape | undefined {
  const format = optionalObject(config, "format", "output_config") ?? optionalObject(body, "output_format");
  // What is asked for here is always enforced.
  return format && isSchema(format) ? { schema: { schema: format.schema as Json, strict: true } } : undefined;
}
const isSchema = (format: Json | undefined): boolean =>
  isObject(format) && format.type === "json_schema" && format.schema !== undefined && format.schema !== null;

function extraOf(body: JsonObject, config: JsonObject): Record<string, Json> {
  const fields = without(body, READ_KEYS);
  const rest = without(config, new Set(isSchema(config.format) ? ["effort", "format"] : ["effort"]));
  if (Object.keys(rest).length > 0) fields.output_config = rest;
  return fields;
}
