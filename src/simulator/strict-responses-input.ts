/** What Responses refuse in a conversation: items, their ids and seals, and calls without outputs. */
import type { Json, JsonObject } from "../wire/json.ts";
import { objectOf, stringOf } from "./asked.ts";
import { needsReasoning } from "./ids.ts";
import { inputItems, isCall } from "./read-responses.ts";
import { Refused, isSet, refuse, repeated } from "./refused.ts";
import type { StrictContext } from "./strict-context.ts";
import { atMost, checkImageUrl, missing, needString, objectsAt, oneOf, onlyKnown } from "./strict-openai.ts";

export function checkInput(body: JsonObject, context: StrictContext): void {
  const { input } = body;
  if (!isSet(input)) {
    if (isSet(body.previous_response_id) || isSet(body.prompt) || isSet(body.conversation)) return;
    refuse(
      "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.",
      "input",
      "missing_required_parameter",
    );
  }
  if (typeof input === "string") return;
  const itemContext = { ...context, stored: body.store !== false };
  for (const [item, param] of objectsAt(input, "input", "one of a string or array of objects")) {
    checkItemId(item, param);
    const check = isSet(item.type) ? ITEMS[stringOf(item.type)] : checkMessage;
    check?.(item, param, itemContext);
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
    if (!stored) notStored(stringOf(item.id));
  },
};

const PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
};

function checkItemId(item: JsonObject, param: string): void {
  if (!isSet(item.id)) return;
  const id = needString(item.id, `${param}.id`);
  atMost(id, 64, `${param}.id`);
  if (!/^[a-zA-Z0-9_-]*$/.test(id))
    refuse(
      `Invalid '${param}.id': '${id}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.`,
      `${param}.id`,
      "invalid_value",
    );
  const prefix = PREFIXES[stringOf(item.type)];
  if (prefix !== undefined && !id.startsWith(prefix))
    refuse(
      `Invalid '${param}.id': '${id}'. Expected an ID that begins with '${prefix}'.`,
      `${param}.id`,
      "invalid_value",
    );
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
  const role = needString(item.role, `${param}.role`);
  oneOf(role, ["assistant", "system", "developer", "user"], `${param}.role`);
  checkParts(item.content, role, `${param}.content`);
}

function checkParts(content: Json | undefined, role: string, param: string): void {
  if (typeof content === "string") return;
  for (const [part, place] of objectsAt(content, param, "one of an array of objects or string"))
    checkPart(part, role, place);
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
  const type = needString(part.type, `${param}.type`);
  oneOf(type, Object.keys(kinds), param);
  onlyKnown(part, kinds[type] ?? new Set(), param);
  if (type === "input_text" || type === "output_text") needString(part.text, `${param}.text`);
  if (type !== "input_image") return;
  if (isSet(part.image_url)) checkImageUrl(part.image_url, `${param}.image_url`);
  else needString(part.file_id, `${param}.file_id`);
  oneOf(part.detail, ["auto", "low", "high", "original"], `${param}.detail`);
}

function checkReasoningItem(item: JsonObject, param: string, context: ItemContext): void {
  onlyKnown(item, new Set(["type", "id", "summary", "content", "encrypted_content", "status"]), param);
  if (item.summary === undefined) missing(`${param}.summary`);
  const sealed = item.encrypted_content;
  if (!isSet(sealed)) {
    if (!context.stored) notStored(stringOf(item.id));
    return;
  }
  const at = `${param}.encrypted_content`;
  const verdict = context.seals.judge(needString(sealed, at), isSet(item.id) ? stringOf(item.id) : undefined);
  if (verdict === "fine") return;
  const [what, why] =
    verdict === "foreign"
      ? [`${stringOf(sealed).slice(0, 8)}...`, "Encrypted content could not be decrypted or parsed."]
      : [`for item ${String(item.id)}`, "Encrypted content item_id did not match the target item id."];
  const message = `The encrypted content ${what} could not be verified. Reason: ${why}`;
  refuse(message, at, "invalid_encrypted_content");
}

function notStored(id: string): never {
  const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`;
  throw new Refused({ status: 404, message, param: "input" });
}

const CALL_KEYS = new Set(["type", "id", "call_id", "name", "namespace", "status", "arguments", "input", "caller"]);

function checkCall(item: JsonObject, param: string, input: "arguments" | "input"): void {
  onlyKnown(item, CALL_KEYS, param);
  callIdOf(item, param);
  needString(item.name, `${param}.name`);
  needString(item[input], `${param}.${input}`);
}

function checkOutput(item: JsonObject, param: string): void {
  onlyKnown(item, new Set(["type", "id", "call_id", "output", "status", "caller"]), param);
  callIdOf(item, param);
  checkParts(item.output, "tool", `${param}.output`);
}

function callIdOf(item: JsonObject, param: string): void {
  const id = needString(item.call_id, `${param}.call_id`);
  if (id === "")
    refuse(
      `Invalid '${param}.call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
      `${param}.call_id`,
      "empty_string",
    );
  atMost(id, 64, `${param}.call_id`);
}

const PAIRED = ["function_call", "custom_tool_call"] as const;

/** Every call has its output and every output its call, of the same kind; a stored turn before may hold the other half. */
export function checkPairs(body: JsonObject): void {
  const items = inputItems(body);
  const continues = isSet(body.previous_response_id) || isSet(body.conversation);
  for (const kind of PAIRED) {
    const words = kind === "function_call" ? "function call" : "custom tool call";
    const calls = idsOf(items, kind, words);
    const outputs = idsOf(items, `${kind}_output`, `${words} output`);
    const placeOf = (type: string, id: string): number =>
      items.findIndex((item) => item.type === type && item.call_id === id);
    const orphan = outputs.find((id) => {
      const call = placeOf(kind, id);
      return call < 0 ? !continues : call > placeOf(`${kind}_output`, id);
    });
    if (orphan !== undefined) refuse(`No tool call found for ${words} output with call_id ${orphan}.`, "input");
    const open = calls.find((id) => !outputs.includes(id));
    if (open !== undefined) refuse(`No tool output found for ${words} ${open}.`, "input");
  }
}

function idsOf(items: readonly JsonObject[], type: string, words: string): readonly string[] {
  const ids = items.filter((item) => item.type === type).map((item) => stringOf(item.call_id));
  const twice = repeated(ids);
  if (twice !== undefined) refuse(`Duplicate ${words} found with call_id ${twice}.`, "input");
  return ids;
}

/** A reasoning item stands before what it led to; a call that was reasoned about and kept its id stands behind its reasoning. */
export function checkReasoningOrder(items: readonly JsonObject[]): void {
  let hasReasoning = false;
  for (const [at, item] of items.entries()) {
    const id = stringOf(item.id);
    if (item.type === "reasoning") {
      hasReasoning = true;
      const next = items[at + 1];
      const follows =
        next !== undefined && (next.type === "reasoning" || isCall(next) || objectOf(next).role === "assistant");
      if (!follows && id !== "")
        refuse(`Item '${id}' of type 'reasoning' was provided without its required following item.`, "input");
    }
    if (item.role === "user") hasReasoning = false;
    if (needsReasoning(id) && !hasReasoning)
      refuse(
        `Item '${id}' of type '${String(item.type)}' was provided without its required 'reasoning' item.`,
        "input",
      );
  }
}
