/** What Chat Completions refuse in a conversation: roles, contents, and calls without results. */
import type { Json, JsonObject } from "../wire/json.ts";
import { listOf, objectOf, objectsOf, stringOf, textOfContent } from "./asked.ts";
import { personaOf } from "./personas.ts";
import { isPlainObject, isSet, kindOf, refuse, repeated } from "./refused.ts";
import type { StrictContext } from "./strict-context.ts";
import { atMost, checkImageUrl, needObject, needString, notEmpty, oneOf, onlyKnown } from "./strict-openai.ts";

export function checkMessages(body: JsonObject, context: StrictContext): void {
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
    const gemini = personaOf(stringOf(body["model"]))?.host === "gemini";
    onlyKnown(object, gemini ? GEMINI_KEYS : context.vendor === "openai" ? MESSAGE_KEYS : MESSAGE_KEYS_ANYWHERE, param);
    checkContent(object, role, param);
    if (role === "assistant")
      checkCalls(object["tool_calls"], `${param}.tool_calls`, context, gemini ? SIGNED_CALL_KEYS : CALL_KEYS);
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
const GEMINI_KEYS = new Set([...MESSAGE_KEYS, "extra_content"]);
const CALL_KEYS = new Set(["id", "type", "index", "function", "custom"]);
const SIGNED_CALL_KEYS = new Set([...CALL_KEYS, "extra_content"]);
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

function checkCalls(value: Json | undefined, param: string, context: StrictContext, keys: ReadonlySet<string>): void {
  if (!isSet(value)) return;
  notEmpty(value, param);
  for (const [at, call] of listOf(value).entries()) {
    const place = `${param}[${at}]`;
    const object = needObject(call, place);
    const type = needString(object["type"], `${place}.type`);
    oneOf(type, ["function", "custom"], `${place}.type`);
    onlyKnown(object, keys, place);
    atMost(needString(object["id"], `${place}.id`), CALL_ID_MAX[context.vendor], `${place}.id`);
    const inner = needObject(object[type], `${place}.${type}`);
    onlyKnown(inner, new Set(["name", type === "custom" ? "input" : "arguments"]), `${place}.${type}`);
    needString(inner["name"], `${place}.${type}.name`);
    needString(
      inner[type === "custom" ? "input" : "arguments"],
      `${place}.${type}.${type === "custom" ? "input" : "arguments"}`,
    );
  }
}

/** Results follow their calls at once, one each, and none comes from nowhere. */
export function checkPairs(messages: readonly JsonObject[]): void {
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
export function checkKimi(body: JsonObject): void {
  if (objectOf(body["thinking"])["type"] === "disabled") return;
  checkKimiChoice(body);
  for (const [at, message] of objectsOf(body["messages"]).entries()) {
    if (message["role"] !== "assistant") continue;
    const isEmpty = textOfContent(message["content"]) === "" && !isSet(message["tool_calls"]);
    if (isEmpty) refuse(`Invalid request: the message at position ${at} with role 'assistant' must not be empty`);
    if (isSet(message["tool_calls"]) && stringOf(message["reasoning_content"]) === "")
      refuse(`thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`);
  }
}

/** can1357/oh-my-pi#1077, UKGovernmentBEIS/inspect_ai#5152: K3 takes `required`, and no name either. */
function checkKimiChoice(body: JsonObject): void {
  const choice = body["tool_choice"];
  const forced = choice === "required" ? "required" : isPlainObject(choice) ? "specified" : undefined;
  const isK3 = /(^|\/)(kimi-)?k3/.test(stringOf(body["model"]));
  if (forced === undefined || (forced === "required" && isK3)) return;
  refuse(`tool_choice '${forced}' is incompatible with thinking enabled`, { param: "tool_choice" });
}
