/** What Anthropic's Messages refuse. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf, stringOf } from "./asked.ts";
import { isPlainObject, isSet, refuse, repeated } from "./refused.ts";
import type { StrictContext } from "./strict.ts";
import { checkClaudeModel } from "./strict-models.ts";
import { checkThinking } from "./strict-thinking.ts";

export function checkMessages(body: JsonObject, context: StrictContext): void {
  onlyKnown(body, KNOWN, "");
  if (typeof body["model"] !== "string") refuse("model: Field required");
  if (body["max_tokens"] === undefined) refuse("max_tokens: Field required");
  if (typeof body["max_tokens"] !== "number" || !Number.isInteger(body["max_tokens"]))
    refuse("max_tokens: Input should be a valid integer");
  if (body["max_tokens"] < 0) refuse("max_tokens: must be greater than or equal to 1");
  checkSettings(body);
  checkTools(body);
  checkSystem(body["system"]);
  if (body["messages"] === undefined) refuse("messages: Field required");
  if (!Array.isArray(body["messages"])) refuse("messages: Input should be a valid list");
  if (body["messages"].length === 0) refuse("messages: at least one message is required");
  for (const [at, message] of body["messages"].entries()) checkMessage(message as Json, at, body["messages"].length);
  const turns = objectsOf(body["messages"]);
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

function onlyKnown(object: JsonObject, known: ReadonlySet<string>, at: string): void {
  for (const key of Object.keys(object))
    if (!known.has(key)) refuse(`${at === "" ? key : `${at}.${key}`}: Extra inputs are not permitted`);
}

function checkSettings(body: JsonObject): void {
  range(body["temperature"], 0, 1, "temperature");
  range(body["top_p"], 0, 1, "top_p");
  range(body["top_k"], 0, Infinity, "top_k");
  for (const [at, stop] of listOf(body["stop_sequences"]).entries()) {
    if (typeof stop !== "string") refuse(`stop_sequences.${at}: Input should be a valid string`);
    if (stop.trim() === "") refuse("stop_sequences: each stop sequence must contain non-whitespace");
  }
  if (body["stop_sequences"] === null) refuse("stop_sequences: Input should be a valid list");
  if (isSet(body["metadata"])) {
    const metadata = objectOf(body["metadata"]);
    onlyKnown(metadata, new Set(["user_id"]), "metadata");
    if (stringOf(metadata["user_id"]).length > 512)
      refuse("metadata.user_id: String should have at most 512 characters");
  }
  if (isSet(body["service_tier"]) && body["service_tier"] !== "auto" && body["service_tier"] !== "standard_only")
    refuse("service_tier: Input should be 'auto' or 'standard_only'");
  const config = objectOf(body["output_config"]);
  onlyKnown(config, new Set(["effort", "format", "task_budget"]), "output_config");
  if (isSet(config["effort"]) && !["low", "medium", "high", "xhigh", "max"].includes(stringOf(config["effort"])))
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
  const tools = objectsOf(body["tools"]);
  for (const [at, tool] of tools.entries()) {
    const isClientTool = !isSet(tool["type"]) || tool["type"] === "custom";
    if (!isClientTool) continue;
    const param = `tools.${at}.custom`;
    onlyKnown(tool, CLIENT_TOOL, param);
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(stringOf(tool["name"])))
      refuse(`${param}.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`);
    if (!isSet(tool["input_schema"])) refuse(`${param}.input_schema: Field required`);
    checkInputSchema(tool["input_schema"], `${param}.input_schema`);
    if (tool["description"] !== undefined && typeof tool["description"] !== "string")
      refuse(`${param}.description: Input should be a valid string`);
  }
  const names = tools.map((tool) => stringOf(tool["name"])).filter((name) => name !== "");
  if (repeated(names) !== undefined) refuse("tools: Tool names must be unique.");
  checkChoice(body, names);
}

function checkInputSchema(schema: Json | undefined, param: string): void {
  if (!isPlainObject(schema)) refuse(`${param}: Input should be a valid dictionary`);
  if (schema["type"] === undefined) refuse(`${param}.type: Field required`);
  if (schema["type"] !== "object") refuse(`${param}.type: Input should be 'object'`);
  if (["oneOf", "allOf", "anyOf"].some((key) => isSet(schema[key])))
    refuse(`${param}: input_schema does not support oneOf, allOf, or anyOf at the top level`);
}

function checkChoice(body: JsonObject, names: readonly string[]): void {
  const choice = body["tool_choice"];
  if (!isSet(choice)) return;
  if (!isPlainObject(choice))
    refuse("tool_choice: Input should be a valid dictionary or object to extract fields from");
  if (names.length === 0) refuse("tool_choice: tool_choice may only be specified while providing tools");
  const type = stringOf(choice["type"]);
  if (!["auto", "any", "tool", "none"].includes(type))
    refuse(
      `tool_choice: Input tag '${type}' found using 'type' does not match any of the expected tags: 'any', 'auto', 'none', 'tool'`,
    );
  onlyKnown(
    choice,
    new Set(["type", ...(type === "tool" ? ["name"] : []), ...(type === "none" ? [] : ["disable_parallel_tool_use"])]),
    `tool_choice.${type}`,
  );
  if (type === "tool" && !names.includes(stringOf(choice["name"])))
    refuse(`tool_choice: Tool '${stringOf(choice["name"])}' not found in provided tools`);
}

function checkSystem(system: Json | undefined): void {
  if (system === undefined || typeof system === "string") return;
  if (!Array.isArray(system)) refuse("system: Input should be a valid string");
  for (const [at, block] of objectsOf(system).entries()) {
    if (block["type"] !== "text") refuse(`system.${at}.type: Input should be 'text'`);
    onlyKnown(block, BLOCKS["text"] ?? new Set(), `system.${at}`);
    if (stringOf(block["text"]) === "") refuse("system: text content blocks must be non-empty");
  }
}

function checkMessage(message: Json, at: number, count: number): void {
  const param = `messages.${at}`;
  if (!isPlainObject(message)) refuse(`${param}: Input should be a valid dictionary or object to extract fields from`);
  const role = stringOf(message["role"]);
  if (!["user", "assistant", "system"].includes(role))
    refuse(`messages: Unexpected role "${role}". Allowed roles are "user" or "assistant"`);
  onlyKnown(
    message,
    new Set([
      "role",
      "content",
      ...(role === "system" ? ["output_config"] : []),
      ...(role === "user" ? ["output_config"] : []),
    ]),
    param,
  );
  const { content } = message;
  const isLastAssistant = role === "assistant" && at === count - 1;
  if (typeof content === "string") {
    if (content === "" && !isLastAssistant)
      refuse(`${param}: all messages must have non-empty content except for the optional final assistant message`);
    return;
  }
  if (!Array.isArray(content)) refuse(`${param}.content: Input should be a valid list`);
  if (content.length === 0 && !isLastAssistant)
    refuse(`${param}: all messages must have non-empty content except for the optional final assistant message`);
  for (const [index, block] of content.entries()) checkBlock(block as Json, role, `${param}.content.${index}`);
}

const BLOCKS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(["type", "text", "cache_control", "citations"]),
  image: new Set(["type", "source", "cache_control"]),
  document: new Set(["type", "source", "cache_control", "citations", "context", "title"]),
  thinking: new Set(["type", "thinking", "signature"]),
  redacted_thinking: new Set(["type", "data"]),
  tool_use: new Set(["type", "id", "name", "input", "cache_control", "caller"]),
  tool_result: new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]),
};
const ASSISTANT_ONLY = ["thinking", "redacted_thinking", "tool_use"];
const USER_ONLY = ["tool_result", "image", "document"];

function checkBlock(block: Json, role: string, param: string): void {
  if (!isPlainObject(block)) refuse(`${param}: Input should be a valid dictionary or object to extract fields from`);
  const type = stringOf(block["type"]);
  if (type === "") refuse(`${param}.type: Field required`);
  const known = BLOCKS[type];
  // Vendor-executed blocks have their own rules, which we do not know.
  if (known === undefined) return checkForeignBlock(type, param);
  onlyKnown(block, known, `${param}.${type}`);
  if (role !== "assistant" && ASSISTANT_ONLY.includes(type))
    refuse(`${param}: \`${type}\` blocks can only be in \`assistant\` messages`);
  if (role !== "user" && USER_ONLY.includes(type))
    refuse(`${param}: \`${type}\` blocks can only be in \`user\` messages`);
  BLOCK_CHECKS[type]?.(block, `${param}.${type}`);
}

const OPENAI_PARTS = [
  "image_url",
  "input_text",
  "input_image",
  "output_text",
  "input_file",
  "refusal",
  "function",
  "input_audio",
  "file",
];
function checkForeignBlock(type: string, param: string): void {
  if (OPENAI_PARTS.includes(type))
    refuse(`${param}: Input tag '${type}' found using 'type' does not match any of the expected tags`);
}

const BLOCK_CHECKS: Readonly<Record<string, (block: JsonObject, param: string) => void>> = {
  text: (block, param) => {
    if (typeof block["text"] !== "string") refuse(`${param}.text: Field required`);
    if (block["text"] === "" && isSet(block["cache_control"]))
      refuse(`${param}: cache_control cannot be set for empty text blocks`);
    if (block["text"] === "") refuse("messages: text content blocks must be non-empty");
    if (block["text"].trim() === "") refuse("messages: text content blocks must contain non-whitespace text");
  },
  image: (block, param) => checkSource(block["source"], IMAGE_TYPES, `${param}.source`),
  document: (block, param) => checkSource(block["source"], ["application/pdf", "text/plain"], `${param}.source`),
  redacted_thinking: (block, param) => {
    if (typeof block["data"] !== "string") refuse(`${param}.data: Field required`);
  },
  tool_use: (block, param) => {
    if (typeof block["name"] !== "string") refuse(`${param}.name: Field required`);
    if (block["name"].length > 200) refuse(`${param}.name: String should have at most 200 characters`);
    checkCallId(block["id"], `${param}.id`);
    if (block["input"] === undefined) refuse(`${param}.input: Field required`);
    if (!isPlainObject(block["input"])) refuse(`${param}.input: Input should be a valid dictionary`);
  },
  tool_result: (block, param) => {
    checkCallId(block["tool_use_id"], `${param}.tool_use_id`);
    if (block["is_error"] !== undefined && typeof block["is_error"] !== "boolean")
      refuse(`${param}.is_error: Input should be a valid boolean`);
    checkResultContent(block["content"], param);
  },
};

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

function checkCallId(value: Json | undefined, param: string): void {
  if (typeof value !== "string") refuse(`${param}: Field required`);
  if (!/^[a-zA-Z0-9_-]+$/.test(value)) refuse(`${param}: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  if (value.length > 64) refuse(`${param}: String should have at most 64 characters`);
}

function checkSource(value: Json | undefined, types: readonly string[], param: string): void {
  const source = objectOf(value);
  const type = stringOf(source["type"]);
  if (type === "url")
    return void (
      /^https?:\/\//.test(stringOf(source["url"])) || refuse(`${param}.url.url: Only HTTPS URLs are supported`)
    );
  if (type === "file" || type === "text" || type === "content") return;
  if (type !== "base64")
    refuse(
      `${param}: Input tag '${type}' found using 'type' does not match any of the expected tags: 'base64', 'file', 'url'`,
    );
  if (!types.includes(stringOf(source["media_type"])))
    refuse(`${param}.base64.media_type: Input should be ${types.map((one) => `'${one}'`).join(" or ")}`);
  if (!/^[A-Za-z0-9+/]+=*$/.test(stringOf(source["data"])))
    refuse(`${param}.base64.data: Input should be a valid base64 string`);
}

const RESULT_PARTS = ["text", "image", "document", "search_result", "tool_reference"];

function checkResultContent(content: Json | undefined, param: string): void {
  if (content === undefined || typeof content === "string") return;
  if (!Array.isArray(content)) refuse(`${param}.content: Input should be a valid list`);
  for (const [at, part] of objectsOf(content).entries()) {
    const type = stringOf(part["type"]);
    if (!RESULT_PARTS.includes(type))
      refuse(
        `${param}.content.${at}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${RESULT_PARTS.map((one) => `'${one}'`).join(", ")}`,
      );
    const known = BLOCKS[type];
    if (known !== undefined) onlyKnown(part, known, `${param}.content.${at}.${type}`);
    BLOCK_CHECKS[type]?.(part, `${param}.content.${at}.${type}`);
  }
}

/** platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use: results come in the very next message and before its text. */
function checkPairs(messages: readonly JsonObject[]): void {
  const turns = mergedTurns(messages);
  const ids = turns.flatMap((turn) => idsOf(turn.blocks, "tool_use", "id"));
  if (repeated(ids) !== undefined) refuse("messages: `tool_use` ids must be unique");
  for (const [at, turn] of turns.entries()) {
    const asked = turn.role === "assistant" ? idsOf(turn.blocks, "tool_use", "id") : [];
    const next = turns[at + 1];
    const given = next?.role === "user" ? resultsFirst(next.blocks) : [];
    const open = asked.filter((id) => !given.includes(id));
    if (open.length > 0)
      refuse(
        `messages.${turn.at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    checkResults(turn, turns[at - 1]);
  }
}

interface Turn {
  readonly role: string;
  /** Where it starts in `messages`. */
  readonly at: number;
  readonly blocks: readonly JsonObject[];
}

/** Consecutive turns of one role are one turn to the vendor; a system turn between them interrupts nothing. */
function mergedTurns(messages: readonly JsonObject[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const [at, message] of messages.entries()) {
    if (message["role"] === "system") continue;
    const role = stringOf(message["role"]);
    const blocks =
      typeof message["content"] === "string"
        ? [{ type: "text", text: message["content"] }]
        : objectsOf(message["content"]);
    const last = turns.at(-1);
    if (last?.role === role) turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...blocks] };
    else turns.push({ role, at, blocks });
  }
  return turns;
}

const idsOf = (blocks: readonly JsonObject[], type: string, key: string): readonly string[] =>
  blocks.filter((block) => block["type"] === type).map((block) => stringOf(block[key]));

function resultsFirst(blocks: readonly JsonObject[]): readonly string[] {
  const other = blocks.findIndex((block) => block["type"] !== "tool_result");
  return idsOf(other < 0 ? blocks : blocks.slice(0, other), "tool_result", "tool_use_id");
}

function checkResults(turn: Turn, before: Turn | undefined): void {
  const results = idsOf(turn.blocks, "tool_result", "tool_use_id");
  const twice = repeated(results);
  if (twice !== undefined)
    refuse(
      `messages.${turn.at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${twice}`,
    );
  const calls = before?.role === "assistant" ? idsOf(before.blocks, "tool_use", "id") : [];
  const orphan = results.find((id) => !calls.includes(id));
  if (orphan !== undefined)
    refuse(
      `messages.${turn.at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    );
}

function checkCacheMarks(body: JsonObject): void {
  const marks = [
    ...objectsOf(body["tools"]),
    ...objectsOf(body["system"]),
    ...objectsOf(body["messages"]).flatMap(markedBlocks),
    body,
  ]
    .map((holder) => holder["cache_control"])
    .filter(isSet);
  if (marks.length > 4) refuse(`A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`);
  for (const mark of marks)
    if (objectOf(mark)["type"] !== "ephemeral") refuse("cache_control.type: Input should be 'ephemeral'");
  const lives = marks
    .slice(0, isSet(body["cache_control"]) ? -1 : undefined)
    .map((mark) => objectOf(mark)["ttl"] ?? "5m");
  if (lives.lastIndexOf("1h") > lives.indexOf("5m") && lives.includes("5m"))
    refuse(
      "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    );
}

const markedBlocks = (message: JsonObject): readonly JsonObject[] =>
  objectsOf(message["content"]).flatMap((block) => [
    ...(block["type"] === "tool_result" ? objectsOf(block["content"]) : []),
    block,
  ]);

function checkLastTurn(turns: readonly JsonObject[]): void {
  const last = turns.at(-1);
  if (last?.["role"] !== "assistant") return;
  const text =
    typeof last["content"] === "string" ? last["content"] : stringOf(objectsOf(last["content"]).at(-1)?.["text"]);
  if (/\s$/.test(text)) refuse("messages: final assistant content cannot end with trailing whitespace");
}
