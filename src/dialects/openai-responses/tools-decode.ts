/** Tools as Responses clients declare them; Chat's nested and Anthropic's bare ones too, since Cursor mixes all three. */
import { namesIn } from "../../wire/name-list.ts";
import type { CustomTool, FunctionTool, Tool, ToolChoice, ToolRef } from "../../ir/request.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  optionalList,
  optionalString,
  pathOf,
  type Raw,
  ShapeError,
} from "../../wire/json.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import { builtinByTool, runsAtClient, table } from "./wire.ts";
import { OPENAI_RESPONSES } from "./id.ts";

export function decodeTools(value: Json | undefined, path: string): readonly Tool[] {
  if (value === undefined || value === null) return [];
  if (!isList(value)) throw new ShapeError(path, "a list of tools", value);
  return value.map((tool, index) => {
    const at = pathOf(path, index);
    return placed(decodeTool(objectAt(tool, at), at), at);
  });
}

function decodeTool(tool: JsonObject, path: string): Tool {
  const type = optionalString(tool, "type", path);
  if (isObject(tool.function)) return functionTool(tool.function, pathOf(path, "function"));
  if (isObject(tool.custom)) return customTool(tool.custom, pathOf(path, "custom"));
  if (type === "function") return functionTool(tool, path);
  // Anthropic's own tools have no type, or say "custom" and have an input_schema, which a freeform tool never has.
  if (tool.input_schema !== undefined || type === undefined) return functionTool(tool, path);
  if (type === "custom") return customTool(tool, path);
  if (type === "namespace") return namespace(tool, path);
  return otherTool(type, tool);
}

const FUNCTION_KEYS = namesIn("type name description parameters input_schema strict defer_loading cache_control");

const CUSTOM_KEYS = new Set(["type", "name", "description", "format", "defer_loading"]);
const NAMESPACE_KEYS = new Set(["type", "name", "description", "tools"]);

function functionTool(tool: JsonObject, path: string): FunctionTool {
  const description = optionalString(tool, "description", path);
  const schema = tool.parameters ?? tool.input_schema ?? (tool.parameters === null ? null : undefined);
  const found: Draft<FunctionTool> = { kind: "function", name: nameOf(tool, path), at: path };
  if (description !== undefined) found.description = description;
  if (schema !== undefined) found.schema = schema;
  if (typeof tool.strict === "boolean" || tool.strict === null) found.strict = tool.strict;
  if (typeof tool.defer_loading === "boolean") found.defer = tool.defer_loading;
  return withUnread(withMark(found, tool, path), tool, FUNCTION_KEYS);
}

function customTool(tool: JsonObject, path: string): CustomTool {
  const description = optionalString(tool, "description", path);
  const found: Draft<CustomTool> = { kind: "custom", name: nameOf(tool, path), at: path };
  if (description !== undefined) found.description = description;
  if (tool.format !== undefined && tool.format !== null) found.format = flatFormat(tool.format);
  if (typeof tool.defer_loading === "boolean") found.defer = tool.defer_loading;
  return withUnread(found, tool, CUSTOM_KEYS);
}

/** Chat nests syntax and definition under `grammar`. */
const flatFormat = (format: Raw): Raw =>
  isObject(format) && isObject(format.grammar) ? { type: "grammar", ...format.grammar } : format;

function namespace(tool: JsonObject, path: string): Tool {
  const description = optionalString(tool, "description", path);
  const name = nameOf(tool, path);
  const found: Draft<Namespace> = { kind: "namespace", name, tools: decodeTools(tool.tools, pathOf(path, "tools")) };
  if (description !== undefined) found.description = description;
  return withUnread(found, tool, NAMESPACE_KEYS);
}
type Namespace = Extract<Tool, { readonly kind: "namespace" }>;

/** Anthropic dates its tool types in eight digits (`bash_20250124`), OpenAI with underscores. */
const ANTHROPIC_TYPE = /_\d{8}$/;
const ANTHROPIC_CLIENT_RUN = /^(bash|text_editor|computer|memory)_\d{8}$/;

function otherTool(type: string, tool: JsonObject): Tool {
  const name = typeof tool.name === "string" ? tool.name : type;
  if (ANTHROPIC_CLIENT_RUN.test(type))
    return { kind: "builtin", dialect: "anthropic-messages", name, wire: type, raw: tool };
  if (ANTHROPIC_TYPE.test(type)) return { kind: "hosted", dialect: "anthropic-messages", name, raw: tool };
  const builtin = builtinByTool(type);
  return builtin && runsAtClient(tool)
    ? { kind: "builtin", dialect: OPENAI_RESPONSES, name: builtin.name, wire: type, raw: tool }
    : { kind: "hosted", dialect: OPENAI_RESPONSES, name: type, raw: tool };
}

function nameOf(tool: JsonObject, path: string): string {
  const name = optionalString(tool, "name", path);
  if (name) return name;
  throw new ShapeError(pathOf(path, "name"), "a name for the tool", tool.name);
}

export function decodeToolChoice(value: Json | undefined, path: string): ToolChoice | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return modeOf(value, path);
  const choice = objectAt(value, path);
  const type = optionalString(choice, "type", path) ?? "";
  const mode = MODES.get(type);
  if (mode) return { mode };
  if (type === "allowed_tools") return allowed(choice, path);
  const tool = choiceRef(choice, type);
  return tool ? { mode: "one", tool } : { mode: "opaque", dialect: OPENAI_RESPONSES, raw: choice };
}

const MODES = table<"auto" | "none" | "required">({
  auto: "auto",
  none: "none",
  required: "required",
  any: "required",
});

function modeOf(word: string, path: string): ToolChoice {
  const mode = MODES.get(word);
  if (mode) return { mode };
  throw new ShapeError(path, "auto, none, required or the choice of one tool", word);
}

function allowed(choice: JsonObject, path: string): ToolChoice {
  const list = isObject(choice.allowed_tools) ? choice.allowed_tools : choice;
  const tools = (optionalList(list, "tools", path) ?? []).map((tool) =>
    isObject(tool) ? choiceRef(tool, String(tool.type ?? "")) : undefined,
  );
  // A vendor-run tool among them has no ToolRef, so the whole choice goes back as it came.
  if (tools.includes(undefined)) return { mode: "opaque", dialect: OPENAI_RESPONSES, raw: choice };
  return { mode: "allowed", required: list.mode === "required", tools: tools as ToolRef[] };
}

function choiceRef(choice: JsonObject, type: string): ToolRef | undefined {
  const builtin = builtinByTool(type);
  if (builtin) return { via: "builtin", name: builtin.name };
  if (!CHOICE_TYPES.has(type)) return undefined;
  const via = type === "custom" ? "custom" : "function";
  const named = [choice, choice.function, choice.custom].find(
    (holder) => isObject(holder) && typeof holder.name === "string",
  );
  if (!isObject(named)) return undefined;
  const name = named.name as string;
  return typeof choice.namespace === "string" ? { via, name, namespace: choice.namespace } : { via, name };
}
const CHOICE_TYPES = new Set(["function", "custom", "tool", ""]);
