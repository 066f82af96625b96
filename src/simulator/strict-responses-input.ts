/** What Responses refuse in a conversation: items, their ids and seals, and calls without outputs. */
import type { Json, JsonObject } from "../wire/json.ts";
import { objectOf, stringOf } from "./asked.ts";
import { needsReasoning } from "./ids.ts";
import { inputItems, isCall } from "./read-responses.ts";
import { isSet, kindOf, refuse, repeated } from "./refused.ts";
import type { StrictContext } from "./strict-context.ts";
import { atMost, checkImageUrl, needObject, needString, oneOf, onlyKnown } from "./strict-openai.ts";

export function checkInput(body: JsonObject, context: StrictContext): void {
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

/** The last is in no reference; the built-in provider of codex 0.169.0 sends it to OpenAI with every message. */
const MESSAGE_KEYS = new Set([
  "type",
  "id",
  "role",
  "content",
  "status",
  "phase",
  "internal_chat_message_metadata_passthrough",
]);

function checkMessage(item: JsonObject, param: string): void {
  onlyKnown(item, MESSAGE_KEYS, param);
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
export function checkPairs(body: JsonObject): void {
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
  const twice = repeated(ids);
  if (twice !== undefined) refuse(`Duplicate ${words} found with call_id ${twice}.`, { param: "input" });
  return ids;
}

/** A reasoning item stands before what it led to; a call that was reasoned about and kept its id stands behind its reasoning. */
export function checkReasoningOrder(items: readonly JsonObject[]): void {
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
