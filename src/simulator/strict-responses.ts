/** What OpenAI's and Azure's Responses refuse. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectsOf } from "./asked.ts";
import { inputItems } from "./read-responses.ts";
import { isPlainObject, isSet, refuse } from "./refused.ts";
import type { StrictContext } from "./strict-context.ts";
import { checkOpenaiModel } from "./strict-models.ts";
import { checkInput, checkPairs, checkReasoningOrder } from "./strict-responses-input.ts";
import {
  ANSWER_FORMATS,
  EFFORTS,
  VERBOSITIES,
  checkCustomFormat,
  checkSharedSettings,
  distinctNames,
  needObject,
  needString,
  oneOf,
  onlyKnown,
  toolName,
  within,
} from "./strict-openai.ts";
import { checkParameters, checkStrictSchema } from "./strict-openai-schemas.ts";

export function checkResponses(body: JsonObject, context: StrictContext): void {
  for (const [param, better] of MOVED)
    if (isSet(body[param])) refuse(moved(param, better), param, "unsupported_parameter");
  onlyKnown(body, KNOWN);
  if (isSet(body.model)) needString(body.model, "model");
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
  if (isSet(body.instructions)) needString(body.instructions, "instructions");
  checkSharedSettings(body, STREAM_OPTIONS);
  within(body.max_output_tokens, 16, Infinity, "max_output_tokens", "integer");
  oneOf(body.truncation, ["auto", "disabled"], "truncation");
  for (const [at, one] of listOf(body.include).entries()) oneOf(one, INCLUDABLE, `include[${at}]`);
  checkReasoning(body.reasoning);
  checkText(body.text);
}

const STREAM_OPTIONS = new Set(["include_obfuscation"]);

function checkReasoning(value: Json | undefined): void {
  if (!isSet(value)) return;
  const reasoning = needObject(value, "reasoning");
  onlyKnown(reasoning, new Set(["effort", "summary", "generate_summary", "context", "mode"]), "reasoning");
  oneOf(reasoning.effort, EFFORTS, "reasoning.effort");
  oneOf(reasoning.summary, ["auto", "concise", "detailed"], "reasoning.summary");
}

function checkText(value: Json | undefined): void {
  if (!isSet(value)) return;
  const text = needObject(value, "text");
  onlyKnown(text, new Set(["format", "verbosity"]), "text");
  oneOf(text.verbosity, VERBOSITIES, "text.verbosity");
  if (!isSet(text.format)) return;
  const format = needObject(text.format, "text.format");
  oneOf(needString(format.type, "text.format.type"), ANSWER_FORMATS, "text.format.type");
  if (format.type !== "json_schema") return;
  onlyKnown(format, new Set(["type", "name", "schema", "strict", "description"]), "text.format");
  const name = toolName(format.name, "text.format.name");
  const schema = needObject(format.schema, "text.format.schema");
  if (format.strict === true) checkStrictSchema(schema, `response_format '${name}'`, "text.format.schema");
}

function checkTools(body: JsonObject): void {
  const names = objectsOf(body.tools).flatMap((tool, at) => checkTool(tool, `tools[${at}]`));
  distinctNames(names, "tools");
  const choice = body.tool_choice;
  if (!isSet(choice)) return;
  if (!isPlainObject(choice)) return oneOf(choice, ["none", "auto", "required"], "tool_choice");
  const type = needString(choice.type, "tool_choice.type");
  if (type !== "function" && type !== "custom") return;
  onlyKnown(choice, new Set(["type", "name", "namespace"]), "tool_choice");
  const name = needString(choice.name, "tool_choice.name");
  if (!names.includes(name)) refuse(`Tool choice '${type}' not found in 'tools' parameter.`, "tool_choice");
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
  const type = needString(tool.type, `${param}.type`);
  const known = FLAT[type];
  if (known === undefined) return [];
  const name = toolName(tool.name, `${param}.name`);
  onlyKnown(tool, known, param);
  if (type === "function") checkParameters(tool, `${param}.parameters`, "openai");
  if (type === "custom") checkCustomFormat(tool.format, `${param}.format`, "responses");
  if (type !== "namespace") return [name];
  const inner = objectsOf(tool.tools).flatMap((one, at) => checkTool(one, `${param}.tools[${at}]`));
  distinctNames(inner, `${param}.tools`);
  return [];
}
