/** Tools and the choice among them, in every shape that arrives on a Chat path. Each entry is judged on its own. */
import { namesIn } from "../../wire/name-list.ts";
import type { DialectId } from "../../ir/dialect-id.ts";
import type { CustomTool, FunctionTool, Tool, ToolChoice, ToolRef } from "../../ir/request.ts";
import {
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  objectIn,
  objectsIn,
  optionalList,
  pathOf,
  type Raw,
  refuse,
  ShapeError,
  textIn,
} from "../../wire/json.ts";
import type { LossList } from "../../ir/loss.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import { loseUnread, unreadOf } from "../../ir/unread.ts";
import { OPENAI_CHAT } from "./id.ts";

export function decodeTools(body: JsonObject, losses: LossList): readonly Tool[] {
  const tools = (optionalList(body, "tools") ?? []).map((tool, index) => {
    loseWrapper(tool, pathOf("tools", index), losses);
    return decodeTool(tool, pathOf("tools", index));
  });
  const legacy = (optionalList(body, "functions") ?? []).map((tool, index) => {
    const at = pathOf("functions", index);
    return functionTool(objectAt(tool, at), {}, at, at);
  });
  return [...tools, ...legacy];
}

/** Beside `function` or `custom` stands nothing that a vendor is known to read. */
function loseWrapper(tool: Json, at: string, losses: LossList): void {
  if (isObject(tool) && (isObject(tool.function) || isObject(tool.custom)))
    loseUnread(losses, at, unreadOf(tool, WRAPPER_KEYS));
}
const WRAPPER_KEYS: ReadonlySet<string> = namesIn("type function custom strict defer_loading cache_control");

const decodeTool = (json: Json, at: string): Tool => placed(toolOf(objectAt(json, at), at), at);

function toolOf(tool: JsonObject, at: string): Tool {
  const type = textIn(tool, "type");
  const inner = objectIn(tool, "function");
  // Kimi's own tools are declared with a function inside as well.
  if (inner && (type === "function" || type === "")) return functionTool(inner, tool, pathOf(at, "function"), at);
  // Anthropic calls its plain tools "custom" too: the input_schema tells them from freeform ones.
  if (isObject(tool.input_schema) && (type === "" || type === "custom" || type === "function"))
    return functionTool({ ...tool, parameters: tool.input_schema }, tool, at, at);
  if (type === "function" || (type === "" && typeof tool.name === "string"))
    return { ...functionTool(tool, tool, at, at), flat: true };
  if (type === "custom") {
    const nested = objectIn(tool, "custom");
    return nested ? customTool(nested, pathOf(at, "custom")) : { ...customTool(tool, at), flat: true };
  }
  if (type === "namespace") return namespaceTool(tool, at);
  return vendorTool(tool, type, inner);
}

const FUNCTION_KEYS: ReadonlySet<string> = namesIn(
  "name description parameters strict type function input_schema cache_control defer_loading",
);

/** `inner` stands at `at`, `outer`, which may be the same, at `place`. */
function functionTool(inner: JsonObject, outer: JsonObject, at: string, place: string): FunctionTool {
  const schema = inner.parameters;
  if (schema !== undefined && schema !== null && !isObject(schema))
    throw new ShapeError(pathOf(at, "parameters"), "a JSON Schema object", schema);
  const strict = inner.strict ?? outer.strict;
  const found: Draft<FunctionTool> = { kind: "function", name: nameOf(inner, at), at };
  if (typeof inner.description === "string") found.description = inner.description;
  if (isObject(schema)) found.schema = schema;
  if (typeof strict === "boolean" || strict === null) found.strict = strict;
  if (inner.defer_loading === true || outer.defer_loading === true) found.defer = true;
  return withUnread(withMark(found, outer, place), inner, FUNCTION_KEYS);
}

function customTool(inner: JsonObject, at: string): CustomTool {
  const format = formatOf(inner.format);
  const found: Draft<CustomTool> = { kind: "custom", name: nameOf(inner, at), at };
  if (typeof inner.description === "string") found.description = inner.description;
  if (format !== undefined) found.format = format;
  if (inner.defer_loading === true) found.defer = true;
  return withUnread(found, inner, CUSTOM_KEYS);
}

const CUSTOM_KEYS: ReadonlySet<string> = new Set(["type", "name", "description", "format", "defer_loading"]);
const NAMESPACE_KEYS: ReadonlySet<string> = new Set(["type", "name", "description", "tools"]);

/** Chat nests a grammar under `grammar`, Responses does not; the model of a request has the Responses shape. */
function formatOf(format: Json | undefined): Raw | undefined {
  if (!isObject(format)) return undefined;
  const grammar = objectIn(format, "grammar");
  return grammar
    ? {
        type: "grammar",
        ...(grammar.syntax === undefined ? {} : { syntax: grammar.syntax }),
        definition: grammar.definition ?? "",
      }
    : format;
}

function namespaceTool(tool: JsonObject, at: string): Tool {
  const inner = optionalList(tool, "tools", at) ?? [];
  const found: Draft<Namespace> = {
    kind: "namespace",
    name: nameOf(tool, at),
    tools: inner.map((one, index) => decodeTool(one, pathOf(pathOf(at, "tools"), index))),
  };
  if (typeof tool.description === "string") found.description = tool.description;
  return withUnread(found, tool, NAMESPACE_KEYS);
}
type Namespace = Extract<Tool, { readonly kind: "namespace" }>;

// Versioned Anthropic types end in a date; those four are run by the client, the others by the vendor.
const ANTHROPIC_TYPE = /^[a-z_]+_20\d{6}$/;
const ANTHROPIC_CLIENT_TYPE = /^(bash|text_editor|computer|memory)_20\d{6}$/;
const RESPONSES_CLIENT_TYPES = namesIn("tool_search apply_patch shell local_shell computer computer_use_preview");
const RESPONSES_HOSTED_TYPE = /^(web_search.*|file_search|code_interpreter|image_generation|mcp)$/;

function vendorTool(tool: JsonObject, type: string, inner: JsonObject | undefined): Tool {
  const name = textIn(tool, "name") || (inner ? textIn(inner, "name") : "") || type || Object.keys(tool)[0] || "";
  if (ANTHROPIC_CLIENT_TYPE.test(type))
    return { kind: "builtin", dialect: "anthropic-messages", name, wire: type, raw: tool };
  if (RESPONSES_CLIENT_TYPES.has(type))
    return { kind: "builtin", dialect: "openai-responses", name, wire: type, raw: tool };
  return { kind: "hosted", dialect: hostOf(type), name, raw: tool };
}

const hostOf = (type: string): DialectId =>
  ANTHROPIC_TYPE.test(type)
    ? "anthropic-messages"
    : RESPONSES_HOSTED_TYPE.test(type)
      ? "openai-responses"
      : OPENAI_CHAT;

function nameOf(tool: JsonObject, at: string): string {
  if (typeof tool.name === "string" && tool.name !== "") return tool.name;
  throw new ShapeError(pathOf(at, "name"), "the tool's name", tool.name);
}

/** What a choice means once the declared tools are known: a forced freeform tool looks like a function in Cursor's bodies. */
export type FindTool = (name: string) => ToolRef;

export function decodeToolChoice(body: JsonObject, find: FindTool, wrong = refuse): ToolChoice | undefined {
  const choice = body.tool_choice ?? body.function_call;
  if (choice === undefined || choice === null) return undefined;
  const path = body.tool_choice === undefined || body.tool_choice === null ? "function_call" : "tool_choice";
  if (typeof choice === "string") return modeOf(choice) ?? wrong(path, CHOICES, choice);
  if (!isObject(choice)) return wrong(path, "a string or an object", choice);
  if (Object.keys(choice).length === 0) return undefined;
  return choiceOf(choice, find);
}

function modeOf(word: string): ToolChoice | undefined {
  // "any" is Mistral's and Anthropic's word for required.
  if (word === "any") return { mode: "required" };
  return word === "auto" || word === "none" || word === "required" ? { mode: word } : undefined;
}

const CHOICES = `"auto", "none", "required" or an object that names a tool`;

function choiceOf(choice: JsonObject, find: FindTool): ToolChoice {
  const type = textIn(choice, "type");
  if (type === "allowed_tools") return allowed(objectIn(choice, "allowed_tools") ?? choice, find);
  const named = objectIn(choice, "function") ?? objectIn(choice, "custom") ?? choice;
  const name = textIn(named, "name");
  if (name !== "" && ["function", "custom", "tool", ""].includes(type)) return { mode: "one", tool: find(name) };
  return modeOf(type) ?? { mode: "opaque", dialect: hostOf(type), raw: choice };
}

function allowed(choice: JsonObject, find: FindTool): ToolChoice {
  const tools = objectsIn(choice, "tools").map((tool) =>
    find(textIn(objectIn(tool, "function") ?? objectIn(tool, "custom") ?? tool, "name")),
  );
  return { mode: "allowed", required: choice.mode === "required", tools };
}

/** Anthropic says it inside the choice, the other way round. */
export function parallelIn(body: JsonObject): boolean | undefined {
  if (typeof body.parallel_tool_calls === "boolean") return body.parallel_tool_calls;
  const choice = body.tool_choice;
  return isObject(choice) && typeof choice.disable_parallel_tool_use === "boolean"
    ? !choice.disable_parallel_tool_use
    : undefined;
}
