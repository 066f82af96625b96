/** The native lane's closed list of edits, as data: the caller's bytes pass, and only these fields may change. */
import { createHash } from "node:crypto";
import type { TargetConfig } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { DIALECTS } from "../dialects/index.ts";
import { type Feature, type Loss, lossList, type LossList } from "../ir/loss.ts";
import type { Reasoning, Sampling } from "../ir/request.ts";
import { hasLeadingThink, stripThink } from "../ir/think.ts";
import { weightOfField } from "../ir/unread.ts";
import { type CallerWords, callerWords, fieldsOf } from "../ir/field-names.ts";
import type { SpanEdit } from "../wire/edit.ts";
import { isList, isObject, type Json, type JsonObject } from "../wire/json.ts";
import { clampVerbosity } from "./fit.ts";
import { thinkingEdits } from "./native-thinking.ts";
import { toolChoiceEdits, toolSchemaEdits } from "./native-tools.ts";
import type { Capabilities } from "./provider.ts";
import { fitSampling, outputTokensFor, refusedSampling, saysNothing } from "./sampling.ts";
import { thinks } from "./thinking.ts";

export type EditName =
  | "model"
  | "store"
  | "cache-key"
  | "effort"
  | "summary"
  | "verbosity"
  | "truncation"
  | "max-tokens"
  | "include-usage"
  | "unsupported-parameter"
  | "tool-schema"
  | "tool-choice"
  | "role"
  | "leading-think-block";

export interface Edit extends SpanEdit {
  readonly name: EditName;
}

export interface NativeCall {
  readonly target: {
    /** The name that the upstream knows. */
    readonly model: string;
    readonly dialect: DialectId;
    readonly config: TargetConfig;
    readonly capabilities: Capabilities;
  };
  /** The effort in the name that the caller picked. */
  readonly forcedEffort?: string;
  /** For a caller that names its session and no cache key. */
  readonly cacheKey?: string;
}

/** Only what must change: a body that says all that is needed, of a model that takes it, passes with its model's name edited or not at all. */
export function nativeEdits(
  body: JsonObject,
  call: NativeCall,
): { readonly edits: readonly Edit[]; readonly losses: readonly Loss[] } {
  const losses = lossList();
  const said = callerWords({ fields: fieldsOf(body, DIALECTS[call.target.dialect].fieldNames) });
  const thinking = thinkingEdits(body, call, said, losses);
  const edits = [
    ...modelEdit(body, call),
    ...storeEdits(body, call),
    ...cacheKeyEdits(body, call),
    ...thinking.edits,
    ...verbosityEdits(body, call, losses),
    ...truncationEdits(body, call, losses),
    ...maxTokensEdits(body, call, losses),
    ...usageEdits(body, call),
    ...samplingEdits(body, call, thinking.reasoning, said, losses),
    ...refusedFieldEdits(body, call, losses),
    ...toolSchemaEdits(body, call, losses),
    ...toolChoiceEdits(body, call, thinking.reasoning, said, losses),
    ...roleEdits(body, call),
    ...strayFieldEdits(body, call),
    ...thinkBlockEdits(body),
  ];
  return { edits, losses: losses.list() };
}

const edit = (name: EditName, path: SpanEdit["path"], value: Json | undefined): Edit[] => [{ name, path, value }];
const isAbsent = (value: Json | undefined): boolean => value === undefined || value === null;

const modelEdit = (body: JsonObject, { target }: NativeCall): Edit[] =>
  body.model === target.model ? [] : edit("model", ["model"], target.model);

const storeEdits = (body: JsonObject, { target }: NativeCall): Edit[] =>
  target.config.store !== undefined &&
  isAbsent(body.store) &&
  target.dialect !== "anthropic-messages" &&
  !target.capabilities.refusesFields?.has("store")
    ? edit("store", ["store"], target.config.store)
    : [];

const CACHE_KEY_LENGTH_MAX = 64;

function cacheKeyEdits(body: JsonObject, { target, cacheKey }: NativeCall): Edit[] {
  if (target.dialect === "anthropic-messages" || !target.capabilities.traits.cacheKey) return [];
  const own = body.prompt_cache_key;
  if (typeof own === "string" && own.length > CACHE_KEY_LENGTH_MAX)
    return edit("cache-key", ["prompt_cache_key"], createHash("sha256").update(own).digest("hex"));
  return isAbsent(own) && cacheKey !== undefined ? edit("cache-key", ["prompt_cache_key"], cacheKey) : [];
}

function verbosityEdits(body: JsonObject, { target }: NativeCall, losses: LossList): Edit[] {
  if (target.dialect === "anthropic-messages") return [];
  const path = target.dialect === "openai-responses" ? ["text", "verbosity"] : ["verbosity"];
  const asked =
    target.dialect === "openai-responses" ? (isObject(body.text) ? body.text.verbosity : undefined) : body.verbosity;
  const own = typeof asked === "string" ? asked : undefined;
  const verbosity = clampVerbosity(own ?? target.config.verbosity, target.capabilities);
  if (verbosity === own) return [];
  if (own !== undefined)
    lose(
      losses,
      path.join("."),
      "verbosity",
      verbosity === undefined ? "the model takes no verbosity" : `verbosity ${own} became ${verbosity}`,
    );
  return edit("verbosity", path, verbosity);
}

function truncationEdits(body: JsonObject, { target }: NativeCall, losses: LossList): Edit[] {
  const { truncations } = target.capabilities;
  if (target.dialect !== "openai-responses") return [];
  if (isAbsent(body.truncation)) {
    const byDefault = target.config.truncation;
    return byDefault !== undefined && truncations.includes(byDefault)
      ? edit("truncation", ["truncation"], byDefault)
      : [];
  }
  if (typeof body.truncation !== "string" || truncations.includes(body.truncation)) return [];
  lose(losses, "truncation", "truncation", "the model takes no such truncation");
  return edit("truncation", ["truncation"], undefined);
}

/** Chat has two names for the limit, and a vendor takes one of them. */
function maxTokensEdits(body: JsonObject, { target }: NativeCall, losses: LossList): Edit[] {
  const { capabilities, config, dialect } = target;
  const field =
    dialect === "openai-responses"
      ? "max_output_tokens"
      : dialect === "anthropic-messages"
        ? "max_tokens"
        : capabilities.traits.maxTokensField;
  const other =
    dialect === "openai-chat" ? (field === "max_tokens" ? "max_completion_tokens" : "max_tokens") : undefined;
  const own = [body[field], other && body[other]].find((value) => typeof value === "number") as number | undefined;
  const limit = outputTokensFor(own, capabilities, config);
  const written = other !== undefined && typeof body[field] !== "number" ? other : field;
  if (own !== undefined && own !== limit) lose(losses, written, "max-tokens", `${own} became ${limit}`);
  return [
    ...(other !== undefined && body[other] !== undefined ? edit("max-tokens", [other], undefined) : []),
    ...(limit !== undefined && limit !== body[field] ? edit("max-tokens", [field], limit) : []),
  ];
}

/** The relay withholds the chunk again: without it a streamed Chat answer has no usage. */
function usageEdits(body: JsonObject, { target }: NativeCall): Edit[] {
  if (target.dialect !== "openai-chat" || body.stream !== true || !target.capabilities.traits.usageChunk) return [];
  const options = isObject(body.stream_options) ? body.stream_options : {};
  return options.include_usage === true ? [] : edit("include-usage", ["stream_options", "include_usage"], true);
}

const SAMPLING_FIELDS: Readonly<Record<DialectId, Readonly<Partial<Record<keyof Sampling, string>>>>> = {
  "openai-chat": {
    temperature: "temperature",
    topP: "top_p",
    topK: "top_k",
    stop: "stop",
    frequencyPenalty: "frequency_penalty",
    presencePenalty: "presence_penalty",
    seed: "seed",
  },
  "openai-responses": { temperature: "temperature", topP: "top_p" },
  "anthropic-messages": { temperature: "temperature", topP: "top_p", topK: "top_k", stop: "stop_sequences" },
};

function samplingEdits(
  body: JsonObject,
  { target }: NativeCall,
  reasoning: Reasoning | undefined,
  said: CallerWords,
  losses: LossList,
): Edit[] {
  const fields = Object.entries(SAMPLING_FIELDS[target.dialect]) as [keyof Sampling, string][];
  const asked = Object.fromEntries(
    fields.filter(([, field]) => !isAbsent(body[field])).map(([name, field]) => [name, body[field]]),
  ) as Sampling;
  const sampling = target.dialect === "anthropic-messages" ? withoutDefaults(asked) : asked;
  const thinking = thinks(reasoning, target.capabilities);
  const refused = new Set(refusedSampling(sampling, target.capabilities, thinking));
  const fitted = fitSampling(sampling, target.capabilities, thinking, said, losses);
  return fields.flatMap(([name, field]) =>
    refused.has(name)
      ? edit("unsupported-parameter", [field], undefined)
      : fitted[name] === sampling[name]
        ? []
        : edit("unsupported-parameter", [field], fitted[name] as Json),
  );
}

/** Anthropic refuses "non-default" values; OpenAI's reasoning models refuse the fields themselves. */
function withoutDefaults(sampling: Sampling): Sampling {
  return Object.fromEntries(
    Object.entries(sampling).filter(([name]) => !saysNothing(sampling, name as keyof Sampling)),
  );
}

function refusedFieldEdits(body: JsonObject, { target }: NativeCall, losses: LossList): Edit[] {
  const { refusesFields } = target.capabilities;
  // The other name of the output limit is an edit of its own.
  const refused = Object.keys(body).filter((field) => refusesFields?.has(field) && field !== "max_completion_tokens");
  for (const field of refused)
    if (field !== "stream_options")
      losses.add({
        path: field,
        feature: "unsupported-parameter",
        how: "dropped",
        weight: weightOfField(field, body[field]),
        note: "the vendor does not accept it",
      });
  return refused.flatMap((field) => edit("unsupported-parameter", [field], undefined));
}

function roleEdits(body: JsonObject, { target }: NativeCall): Edit[] {
  if (target.dialect !== "openai-chat" || target.capabilities.traits.developerRole || !isList(body.messages)) return [];
  return body.messages.flatMap((message, index) =>
    isObject(message) && message.role === "developer" ? edit("role", ["messages", index, "role"], "system") : [],
  );
}

/** LiteLLM's client keeps notes of its own on an answer, OpenAI's SDK what it parsed of one, and both send them back. They say nothing that other fields do not, and vendors refuse fields of messages that they do not know. */
const STRAY_FIELDS = ["provider_specific_fields", "parsed"];

function strayFieldEdits(body: JsonObject, { target }: NativeCall): Edit[] {
  if (target.dialect !== "openai-chat" || !isList(body.messages)) return [];
  const { developerRole } = target.capabilities.traits;
  const edits: Edit[] = [];
  const drop = (...path: SpanEdit["path"]): void =>
    void edits.push(...edit("unsupported-parameter", ["messages", ...path], undefined));
  // Hardly any message has one, and conversations are long.
  for (const [index, message] of body.messages.entries()) {
    if (!isObject(message)) continue;
    for (const field of STRAY_FIELDS) if (message[field] !== undefined) drop(index, field);
    // OpenAI's own, and empty unless it searched.
    if (!developerRole && isList(message.annotations) && message.annotations.length === 0) drop(index, "annotations");
    if (!isList(message.tool_calls)) continue;
    for (const [at, call] of message.tool_calls.entries())
      if (isObject(call) && isObject(call.function) && call.function.parsed_arguments !== undefined)
        drop(index, "tool_calls", at, "function", "parsed_arguments");
  }
  return edits;
}

/** Clients replay thoughts that they were shown as text; a model that reads them begins to type such tags itself. */
function thinkBlockEdits(body: JsonObject): Edit[] {
  const list = isList(body.messages) ? "messages" : isList(body.input) ? "input" : undefined;
  if (!list) return [];
  return (body[list] as readonly Json[]).flatMap((message, index): Edit[] => {
    if (!isObject(message) || message.role !== "assistant") return [];
    const { content } = message;
    if (typeof content === "string") return strip([list, index, "content"], content);
    const first = isList(content) ? content[0] : undefined;
    return isObject(first) && typeof first.text === "string"
      ? strip([list, index, "content", 0, "text"], first.text)
      : [];
  });
}

/** A message that was nothing but thoughts stays: some vendors refuse an empty one. */
function strip(path: SpanEdit["path"], text: string): Edit[] {
  const rest = hasLeadingThink(text) ? stripThink(text) : text;
  return rest === text || rest === "" ? [] : edit("leading-think-block", path, rest);
}

function lose(losses: LossList, path: string, feature: Feature, note: string): void {
  losses.add({ path, feature, how: "approximated", weight: "hint", note });
}
