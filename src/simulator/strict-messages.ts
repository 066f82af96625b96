/** What Anthropic's Messages refuse. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf, stringOf } from "./asked.ts";
import { isPlainObject, isSet, refuse, repeated } from "./refused.ts";
import type { StrictContext } from "./strict-context.ts";
import { BLOCKS, checkMessage, onlyKnown } from "./strict-messages-blocks.ts";
import { checkEnforcedSchemas } from "./strict-messages-schemas.ts";
import { checkCacheMarks, checkLastTurn, checkPairs } from "./strict-messages-turns.ts";
import { checkClaudeModel } from "./strict-models.ts";
import { checkThinking } from "./strict-thinking.ts";

export function checkMessages(body: JsonObject, context: StrictContext): void {
  onlyKnown(body, KNOWN, "");
  if (typeof body.model !== "string") refuse("model: Field required");
  if (body.max_tokens === undefined) refuse("max_tokens: Field required");
  if (typeof body.max_tokens !== "number" || !Number.isInteger(body.max_tokens))
    refuse("max_tokens: Input should be a valid integer");
  if (body.max_tokens < 0) refuse("max_tokens: must be greater than or equal to 1");
  checkSettings(body);
  checkTools(body);
  checkEnforcedSchemas(body);
  checkSystem(body.system);
  if (body.messages === undefined) refuse("messages: Field required");
  if (!Array.isArray(body.messages)) refuse("messages: Input should be a valid list");
  if (body.messages.length === 0) refuse("messages: at least one message is required");
  for (const [at, message] of body.messages.entries()) checkMessage(message as Json, at, body.messages.length);
  const turns = objectsOf(body.messages);
  checkPairs(turns);
  checkCacheMarks(body);
  checkThinking(body, turns, context.seals);
  checkLastTurn(turns);
  checkClaudeModel(body);
}

const KNOWN = new Set([
  "max_tokens",
  "messages",
  "model",
  "cache_control",
  "container",
  "diagnostics",
  "inference_geo",
  "metadata",
  "output_config",
  "service_tier",
  "speed",
  "stop_sequences",
  "stream",
  "system",
  "temperature",
  "thinking",
  "tool_choice",
  "tools",
  "top_k",
  "top_p",
  "user_profile_id",
  "workspace_id",
  "billing_policy",
  "compaction",
  "context_management",
  "fallback_credit_token",
  "fallbacks",
  "mcp_servers",
  "output_format",
  "thread",
]);

function checkSettings(body: JsonObject): void {
  range(body.temperature, 0, 1, "temperature");
  range(body.top_p, 0, 1, "top_p");
  range(body.top_k, 0, Infinity, "top_k");
  for (const [at, stop] of listOf(body.stop_sequences).entries()) {
    if (typeof stop !== "string") refuse(`stop_sequences.${at}: Input should be a valid string`);
    if (stop.trim() === "") refuse("stop_sequences: each stop sequence must contain non-whitespace");
  }
  if (body.stop_sequences === null) refuse("stop_sequences: Input should be a valid list");
  if (isSet(body.metadata)) {
    const metadata = objectOf(body.metadata);
    onlyKnown(metadata, new Set(["user_id"]), "metadata");
    if (stringOf(metadata.user_id).length > 512) refuse("metadata.user_id: String should have at most 512 characters");
  }
  if (isSet(body.service_tier) && body.service_tier !== "auto" && body.service_tier !== "standard_only")
    refuse("service_tier: Input should be 'auto' or 'standard_only'");
  const config = objectOf(body.output_config);
  onlyKnown(config, new Set(["effort", "format", "task_budget"]), "output_config");
  if (isSet(config.effort) && !["low", "medium", "high", "xhigh", "max"].includes(stringOf(config.effort)))
    refuse("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
}

function range(value: Json | undefined, least: number, most: number, param: string): void {
  if (!isSet(value)) return;
  if (typeof value !== "number") refuse(`${param}: Input should be a valid number`);
  if (value < least || value > most) refuse(`${param}: range: ${least}..${most}`);
}

const CLIENT_TOOL = new Set([
  "type",
  "name",
  "description",
  "input_schema",
  "cache_control",
  "defer_loading",
  "strict",
  "eager_input_streaming",
  "input_examples",
  "allowed_callers",
]);

function checkTools(body: JsonObject): void {
  const tools = objectsOf(body.tools);
  for (const [at, tool] of tools.entries()) {
    const isClientTool = !isSet(tool.type) || tool.type === "custom";
    if (!isClientTool) continue;
    const param = `tools.${at}.custom`;
    onlyKnown(tool, CLIENT_TOOL, param);
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(stringOf(tool.name)))
      refuse(`${param}.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`);
    if (!isSet(tool.input_schema)) refuse(`${param}.input_schema: Field required`);
    checkInputSchema(tool.input_schema, `${param}.input_schema`);
    if (tool.description !== undefined && typeof tool.description !== "string")
      refuse(`${param}.description: Input should be a valid string`);
  }
  const names = tools.map((tool) => stringOf(tool.name)).filter((name) => name !== "");
  if (repeated(names) !== undefined) refuse("tools: Tool names must be unique.");
  checkChoice(body, names);
}

function checkInputSchema(schema: Json | undefined, param: string): void {
  if (!isPlainObject(schema)) refuse(`${param}: Input should be a valid dictionary`);
  if (schema.type === undefined) refuse(`${param}.type: Field required`);
  if (schema.type !== "object") refuse(`${param}.type: Input should be 'object'`);
  if (["oneOf", "allOf", "anyOf"].some((key) => isSet(schema[key])))
    refuse(`${param}: input_schema does not support oneOf, allOf, or anyOf at the top level`);
}

function checkChoice(body: JsonObject, names: readonly string[]): void {
  const choice = body.tool_choice;
  if (!isSet(choice)) return;
  if (!isPlainObject(choice))
    refuse("tool_choice: Input should be a valid dictionary or object to extract fields from");
  if (names.length === 0) refuse("tool_choice: tool_choice may only be specified while providing tools");
  const type = stringOf(choice.type);
  if (!["auto", "any", "tool", "none"].includes(type))
    refuse(
      `tool_choice: Input tag '${type}' found using 'type' does not match any of the expected tags: 'any', 'auto', 'none', 'tool'`,
    );
  onlyKnown(
    choice,
    new Set(["type", ...(type === "tool" ? ["name"] : []), ...(type === "none" ? [] : ["disable_parallel_tool_use"])]),
    `tool_choice.${type}`,
  );
  if (type === "tool" && !names.includes(stringOf(choice.name)))
    refuse(`tool_choice: Tool '${stringOf(choice.name)}' not found in provided tools`);
}

function checkSystem(system: Json | undefined): void {
  if (system === undefined || typeof system === "string") return;
  if (!Array.isArray(system)) refuse("system: Input should be a valid string");
  for (const [at, block] of objectsOf(system).entries()) {
    if (block.type !== "text") refuse(`system.${at}.type: Input should be 'text'`);
    onlyKnown(block, BLOCKS["text"] ?? new Set(), `system.${at}`);
    if (stringOf(block.text) === "") refuse("system: text content blocks must be non-empty");
  }
}
