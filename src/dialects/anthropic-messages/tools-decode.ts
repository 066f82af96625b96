/** Tools and the choice among them, read. */
import type { FunctionTool, Tool, ToolChoice } from "../../ir/request.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import {
  type Json,
  type JsonObject,
  objectAt,
  optionalBoolean,
  optionalString,
  pathOf,
  requiredString,
  ShapeError,
  textIn,
} from "../../wire/json.ts";
import { isClientRun } from "./wire.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

export const decodeTool = (value: Json, at: string): Tool => placed(toolOf(objectAt(value, at), at), at);

function toolOf(tool: JsonObject, at: string): Tool {
  const wire = optionalString(tool, "type", at);
  if (wire === undefined || wire === "custom") return decodeFunction(tool, at);
  if (wire === "function")
    throw new ShapeError(pathOf(at, "type"), "a Messages tool, {name, description, input_schema}", wire);
  const name = textIn(tool, "name") || textIn(tool, "mcp_server_name") || wire;
  return isClientRun(wire)
    ? { kind: "builtin", dialect: ANTHROPIC_MESSAGES, name, wire, raw: tool }
    : { kind: "hosted", dialect: ANTHROPIC_MESSAGES, name, raw: tool };
}

const TOOL_KEYS = new Set(["name", "description", "input_schema", "strict", "defer_loading", "cache_control"]);

/** `type: "custom"` means a function here; whether it was written survives in the hints. */
function decodeFunction(tool: JsonObject, at: string): FunctionTool {
  const description = optionalString(tool, "description", at);
  const strict = optionalBoolean(tool, "strict", at);
  const defer = optionalBoolean(tool, "defer_loading", at);
  const made: Draft<FunctionTool> = { kind: "function", name: requiredString(tool, "name", at) };
  if (description !== undefined) made.description = description;
  if (tool.input_schema !== undefined) made.schema = tool.input_schema;
  if (strict !== undefined) made.strict = strict;
  if (defer !== undefined) made.defer = defer;
  return withUnread(withMark(made, tool, at), tool, TOOL_KEYS);
}

/** `disable_parallel_tool_use` is the opposite of what others ask. */
export function decodeToolChoice(choice: JsonObject | undefined): { toolChoice?: ToolChoice; parallelCalls?: boolean } {
  if (!choice) return {};
  const disabled = optionalBoolean(choice, "disable_parallel_tool_use", "tool_choice");
  return { toolChoice: choiceOf(choice), ...(disabled !== undefined && { parallelCalls: !disabled }) };
}

function choiceOf(choice: JsonObject): ToolChoice {
  switch (choice.type) {
    case "auto":
    case "none":
      return { mode: choice.type };
    case "any":
      return { mode: "required" };
    case "tool":
      return { mode: "one", tool: { via: "function", name: requiredString(choice, "name", "tool_choice") } };
    default:
      throw new ShapeError("tool_choice.type", '"auto", "any", "tool" or "none"', choice.type);
  }
}
