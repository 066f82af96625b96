/** What Anthropic refuses in a single message or block. */
import type { Json, JsonObject } from "../wire/json.ts";
import { objectOf, objectsOf, stringOf } from "./asked.ts";
import { isPlainObject, isSet, refuse } from "./refused.ts";

export function onlyKnown(object: JsonObject, known: ReadonlySet<string>, at: string): void {
  for (const key of Object.keys(object))
    if (!known.has(key)) refuse(`${at === "" ? key : `${at}.${key}`}: Extra inputs are not permitted`);
}

export function checkMessage(message: Json, at: number, count: number): void {
  const param = `messages.${at}`;
  if (!isPlainObject(message)) refuse(`${param}: Input should be a valid dictionary or object to extract fields from`);
  const role = stringOf(message.role);
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

export const BLOCKS: Readonly<Record<string, ReadonlySet<string>>> = {
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
  const type = stringOf(block.type);
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
    if (typeof block.text !== "string") refuse(`${param}.text: Field required`);
    if (block.text === "" && isSet(block.cache_control))
      refuse(`${param}: cache_control cannot be set for empty text blocks`);
    if (block.text === "") refuse("messages: text content blocks must be non-empty");
    if (block.text.trim() === "") refuse("messages: text content blocks must contain non-whitespace text");
  },
  image: (block, param) => checkSource(block.source, IMAGE_TYPES, `${param}.source`),
  document: (block, param) => checkSource(block.source, ["application/pdf", "text/plain"], `${param}.source`),
  redacted_thinking: (block, param) => {
    if (typeof block.data !== "string") refuse(`${param}.data: Field required`);
  },
  tool_use: (block, param) => {
    if (typeof block.name !== "string") refuse(`${param}.name: Field required`);
    if (block.name.length > 200) refuse(`${param}.name: String should have at most 200 characters`);
    checkCallId(block.id, `${param}.id`);
    if (block.input === undefined) refuse(`${param}.input: Field required`);
    if (!isPlainObject(block.input)) refuse(`${param}.input: Input should be a valid dictionary`);
  },
  tool_result: (block, param) => {
    checkCallId(block.tool_use_id, `${param}.tool_use_id`);
    if (block.is_error !== undefined && typeof block.is_error !== "boolean")
      refuse(`${param}.is_error: Input should be a valid boolean`);
    checkResultContent(block.content, param);
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
  const type = stringOf(source.type);
  if (type === "url")
    return void (
      /^https?:\/\//.test(stringOf(source.url)) || refuse(`${param}.url.url: Only HTTPS URLs are supported`)
    );
  if (type === "file" || type === "text" || type === "content") return;
  if (type !== "base64")
    refuse(
      `${param}: Input tag '${type}' found using 'type' does not match any of the expected tags: 'base64', 'file', 'url'`,
    );
  if (!types.includes(stringOf(source.media_type)))
    refuse(`${param}.base64.media_type: Input should be ${types.map((one) => `'${one}'`).join(" or ")}`);
  if (!/^[A-Za-z0-9+/]+=*$/.test(stringOf(source.data)))
    refuse(`${param}.base64.data: Input should be a valid base64 string`);
}

const RESULT_PARTS = ["text", "image", "document", "search_result", "tool_reference"];

function checkResultContent(content: Json | undefined, param: string): void {
  if (content === undefined || typeof content === "string") return;
  if (!Array.isArray(content)) refuse(`${param}.content: Input should be a valid list`);
  for (const [at, part] of objectsOf(content).entries()) {
    const type = stringOf(part.type);
    if (!RESULT_PARTS.includes(type))
      refuse(
        `${param}.content.${at}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${RESULT_PARTS.map((one) => `'${one}'`).join(", ")}`,
      );
    const known = BLOCKS[type];
    if (known !== undefined) onlyKnown(part, known, `${param}.content.${at}.${type}`);
    BLOCK_CHECKS[type]?.(part, `${param}.content.${at}.${type}`);
  }
}
