/** What OpenAI's, Azure's and Kimi's Chat Completions refuse. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf, stringOf, textOfContent } from "./asked.ts";
import { isPlainObject, isSet, kindOf, refuse, repeated } from "./refused.ts";
import { isKimi } from "./scenarios.ts";
import type { StrictContext } from "./strict.ts";
import { checkOpenaiModel } from "./strict-models.ts";
import {
  EFFORTS,
  TIERS,
  VERBOSITIES,
  atMost,
  checkImageUrl,
  checkMetadata,
  checkParameters,
  checkStrictSchema,
  distinctNames,
  needObject,
  needString,
  notEmpty,
  oneOf,
  onlyKnown,
  toolName,
  within,
} from "./strict-openai.ts";

export function checkChat(body: JsonObject, context: StrictContext): void {
  onlyKnown(body, context.vendor === "openai" ? KNOWN : KNOWN_ANYWHERE);
  needString(body["model"], "model");
  checkSettings(body);
  checkTools(body);
  checkFormat(body);
  checkMessages(body, context);
  checkPairs(objectsOf(body["messages"]));
  if (isKimi(stringOf(body["model"]))) checkKimi(body);
  checkOpenaiModel(body, "chat");
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
]);

function checkSettings(body: JsonObject): void {
  within(body["temperature"], 0, 2, "temperature");
  within(body["top_p"], 0, 1, "top_p");
  within(body["presence_penalty"], -2, 2, "presence_penalty");
  within(body["frequency_penalty"], -2, 2, "frequency_penalty");
  within(body["max_tokens"], 1, Infinity, "max_tokens");
  within(body["max_completion_tokens"], 1, Infinity, "max_completion_tokens");
  oneOf(body["reasoning_effort"], EFFORTS, "reasoning_effort");
  oneOf(body["verbosity"], VERBOSITIES, "verbosity");
  oneOf(body["service_tier"], TIERS, "service_tier");
  atMost(body["prompt_cache_key"], 64, "prompt_cache_key");
  atMost(body["safety_identifier"], 64, "safety_identifier");
  checkMetadata(body["metadata"]);
  if (isSet(body["metadata"]) && body["store"] !== true)
    refuse("The 'metadata' parameter is only allowed when 'store' is enabled.", { param: "metadata" });
  if (isSet(body["max_tokens"]) && isSet(body["max_completion_tokens"]))
    refuse("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", {
      code: "invalid_parameter_combination",
    });
  if (isSet(body["stream_options"]) && body["stream"] !== true)
    refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", { param: "stream_options" });
  if (isSet(body["stream_options"]))
    onlyKnown(needObject(body["stream_options"], "stream_options"), STREAM_OPTIONS, "stream_options");
  checkStop(body["stop"]);
}

const STREAM_OPTIONS = new Set(["include_usage", "include_obfuscation"]);

function checkStop(stop: Json | undefined): void {
  if (!isSet(stop) || typeof stop === "string") return;
  if (!Array.isArray(stop))
    refuse(`Invalid type for 'stop': expected one of a string or array of strings, but got ${kindOf(stop)} instead.`, {
      param: "stop",
      code: "invalid_type",
    });
  notEmpty(stop, "stop");
  if (stop.length > 4)
    refuse(
      `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stop.length} instead.`,
      { param: "stop", code: "array_above_max_length" },
    );
  for (const [at, one] of stop.entries()) needString(one as Json, `stop[${at}]`);
}

function checkTools(body: JsonObject): void {
  const { tools } = body;
  notEmpty(tools, "tools");
  const names = listOf(tools).map((tool, at) => checkTool(needObject(tool, `tools[${at}]`), `tools[${at}]`));
  distinctNames(names, "tools");
  for (const param of ["tool_choice", "parallel_tool_calls"])
    if (isSet(body[param]) && !isSet(tools))
      refuse(`Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`, { param });
  checkChoice(body["tool_choice"], names);
}

function checkTool(tool: JsonObject, at: string): string {
  needString(tool["type"], `${at}.type`);
  oneOf(tool["type"], ["function", "custom"], `${at}.type`);
  const kind = tool["type"] === "custom" ? "custom" : "function";
  onlyKnown(tool, new Set(["type", kind, "cache_control"]), at);
  const definition = needObject(tool[kind], `${at}.${kind}`);
  onlyKnown(definition, kind === "custom" ? CUSTOM_KEYS : FUNCTION_KEYS, `${at}.${kind}`);
  const name = toolName(definition["name"], `${at}.${kind}.name`);
  if (kind === "function") checkParameters(definition, `${at}.function.parameters`);
  else checkCustomFormat(definition["format"], `${at}.custom.format`);
  return name;
}

const FUNCTION_KEYS = new Set(["name", "description", "parameters", "strict"]);
const CUSTOM_KEYS = new Set(["name", "description", "format"]);

/** Chat nests the grammar, Responses has it flat. */
function checkCustomFormat(value: Json | undefined, at: string): void {
  if (!isSet(value)) return;
  const format = needObject(value, at);
  oneOf(format["type"], ["text", "grammar"], `${at}.type`);
  if (format["type"] !== "grammar") return;
  const grammar = needObject(format["grammar"], `${at}.grammar`);
  needString(grammar["definition"], `${at}.grammar.definition`);
  oneOf(needString(grammar["syntax"], `${at}.grammar.syntax`), ["lark", "regex"], `${at}.grammar.syntax`);
}

function checkChoice(choice: Json | undefined, names: readonly string[]): void {
  if (!isSet(choice)) return;
  if (!isPlainObject(choice)) return oneOf(choice, ["none", "auto", "required"], "tool_choice");
  const type = needString(choice["type"], "tool_choice.type");
  oneOf(type, ["function", "custom", "allowed_tools"], "tool_choice.type");
  if (type === "allowed_tools") return void needObject(choice["allowed_tools"], "tool_choice.allowed_tools");
  const name = needString(needObject(choice[type], `tool_choice.${type}`)["name"], `tool_choice.${type}.name`);
  if (!names.includes(name))
    refuse(`Invalid value for 'tool_choice': Tool choice '${name}' not found in 'tools' parameter.`, {
      param: "tool_choice",
    });
}

function checkFormat(body: JsonObject): void {
  if (!isSet(body["response_format"])) return;
  const format = needObject(body["response_format"], "response_format");
  oneOf(
    needString(format["type"], "response_format.type"),
    ["text", "json_object", "json_schema"],
    "response_format.type",
  );
  if (format["type"] === "json_object" && !/json/i.test(JSON.stringify(body["messages"])))
    refuse("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", {
      param: "messages",
    });
  if (format["type"] !== "json_schema") return;
  const shape = needObject(format["json_schema"], "response_format.json_schema");
  const name = toolName(shape["name"], "response_format.json_schema.name");
  const schema = needObject(shape["schema"], "response_format.json_schema.schema");
  if (shape["strict"] === true) checkStrictSchema(schema, `response_format '${name}'`, "response_format");
}

function checkMessages(body: JsonObject, context: StrictContext): void {
  const messages = body["messages"];
  if (messages === undefined)
    refuse("Missing required parameter: 'messages'.", { param: "messages", code: "missing_required_parameter" });
  if (!Array.isArray(messages))
    refuse(`Invalid type for 'messages': expected an array of objects, but got ${kindOf(messages)} instead.`, {
      param: "messages",
      code: "invalid_type",
    });
  notEmpty(messages, "messages");
  for (const [at, message] of messages.entries()) {
    const param = `messages[${at}]`;
    const object = needObject(message as Json, param);
    const role = needString(object["role"], `${param}.role`);
    oneOf(role, ROLES, `${param}.role`);
    onlyKnown(object, context.vendor === "openai" ? MESSAGE_KEYS : MESSAGE_KEYS_ANYWHERE, param);
    checkContent(object, role, param);
    if (role === "assistant") checkCalls(object["tool_calls"], `${param}.tool_calls`, context);
    if (role === "tool")
      atMost(
        needString(object["tool_call_id"], `${param}.tool_call_id`),
        CALL_ID_MAX[context.vendor],
        `${param}.tool_call_id`,
      );
  }
}

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"] as const;
const MESSAGE_KEYS = new Set([
  "role",
  "content",
  "name",
  "tool_calls",
  "tool_call_id",
  "refusal",
  "annotations",
  "audio",
  "function_call",
]);
const MESSAGE_KEYS_ANYWHERE = new Set([
  ...MESSAGE_KEYS,
  "reasoning_content",
  "reasoning",
  "reasoning_details",
  "prefix",
  "partial",
  "thinking",
]);
// OpenAI and Azure take 40 on this dialect (vercel/ai#8132, Portkey-AI/gateway#1062); 64 is what everybody else is known to take.
const CALL_ID_MAX = { openai: 40, any: 64 } as const;

function checkContent(message: JsonObject, role: string, param: string): void {
  const { content } = message;
  if (!isSet(content)) {
    if (
      role === "assistant" &&
      (isSet(message["tool_calls"]) || isSet(message["refusal"]) || isSet(message["function_call"]))
    )
      return;
    refuse(`Invalid value for 'content': expected a string, got null.`, { param: `${param}.content` });
  }
  if (typeof content === "string") return;
  if (!Array.isArray(content))
    refuse(
      `Invalid type for '${param}.content': expected one of a string or array of objects, but got ${kindOf(content)} instead.`,
      { param: `${param}.content`, code: "invalid_type" },
    );
  notEmpty(content, `${param}.content`);
  for (const [at, part] of content.entries())
    checkPart(needObject(part as Json, `${param}.content[${at}]`), role, `${param}.content[${at}]`);
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

function checkPart(part: JsonObject, role: string, param: string): void {
  const type = needString(part["type"], `${param}.type`);
  if (type === "image_url" && role !== "user")
    refuse(
      `Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`,
      { param },
    );
  oneOf(type, PARTS[role] ?? ["text"], `${param}.type`);
  onlyKnown(part, new Set(["type", type, "cache_control"]), param);
  if (type === "text") needString(part["text"], `${param}.text`);
  if (type === "image_url") {
    const image = needObject(part["image_url"], `${param}.image_url`);
    checkImageUrl(image["url"], `${param}.image_url.url`);
    oneOf(image["detail"], ["auto", "low", "high", "original"], `${param}.image_url.detail`);
  }
  if (type === "file")
    onlyKnown(
      needObject(part["file"], `${param}.file`),
      new Set(["file_data", "file_id", "filename"]),
      `${param}.file`,
    );
}

function checkCalls(value: Json | undefined, param: string, context: StrictContext): void {
  if (!isSet(value)) return;
  notEmpty(value, param);
  for (const [at, call] of listOf(value).entries()) {
    const place = `${param}[${at}]`;
    const object = needObject(call, place);
    const type = needString(object["type"], `${place}.type`);
    oneOf(type, ["function", "custom"], `${place}.type`);
    atMost(needString(object["id"], `${place}.id`), CALL_ID_MAX[context.vendor], `${place}.id`);
    const inner = needObject(object[type], `${place}.${type}`);
    needString(inner["name"], `${place}.${type}.name`);
    needString(
      inner[type === "custom" ? "input" : "arguments"],
      `${place}.${type}.${type === "custom" ? "input" : "arguments"}`,
    );
  }
}

/** Results follow their calls at once, one each, and none comes from nowhere. */
function checkPairs(messages: readonly JsonObject[]): void {
  let open = new Set<string>();
  let results: string[] = [];
  for (const [at, message] of messages.entries()) {
    if (message["role"] === "tool") {
      const id = stringOf(message["tool_call_id"]);
      if (results.includes(id))
        refuse(`Duplicate value for 'tool_call_id' of '${id}' in message[${at}].`, {
          param: `messages[${at}].tool_call_id`,
        });
      if (!open.delete(id))
        refuse(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          { param: `messages.[${at}].role` },
        );
      results.push(id);
      continue;
    }
    unanswered(open);
    const ids = objectsOf(message["tool_calls"]).map((call) => stringOf(call["id"]));
    const twice = repeated(ids);
    if (twice !== undefined)
      refuse(`Duplicate value for 'tool_calls[].id' of '${twice}' in message[${at}].`, {
        param: `messages[${at}].tool_calls`,
      });
    open = new Set(ids);
    results = [];
  }
  unanswered(open);
}

function unanswered(open: ReadonlySet<string>): void {
  if (open.size === 0) return;
  refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(", ")}`,
    { param: "messages" },
  );
}

/** Kimi's thinking models want their reasoning back with every call that is still in the history (BerriAI/litellm#21672). */
function checkKimi(body: JsonObject): void {
  if (objectOf(body["thinking"])["type"] === "disabled") return;
  for (const [at, message] of objectsOf(body["messages"]).entries()) {
    if (message["role"] !== "assistant") continue;
    const isEmpty = textOfContent(message["content"]) === "" && !isSet(message["tool_calls"]);
    if (isEmpty) refuse(`Invalid request: the message at position ${at} with role 'assistant' must not be empty`);
    if (isSet(message["tool_calls"]) && stringOf(message["reasoning_content"]) === "")
      refuse(`thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`);
  }
}
