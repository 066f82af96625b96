/** What OpenAI's, Azure's and Kimi's Chat Completions refuse. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectsOf, stringOf } from "./asked.ts";
import { isPlainObject, isSet, refuse } from "./refused.ts";
import { personaOf } from "./personas.ts";
import { isKimi } from "./scenarios.ts";
import type { StrictContext } from "./strict-context.ts";
import { checkKimi, checkMessages, checkPairs } from "./strict-chat-messages.ts";
import { checkOpenaiModel } from "./strict-models.ts";
import { checkSealed } from "./strict-sealed.ts";
import {
  ANSWER_FORMATS,
  EFFORTS,
  VERBOSITIES,
  checkCustomFormat,
  checkSharedSettings,
  distinctNames,
  needObject,
  needString,
  notEmpty,
  oneOf,
  onlyKnown,
  toolName,
  within,
  wrongType,
} from "./strict-openai.ts";
import { checkParameters, checkStrictSchema } from "./strict-openai-schemas.ts";

export function checkChat(body: JsonObject, context: StrictContext): void {
  onlyKnown(body, context.vendor === "openai" ? KNOWN : KNOWN_ANYWHERE);
  needString(body.model, "model");
  checkSettings(body);
  checkTools(body, context);
  checkFormat(body);
  checkMessages(body, context);
  checkPairs(objectsOf(body.messages));
  if (isKimi(stringOf(body.model))) checkKimi(body);
  const persona = personaOf(stringOf(body.model));
  if (persona) checkSealed(body, persona, context.seals);
  // OpenRouter fits efforts and sampling itself.
  if (persona?.host !== "openrouter") checkOpenaiModel(body, "chat");
}

const KNOWN = new Set([
  "messages",
  "model",
  "audio",
  "frequency_penalty",
  "function_call",
  "functions",
  "logit_bias",
  "logprobs",
  "max_completion_tokens",
  "max_tokens",
  "metadata",
  "modalities",
  "moderation",
  "n",
  "parallel_tool_calls",
  "prediction",
  "presence_penalty",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "seed",
  "service_tier",
  "stop",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "user",
  "verbosity",
  "web_search_options",
]);
// What compatible vendors add: Kimi, DeepSeek and GLM `thinking`; OpenRouter `reasoning`, `provider`, `usage`…; vLLM and Ollama their sampling; Qwen `enable_thinking`; Mistral `safe_prompt`.
const KNOWN_ANYWHERE = new Set([
  ...KNOWN,
  "thinking",
  "reasoning",
  "include_reasoning",
  "reasoning_format",
  "top_k",
  "min_p",
  "top_a",
  "repetition_penalty",
  "enable_thinking",
  "thinking_budget",
  "chat_template_kwargs",
  "provider",
  "models",
  "transforms",
  "plugins",
  "usage",
  "route",
  "safe_prompt",
  "prompt_mode",
  "random_seed",
  "search_parameters",
  "keep_alive",
  "options",
  "think",
  "cache_control",
]);

function checkSettings(body: JsonObject): void {
  checkSharedSettings(body, STREAM_OPTIONS);
  within(body.presence_penalty, -2, 2, "presence_penalty");
  within(body.frequency_penalty, -2, 2, "frequency_penalty");
  within(body.max_tokens, 1, Infinity, "max_tokens");
  within(body.max_completion_tokens, 1, Infinity, "max_completion_tokens");
  oneOf(body.reasoning_effort, EFFORTS, "reasoning_effort");
  oneOf(body.verbosity, VERBOSITIES, "verbosity");
  if (isSet(body.metadata) && body.store !== true)
    refuse("The 'metadata' parameter is only allowed when 'store' is enabled.", "metadata");
  if (isSet(body.max_tokens) && isSet(body.max_completion_tokens))
    refuse(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      undefined,
      "invalid_parameter_combination",
    );
  checkStop(body.stop);
}

const STREAM_OPTIONS = new Set(["include_usage", "include_obfuscation"]);

function checkStop(stop: Json | undefined): void {
  if (!isSet(stop) || typeof stop === "string") return;
  if (!Array.isArray(stop)) return wrongType("stop", "one of a string or array of strings", stop);
  notEmpty(stop, "stop");
  if (stop.length > 4)
    refuse(
      `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stop.length} instead.`,
      "stop",
      "array_above_max_length",
    );
  for (const [at, one] of stop.entries()) needString(one as Json, `stop[${at}]`);
}

function checkTools(body: JsonObject, { vendor }: StrictContext): void {
  const { tools } = body;
  notEmpty(tools, "tools");
  const names = listOf(tools).map((tool, at) => checkTool(needObject(tool, `tools[${at}]`), `tools[${at}]`, vendor));
  distinctNames(names, "tools");
  for (const param of ["tool_choice", "parallel_tool_calls"])
    if (isSet(body[param]) && !isSet(tools))
      refuse(`Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`, param);
  checkChoice(body.tool_choice, names);
}

function checkTool(tool: JsonObject, at: string, vendor: StrictContext["vendor"]): string {
  needString(tool.type, `${at}.type`);
  oneOf(tool.type, ["function", "custom"], `${at}.type`);
  const kind = tool.type === "custom" ? "custom" : "function";
  onlyKnown(tool, new Set(["type", kind, "cache_control"]), at);
  const definition = needObject(tool[kind], `${at}.${kind}`);
  onlyKnown(definition, kind === "custom" ? CUSTOM_KEYS : FUNCTION_KEYS, `${at}.${kind}`);
  const name = toolName(definition.name, `${at}.${kind}.name`);
  if (kind === "function") checkParameters(definition, `${at}.function.parameters`, vendor);
  else checkCustomFormat(definition.format, `${at}.custom.format`, "chat");
  return name;
}

const FUNCTION_KEYS = new Set(["name", "description", "parameters", "strict"]);
const CUSTOM_KEYS = new Set(["name", "description", "format"]);

function checkChoice(choice: Json | undefined, names: readonly string[]): void {
  if (!isSet(choice)) return;
  if (!isPlainObject(choice)) return oneOf(choice, ["none", "auto", "required"], "tool_choice");
  const type = needString(choice.type, "tool_choice.type");
  oneOf(type, ["function", "custom", "allowed_tools"], "tool_choice.type");
  if (type === "allowed_tools") return void needObject(choice.allowed_tools, "tool_choice.allowed_tools");
  const name = needString(needObject(choice[type], `tool_choice.${type}`).name, `tool_choice.${type}.name`);
  if (!names.includes(name))
    refuse(`Invalid value for 'tool_choice': Tool choice '${name}' not found in 'tools' parameter.`, "tool_choice");
}

function checkFormat(body: JsonObject): void {
  if (!isSet(body.response_format)) return;
  const format = needObject(body.response_format, "response_format");
  const type = needString(format.type, "response_format.type");
  oneOf(type, ANSWER_FORMATS, "response_format.type");
  if (type === "json_object" && !/json/i.test(JSON.stringify(body.messages)))
    refuse(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      "messages",
    );
  if (type !== "json_schema") return;
  const shape = needObject(format.json_schema, "response_format.json_schema");
  const name = toolName(shape.name, "response_format.json_schema.name");
  const schema = needObject(shape.schema, "response_format.json_schema.schema");
  if (shape.strict === true) checkStrictSchema(schema, `response_format '${name}'`, "response_format");
}
