/** What OpenAI's and Azure's Responses refuse. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf, stringOf } from "./asked.ts";
import { needsReasoning } from "./ids.ts";
import { inputItems, isCall } from "./read-responses.ts";
import { isPlainObject, isSet, kindOf, refuse } from "./refused.ts";
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
  oneOf,
  onlyKnown,
  toolName,
  within,
} from "./strict-openai.ts";

export function checkResponses(body: JsonObject, context: StrictContext): void {
  for (const [param, better] of MOVED)
    if (isSet(body[param])) refuse(moved(param, better), { param, code: "unsupported_parameter" });
  onlyKnown(body, KNOWN);
  if (isSet(body["model"])) needString(body["model"], "model");
  checkSettings(body);
  checkTools(body);
  checkInput(body, context);
  checkPairs(body);
  checkReasoningOrder(inputItems(body));
  checkOpenaiModel(body, "responses");
}

const MOVED: readonly (readonly [string, string])[] = [
  ["messages", "input"],
  ["max_tokens", "max_output_tokens"],
  ["max_completion_tokens", "max_output_tokens"],
  ["response_format", "text.format"],
  ["reasoning_effort", "reasoning.effort"],
  ["verbosity", "text.verbosity"],
];
const moved = (param: string, better: string): string =>
  `Unsupported parameter: '${param}'. In the Responses API, this parameter has moved to '${better}'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`;

const KNOWN = new Set([
  "access_programs",
  "background",
  "client_metadata",
  "context_management",
  "conversation",
  "image",
  "include",
  "input",
  "instructions",
  "max_output_tokens",
  "max_tool_calls",
  "metadata",
  "model",
  "moderation",
  "parallel_tool_calls",
  "previous_response_id",
  "prompt",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning",
  "safety_identifier",
  "service_tier",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "text",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "truncation",
  "user",
]);
const INCLUDABLE = [
  "file_search_call.results",
  "web_search_call.results",
  "web_search_call.action.sources",
  "message.input_image.image_url",
  "computer_call_output.output.image_url",
  "code_interpreter_call.outputs",
  "reasoning.encrypted_content",
  "message.output_text.logprobs",
] as const;

function checkSettings(body: JsonObject): void {
  if (isSet(body["instructions"])) needString(body["instructions"], "instructions");
  within(body["temperature"], 0, 2, "temperature");
  within(body["top_p"], 0, 1, "top_p");
  if (typeof body["max_output_tokens"] === "number" && body["max_output_tokens"] < 16)
    refuse(
      `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${body["max_output_tokens"]} instead.`,
      { param: "max_output_tokens", code: "integer_below_min_value" },
    );
  within(body["max_output_tokens"], 16, Infinity, "max_output_tokens");
  oneOf(body["truncation"], ["auto", "disabled"], "truncation");
  oneOf(body["service_tier"], TIERS, "service_tier");
  atMost(body["prompt_cache_key"], 64, "prompt_cache_key");
  atMost(body["safety_identifier"], 64, "safety_identifier");
  checkMetadata(body["metadata"]);
  for (const [at, one] of listOf(body["include"]).entries()) oneOf(one, INCLUDABLE, `include[${at}]`);
  if (isSet(body["stream_options"]) && body["stream"] !== true)
    refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", { param: "stream_options" });
  if (isSet(body["stream_options"]))
    onlyKnown(needObject(body["stream_options"], "stream_options"), new Set(["include_obfuscation"]), "stream_options");
  checkReasoning(body["reasoning"]);
  checkText(body["text"]);
}

function checkReasoning(value: Json | undefined): void {
  if (!isSet(value)) return;
  const reasoning = needObject(value, "reasoning");
  onlyKnown(reasoning, new Set(["effort", "summary", "generate_summary", "context", "mode"]), "reasoning");
  oneOf(reasoning["effort"], EFFORTS, "reasoning.effort");
  oneOf(reasoning["summary"], ["auto", "concise", "detailed"], "reasoning.summary");
}

function checkText(value: Json | undefined): void {
  if (!isSet(value)) return;
  const text = needObject(value, "text");
  onlyKnown(text, new Set(["format", "verbosity"]), "text");
  oneOf(text["verbosity"], VERBOSITIES, "text.verbosity");
  if (!isSet(text["format"])) return;
  const format = needObject(text["format"], "text.format");
  oneOf(needString(format["type"], "text.format.type"), ["text", "json_object", "json_schema"], "text.format.type");
  if (format["type"] !== "json_schema") return;
  onlyKnown(format, new Set(["type", "name", "schema", "strict", "description"]), "text.format");
  const name = toolName(format["name"], "text.format.name");
  const schema = needObject(format["schema"], "text.format.schema");
  if (format["strict"] === true) checkStrictSchema(schema, `response_format '${name}'`, "text.format.schema");
}

function checkTools(body: JsonObject): void {
  const names = objectsOf(body["tools"]).flatMap((tool, at) => checkTool(tool, `tools[${at}]`));
  distinctNames(names, "tools");
  const choice = body["tool_choice"];
  if (!isSet(choice)) return;
  if (!isPlainObject(choice)) return oneOf(choice, ["none", "auto", "required"], "tool_choice");
  const type = needString(choice["type"], "tool_choice.type");
  if (type !== "function" && type !== "custom") return;
  onlyKnown(choice, new Set(["type", "name", "namespace"]), "tool_choice");
  const name = needString(choice["name"], "tool_choice.name");
  if (!names.includes(name)) refuse(`Tool choice '${type}' not found in 'tools' parameter.`, { param: "tool_choice" });
}

const FLAT: Readonly<Record<string, ReadonlySet<string>>> = {
  function: new Set([
    "type",
    "name",
    "description",
    "parameters",
    "strict",
    "defer_loading",
    "output_schema",
    "allowed_callers",
  ]),
  custom: new Set(["type", "name", "description", "format", "defer_loading", "allowed_callers"]),
  namespace: new Set(["type", "name", "description", "tools"]),
};

/** The names that it declares: its own, and for a namespace those within. */
function checkTool(tool: JsonObject, param: string): readonly string[] {
  const type = needString(tool["type"], `${param}.type`);
  const known = FLAT[type];
  if (known === undefined) return [];
  const name = toolName(tool["name"], `${param}.name`);
  onlyKnown(tool, known, param);
  if (type === "function") checkParameters(tool, `${param}.parameters`);
  if (type === "custom" && isSet(tool["format"]))
    checkCustomFormat(needObject(tool["format"], `${param}.format`), `${param}.format`);
  if (type !== "namespace") return [name];
  const inner = objectsOf(tool["tools"]).flatMap((one, at) => checkTool(one, `${param}.tools[${at}]`));
  distinctNames(inner, `${param}.tools`);
  return [];
}

function checkCustomFormat(format: JsonObject, param: string): void {
  oneOf(format["type"], ["text", "grammar"], `${param}.type`);
  if (format["type"] !== "grammar") return;
  needString(format["definition"], `${param}.definition`);
  oneOf(needString(format["syntax"], `${param}.syntax`), ["lark", "regex"], `${param}.syntax`);
}

function checkInput(body: JsonObject, context: StrictContext): void {
  const { input } = body;
  if (!isSet(input)) {
    if (isSet(body["previous_response_id"]) || isSet(body["prompt"]) || isSet(body["conversation"])) return;
    refuse("One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.", {
      param: "input",
      code: "missing_required_parameter",
    });
  }
  if (typeof input === "string") return;
  if (!Array.isArray(input))
    refuse(
      `Invalid type for 'input': expected one of a string or array of objects, but got ${kindOf(input)} instead.`,
      { param: "input", code: "invalid_type" },
    );
  for (const [at, item] of input.entries()) {
    const param = `input[${at}]`;
    const object = needObject(item as Json, param);
    checkItemId(object, param);
    const check =
      ITEMS[stringOf(object["type"])] ??
      (object["type"] === undefined || object["type"] === null ? checkMessage : undefined);
    check?.(object, param, { ...context, stored: body["store"] !== false });
  }
}

interface ItemContext extends StrictContext {
  readonly stored: boolean;
}

const ITEMS: Readonly<Record<string, (item: JsonObject, param: string, context: ItemContext) => void>> = {
  message: checkMessage,
  reasoning: checkReasoningItem,
  function_call: (item, param) => checkCall(item, param, "arguments"),
  custom_tool_call: (item, param) => checkCall(item, param, "input"),
  function_call_output: checkOutput,
  custom_tool_call_output: checkOutput,
  item_reference: (item, _param, { stored }) => {
    if (!stored) notStored(stringOf(item["id"]));
  },
};

const PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
};

function checkItemId(item: JsonObject, param: string): void {
  if (!isSet(item["id"])) return;
  const id = needString(item["id"], `${param}.id`);
  atMost(id, 64, `${param}.id`);
  if (!/^[a-zA-Z0-9_-]*$/.test(id))
    refuse(
      `Invalid '${param}.id': '${id}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.`,
      { param: `${param}.id`, code: "invalid_value" },
    );
  const prefix = PREFIXES[stringOf(item["type"])];
  if (prefix !== undefined && !id.startsWith(prefix))
    refuse(`Invalid '${param}.id': '${id}'. Expected an ID that begins with '${prefix}'.`, {
      param: `${param}.id`,
      code: "invalid_value",
    });
}

function checkMessage(item: JsonObject, param: string): void {
  onlyKnown(item, new Set(["type", "id", "role", "content", "status", "phase"]), param);
  const role = needString(item["role"], `${param}.role`);
  oneOf(role, ["assistant", "system", "developer", "user"], `${param}.role`);
  const { content } = item;
  if (typeof content === "string") return;
  if (!Array.isArray(content))
    refuse(
      `Invalid type for '${param}.content': expected one of an array of objects or string, but got ${kindOf(content)} instead.`,
      { param: `${param}.content`, code: "invalid_type" },
    );
  for (const [at, part] of content.entries())
    checkPart(needObject(part as Json, `${param}.content[${at}]`), role, `${param}.content[${at}]`);
}

const INPUT_PARTS: Readonly<Record<string, ReadonlySet<string>>> = {
  input_text: new Set(["type", "text", "prompt_cache_breakpoint"]),
  input_image: new Set(["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"]),
  input_file: new Set(["type", "file_data", "file_id", "file_url", "filename", "detail", "prompt_cache_breakpoint"]),
  input_audio: new Set(["type", "input_audio"]),
};
const OUTPUT_PARTS: Readonly<Record<string, ReadonlySet<string>>> = {
  output_text: new Set(["type", "text", "annotations", "logprobs"]),
  refusal: new Set(["type", "refusal"]),
};

function checkPart(part: JsonObject, role: string, param: string): void {
  const kinds = role === "assistant" ? OUTPUT_PARTS : INPUT_PARTS;
  const type = needString(part["type"], `${param}.type`);
  oneOf(type, Object.keys(kinds), param);
  onlyKnown(part, kinds[type] ?? new Set(), param);
  if (type === "input_text" || type === "output_text") needString(part["text"], `${param}.text`);
  if (type !== "input_image") return;
  if (isSet(part["image_url"])) checkImageUrl(part["image_url"], `${param}.image_url`);
  else needString(part["file_id"], `${param}.file_id`);
  oneOf(part["detail"], ["auto", "low", "high", "original"], `${param}.detail`);
}

function checkReasoningItem(item: JsonObject, param: string, context: ItemContext): void {
  onlyKnown(item, new Set(["type", "id", "summary", "content", "encrypted_content", "status"]), param);
  if (item["summary"] === undefined)
    refuse(`Missing required parameter: '${param}.summary'.`, {
      param: `${param}.summary`,
      code: "missing_required_parameter",
    });
  const sealed = item["encrypted_content"];
  if (!isSet(sealed)) {
    if (!context.stored) notStored(stringOf(item["id"]));
    return;
  }
  const verdict = context.seals.judge(
    needString(sealed, `${param}.encrypted_content`),
    isSet(item["id"]) ? stringOf(item["id"]) : undefined,
  );
  if (verdict === "foreign")
    refuse(
      `The encrypted content ${stringOf(sealed).slice(0, 8)}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      { param: `${param}.encrypted_content`, code: "invalid_encrypted_content" },
    );
  if (verdict === "other-item")
    refuse(
      `The encrypted content for item ${String(item["id"])} could not be verified. Reason: Encrypted content item_id did not match the target item id.`,
      { param: `${param}.encrypted_content`, code: "invalid_encrypted_content" },
    );
}

const notStored = (id: string): never =>
  refuse(
    `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    { status: 404, param: "input" },
  );

const CALL_KEYS = new Set(["type", "id", "call_id", "name", "namespace", "status", "arguments", "input", "caller"]);

function checkCall(item: JsonObject, param: string, input: "arguments" | "input"): void {
  onlyKnown(item, CALL_KEYS, param);
  callIdOf(item, param);
  needString(item["name"], `${param}.name`);
  needString(item[input], `${param}.${input}`);
}

function checkOutput(item: JsonObject, param: string): void {
  onlyKnown(item, new Set(["type", "id", "call_id", "output", "status", "caller"]), param);
  callIdOf(item, param);
  const { output } = item;
  if (typeof output === "string") return;
  if (!Array.isArray(output))
    refuse(
      `Invalid type for '${param}.output': expected one of an array of objects or string, but got ${kindOf(output)} instead.`,
      { param: `${param}.output`, code: "invalid_type" },
    );
  for (const [at, part] of output.entries())
    checkPart(needObject(part as Json, `${param}.output[${at}]`), "tool", `${param}.output[${at}]`);
}

function callIdOf(item: JsonObject, param: string): void {
  const id = needString(item["call_id"], `${param}.call_id`);
  if (id === "")
    refuse(
      `Invalid '${param}.call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
      { param: `${param}.call_id`, code: "empty_string" },
    );
  atMost(id, 64, `${param}.call_id`);
}

const PAIRED = ["function_call", "custom_tool_call"] as const;

/** Every call has its output and every output its call, of the same kind; a stored turn before may hold the other half. */
function checkPairs(body: JsonObject): void {
  const items = inputItems(body);
  const continues = isSet(body["previous_response_id"]) || isSet(body["conversation"]);
  for (const kind of PAIRED) {
    const words = kind === "function_call" ? "function call" : "custom tool call";
    const calls = idsOf(items, kind, words);
    const outputs = idsOf(items, `${kind}_output`, `${words} output`);
    const orphan = outputs.find((id) => !calls.includes(id));
    if (orphan !== undefined && !continues)
      refuse(`No tool call found for ${words} output with call_id ${orphan}.`, { param: "input" });
    const open = calls.find((id) => !outputs.includes(id));
    if (open !== undefined) refuse(`No tool output found for ${words} ${open}.`, { param: "input" });
    checkOrder(items, kind, words);
  }
}

function checkOrder(items: readonly JsonObject[], kind: string, words: string): void {
  for (const [at, item] of items.entries()) {
    if (item["type"] !== `${kind}_output`) continue;
    const call = items.findIndex((other) => other["type"] === kind && other["call_id"] === item["call_id"]);
    if (call > at)
      refuse(`No tool call found for ${words} output with call_id ${String(item["call_id"])}.`, { param: "input" });
  }
}

function idsOf(items: readonly JsonObject[], type: string, words: string): readonly string[] {
  const ids = items.filter((item) => item["type"] === type).map((item) => stringOf(item["call_id"]));
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) refuse(`Duplicate ${words} found with call_id ${twice}.`, { param: "input" });
  return ids;
}

/** A reasoning item stands before what it led to; a call that was reasoned about and kept its id stands behind its reasoning. */
function checkReasoningOrder(items: readonly JsonObject[]): void {
  let hasReasoning = false;
  for (const [at, item] of items.entries()) {
    const id = stringOf(item["id"]);
    if (item["type"] === "reasoning") {
      hasReasoning = true;
      const next = items[at + 1];
      const follows =
        next !== undefined && (next["type"] === "reasoning" || isCall(next) || objectOf(next)["role"] === "assistant");
      if (!follows && id !== "")
        refuse(`Item '${id}' of type 'reasoning' was provided without its required following item.`, {
          param: "input",
        });
    }
    if (item["role"] === "user") hasReasoning = false;
    if (needsReasoning(id) && !hasReasoning)
      refuse(`Item '${id}' of type '${String(item["type"])}' was provided without its required 'reasoning' item.`, {
        param: "input",
      });
  }
}
