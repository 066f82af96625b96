/** What Chat Completions refuse in a conversation: roles, contents, and calls without results. */
import type { Json, JsonObject } from "../wire/json.ts";
import { objectOf, objectsOf, stringOf, textOfContent } from "./asked.ts";
import { personaOf } from "./personas.ts";
import { isPlainObject, isSet, refuse, repeated } from "./refused.ts";
import type { StrictContext } from "./strict-context.ts";
import {
  atMost,
  checkImageUrl,
  missing,
  needObject,
  needString,
  notEmpty,
  objectsAt,
  oneOf,
  onlyKnown,
} from "./strict-openai.ts";

export function checkMessages(body: JsonObject, context: StrictContext): void {
  const gemini = personaOf(stringOf(body.model))?.host === "gemini";
  const known = gemini ? GEMINI_KEYS : context.vendor === "openai" ? MESSAGE_KEYS : MESSAGE_KEYS_ANYWHERE;
  const idMax = CALL_ID_MAX[context.vendor];
  if (body.messages === undefined) missing("messages");
  notEmpty(body.messages, "messages");
  for (const [message, param] of objectsAt(body.messages, "messages")) {
    const role = needString(message.role, `${param}.role`);
    oneOf(role, ROLES, `${param}.role`);
    onlyKnown(message, known, param);
    checkContent(message, role, param);
    if (role === "assistant")
      checkCalls(message.tool_calls, `${param}.tool_calls`, idMax, gemini ? SIGNED_CALL_KEYS : CALL_KEYS);
    if (role === "tool") shortId(message.tool_call_id, idMax, `${param}.tool_call_id`);
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
const GEMINI_KEYS = new Set([...MESSAGE_KEYS, "extra_content"]);
const CALL_KEYS = new Set(["id", "type", "index", "function", "custom"]);
const SIGNED_CALL_KEYS = new Set([...CALL_KEYS, "extra_content"]);
// OpenAI and Azure take 40 on this dialect (vercel/ai#8132, Portkey-AI/gateway#1062); 64 is what everybody else is known to take.
const CALL_ID_MAX = { openai: 40, any: 64 } as const;

const shortId = (id: Json | undefined, length: number, param: string): void =>
  atMost(needString(id, param), length, param);

function checkContent(message: JsonObject, role: string, param: string): void {
  const { content } = message;
  if (!isSet(content)) {
    const { tool_calls, refusal, function_call } = message;
    if (role === "assistant" && [tool_calls, refusal, function_call].some(isSet)) return;
    refuse(`Invalid value for 'content': expected a string, got null.`, `${param}.content`);
  }
  if (typeof content === "string") return;
  notEmpty(content, `${param}.content`);
  for (const [part, place] of objectsAt(content, `${param}.content`, "one of a string or array of objects"))
    checkPart(part, role, place);
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

function checkPart(part: JsonObject, role: string, param: string): void {
  const type = needString(part.type, `${param}.type`);
  if (type === "image_url" && role !== "user")
    refuse(
      `Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`,
      param,
    );
  oneOf(type, PARTS[role] ?? ["text"], `${param}.type`);
  onlyKnown(part, new Set(["type", type, "cache_control"]), param);
  if (type === "text") needString(part.text, `${param}.text`);
  if (type === "image_url") {
    const image = needObject(part.image_url, `${param}.image_url`);
    checkImageUrl(image.url, `${param}.image_url.url`);
    oneOf(image.detail, ["auto", "low", "high", "original"], `${param}.image_url.detail`);
  }
  if (type === "file") onlyKnown(needObject(part.file, `${param}.file`), FILE_KEYS, `${param}.file`);
}

const FILE_KEYS = new Set(["file_data", "file_id", "filename"]);

function checkCalls(value: Json | undefined, param: string, idMax: number, keys: ReadonlySet<string>): void {
  notEmpty(value, param);
  for (const [call, place] of objectsAt(value ?? [], param)) {
    const type = needString(call.type, `${place}.type`);
    oneOf(type, ["function", "custom"], `${place}.type`);
    onlyKnown(call, keys, place);
    shortId(call.id, idMax, `${place}.id`);
    const inner = needObject(call[type], `${place}.${type}`);
    const input = type === "custom" ? "input" : "arguments";
    onlyKnown(inner, new Set(["name", input]), `${place}.${type}`);
    needString(inner.name, `${place}.${type}.name`);
    needString(inner[input], `${place}.${type}.${input}`);
  }
}

/** Results follow their calls at once, one each, and none comes from nowhere. */
export function checkPairs(messages: readonly JsonObject[]): void {
  let open = new Set<string>();
  let results: string[] = [];
  for (const [at, message] of messages.entries()) {
    if (message.role === "tool") {
      const id = stringOf(message.tool_call_id);
      if (results.includes(id))
        refuse(`Duplicate value for 'tool_call_id' of '${id}' in message[${at}].`, `messages[${at}].tool_call_id`);
      if (!open.delete(id))
        refuse(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `messages.[${at}].role`,
        );
      results.push(id);
      continue;
    }
    unanswered(open);
    const ids = objectsOf(message.tool_calls).map((call) => stringOf(call.id));
    const twice = repeated(ids);
    if (twice !== undefined)
      refuse(`Duplicate value for 'tool_calls[].id' of '${twice}' in message[${at}].`, `messages[${at}].tool_calls`);
    open = new Set(ids);
    results = [];
  }
  unanswered(open);
}

function unanswered(open: ReadonlySet<string>): void {
  if (open.size === 0) return;
  refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(", ")}`,
    "messages",
  );
}

/** Kimi's thinking models want their reasoning back with every call that is still in the history (BerriAI/litellm#21672). */
export function checkKimi(body: JsonObject): void {
  if (objectOf(body.thinking).type === "disabled") return;
  checkKimiChoice(body);
  for (const [at, message] of objectsOf(body.messages).entries()) {
    if (message.role !== "assistant") continue;
    const isEmpty = textOfContent(message.content) === "" && !isSet(message.tool_calls);
    if (isEmpty) refuse(`Invalid request: the message at position ${at} with role 'assistant' must not be empty`);
    if (isSet(message.tool_calls) && stringOf(message.reasoning_content) === "")
      refuse(`thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`);
  }
}

/** can1357/oh-my-pi#1077, UKGovernmentBEIS/inspect_ai#5152: K3 takes `required`, and no name either. */
function checkKimiChoice(body: JsonObject): void {
  const choice = body.tool_choice;
  const forced = choice === "required" ? "required" : isPlainObject(choice) ? "specified" : undefined;
  const isK3 = /(^|\/)(kimi-)?k3/.test(stringOf(body.model));
  if (forced === undefined || (forced === "required" && isK3)) return;
  refuse(`tool_choice '${forced}' is incompatible with thinking enabled`, "tool_choice");
}
