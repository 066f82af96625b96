/** The items of `input`, one after another. Chat messages and Anthropic blocks among them are Cursor's. */
import { namesIn } from "../../wire/name-list.ts";
import type { CallEntry, CallInput, Entry, ReasoningEntry, ResultEntry } from "../../ir/request.ts";
import { readSeal, type Seal } from "../../ir/seal.ts";
import { type Draft, placed, withUnread } from "../../ir/draft.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  optionalString,
  pathOf,
  ShapeError,
  without,
} from "../../wire/json.ts";
import { decodeBlocks, decodeMessage } from "./messages-decode.ts";
import { decodeContent } from "./parts-decode.ts";
import { decodeTools } from "./tools-decode.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import {
  type Builtin,
  builtinByCall,
  builtinByOutput,
  builtinInput,
  callIdOf,
  jsonText,
  REDACTED_SUFFIX,
  runsAtClient,
  table,
  withIds,
} from "./wire.ts";

export function decodeInput(input: Json | undefined, path: string): readonly Entry[] {
  if (typeof input === "string") return [{ kind: "message", role: "user", content: input, bare: true }];
  if (!isList(input)) throw new ShapeError(path, "a string or a list of items", input);
  const entries: Entry[] = [];
  input.forEach((item, index) => {
    const at = pathOf(path, index);
    for (const entry of entriesOf(objectAt(item, at), at)) entries.push(placed(entry, at));
  });
  return entries;
}

function entriesOf(item: JsonObject, path: string): readonly Entry[] {
  const type = optionalString(item, "type", path);
  if (type === undefined && item.role === undefined)
    throw new ShapeError(path, 'an item with a "type" or a "role"', item);
  if (type === undefined || type === "message") return decodeMessage(item, path);
  const decode = ITEMS.get(type);
  if (decode) return [decode(item, path)];
  const call = builtinByCall(type);
  if (call && runsAtClient(item)) return [builtinCall(call, item)];
  const output = builtinByOutput(type);
  if (output && runsAtClient(item)) return [builtinResult(output, item, path)];
  return LOOSE_PARTS.has(type)
    ? loosePart(type, item, path)
    : [{ kind: "opaque", dialect: OPENAI_RESPONSES, raw: item }];
}

const ITEMS = table<(item: JsonObject, path: string) => Entry>({
  reasoning,
  function_call: (item, path) => call("function", { json: jsonText(item.arguments) }, item, path),
  custom_tool_call: (item, path) => call("custom", { text: jsonText(item.input) }, item, path),
  function_call_output: (item, path) => result("function", item, path),
  custom_tool_call_output: (item, path) => result("custom", item, path),
  additional_tools: (item, path) => {
    const role = optionalString(item, "role", path) ?? "developer";
    return withMeta({ kind: "tools", role, tools: decodeTools(item.tools, pathOf(path, "tools")) }, item);
  },
});

/** Parts that stand where an item should: read as a message of whoever writes such parts. */
const LOOSE_PARTS = namesIn(
  "input_text output_text text input_image image_url input_file input_audio tool_use tool_result",
);

function loosePart(type: string, item: JsonObject, path: string): readonly Entry[] {
  const role = type === "output_text" || type === "tool_use" ? "assistant" : "user";
  return decodeBlocks(
    [item],
    (content) => ({ kind: "message", role, content, bare: true }),
    () => path,
  );
}

function reasoning(item: JsonObject, path: string): Entry {
  const written = typeof item.encrypted_content === "string" ? item.encrypted_content : "";
  const redacted = written.startsWith("cs1.") && written.endsWith(REDACTED_SUFFIX);
  const seal: Seal | undefined = readSeal(
    redacted ? written.slice(0, -REDACTED_SUFFIX.length) : written,
    OPENAI_RESPONSES,
    pathOf(path, "encrypted_content"),
  );
  const entry: Draft<ReasoningEntry> = { kind: "reasoning", sections: texts(item.summary) };
  if (item.content !== undefined) entry.raw = item.content === null ? null : texts(item.content);
  if (seal) entry.seal = seal;
  if (redacted) entry.redacted = true;
  return withMeta(entry, item);
}

const texts = (list: Json | undefined): readonly string[] =>
  isList(list) ? list.flatMap((part) => (isObject(part) && typeof part.text === "string" ? [part.text] : [])) : [];

function call(via: "function" | "custom", input: CallInput, item: JsonObject, path: string): Entry {
  const name = optionalString(item, "name", path);
  if (name === undefined) throw new ShapeError(pathOf(path, "name"), "the name of the tool that was called", item.name);
  const namespace = optionalString(item, "namespace", path);
  const entry: Draft<CallEntry> = {
    kind: "call",
    callId: typeof item.call_id === "string" ? item.call_id : "",
    tool: namespace === undefined ? { via, name } : { via, name, namespace },
    input,
  };
  if (item.caller !== undefined && item.caller !== null) entry.caller = item.caller;
  return withMeta(entry, item);
}

function result(via: ResultEntry["via"], item: JsonObject, path: string): Entry {
  const content = decodeContent(item.output, pathOf(path, "output"));
  return withMeta({ kind: "result", callId: typeof item.call_id === "string" ? item.call_id : "", via, content }, item);
}

const builtinCall = (builtin: Builtin, item: JsonObject): CallEntry =>
  withIds(
    {
      kind: "call",
      callId: callIdOf(item),
      tool: { via: "builtin", name: builtin.name },
      input: { json: builtinInput(builtin, item) },
    },
    item,
  );

function builtinResult(builtin: Builtin, item: JsonObject, path: string): Entry {
  const approval = typeof item.approval_request_id === "string" ? item.approval_request_id : undefined;
  const entry: Draft<ResultEntry> = {
    kind: "result",
    callId: approval ?? callIdOf(item),
    via: "builtin",
    name: builtin.name,
    content: builtinContent(builtin, item, path),
  };
  if (item.status === "failed") entry.isError = true;
  return withIds(entry, item);
}

/** Text where the result is text; else the JSON of what the client reported, which any model can read. */
function builtinContent(builtin: Builtin, item: JsonObject, path: string): ResultEntry["content"] {
  if (builtin.name === "tool_search") return { tools: decodeTools(item.tools, pathOf(path, "tools")) };
  if (builtin.name === "apply_patch" || builtin.name === "local_shell") return jsonText(item.output);
  if (builtin.name === "computer" && isObject(item.output)) {
    const checks = item.acknowledged_safety_checks;
    const rest = isList(checks)
      ? [{ kind: "opaque" as const, dialect: OPENAI_RESPONSES, raw: { acknowledged_safety_checks: checks } }]
      : [];
    const screen = decodeContent([item.output], pathOf(path, "output"));
    return typeof screen === "string" ? screen : [...screen, ...rest];
  }
  return JSON.stringify(without(item, RESULT_FRAME));
}
const RESULT_FRAME = new Set(["type", "id", "status", "call_id", "approval_request_id"]);

/** What some decoder here reads; anything else goes back to its own dialect only. */
const ITEM_KEYS = namesIn(
  `type id status role content phase name call_id namespace arguments input output caller summary encrypted_content tools`,
);

const withMeta = <T extends object>(draft: T, item: JsonObject): T => withIds(withUnread(draft, item, ITEM_KEYS), item);
