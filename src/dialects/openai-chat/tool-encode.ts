/** Tools as Chat has them: namespaces flattened, freeform ones lowered where the vendor has none, the rest told. */
import { lowerCustomTool } from "../../ir/lower.ts";
import type { CustomTool, FunctionTool, ModelRequest, Tool, ToolRef } from "../../ir/request.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { choiceFields } from "./choice-encode.ts";
import { offeredTools } from "./offered-tools.ts";
import { CHAT } from "./wire.ts";
import { hint, loseMark, meaning, type Writing } from "./writing.ts";

/** Vendors refuse a choice where there is nothing to choose from. */
export function encodeTools(request: ModelRequest, writing: Writing): JsonObject {
  const tools = offeredTools(request, writing).flatMap(({ tool, at }) => encodeTool(tool, at, writing));
  return tools.length > 0 ? { tools, ...choiceFields(request, tools, writing) } : {};
}

function encodeTool(tool: Tool, at: string, writing: Writing): readonly JsonObject[] {
  switch (tool.kind) {
    case "function":
      return [functionTool(tool, at, writing)];
    case "custom":
      return [customTool(tool, at, writing)];
    case "builtin":
      return builtinTool(tool, at, writing);
    case "hosted": {
      if (tool.dialect === CHAT) return [tool.raw as JsonObject];
      const note = `${tool.name} is run by the vendor of ${tool.dialect}; a Chat upstream has none`;
      meaning(writing, "dropped", at, "hosted-tool", note);
      return [];
    }
    case "namespace":
      return [];
  }
}

/** Chat clients leave the schema of a tool without input out (Qwen Code); from elsewhere an empty one is the safer word. */
const EMPTY_SCHEMA: JsonObject = { type: "object", properties: {} };

function functionTool(tool: FunctionTool, at: string, writing: Writing): JsonObject {
  if (tool.mark) loseMark(at, writing);
  if (tool.hints)
    hint(writing, "dropped", at, "tool-hints", `${Object.keys(tool.hints).join(", ")} of a tool has no place in Chat`);
  const { strictTools } = writing.traits;
  if (tool.strict === true && !strictTools)
    hint(writing, "dropped", at, "strict-tool", "this vendor does not hold arguments to the schema");
  const parameters = tool.schema ?? (writing.own ? undefined : EMPTY_SCHEMA);
  const strict = strictTools && typeof tool.strict === "boolean" ? { strict: tool.strict } : {};
  return declaration(writing.names.wireName(refOf("function", tool)), tool.description, parameters, strict);
}

function declaration(
  name: string,
  description: string | undefined,
  parameters: Json | undefined,
  rest: JsonObject = {},
): JsonObject {
  const described = description === undefined ? {} : { description };
  return {
    type: "function",
    function: { name, ...described, ...(parameters === undefined ? {} : { parameters }), ...rest },
  };
}

const refOf = (via: ToolRef["via"], tool: FunctionTool | CustomTool): ToolRef =>
  tool.namespace === undefined ? { via, name: tool.name } : { via, name: tool.name, namespace: tool.namespace };

function customTool(tool: CustomTool, at: string, writing: Writing): JsonObject {
  const name = writing.names.wireName(refOf("custom", tool));
  if (writing.traits.customTools) {
    const described = tool.description === undefined ? {} : { description: tool.description };
    return { type: "custom", custom: { name, ...described, ...formatOf(tool.format) } };
  }
  const note = "a freeform tool became a function with one string; a grammar is told in its description, not enforced";
  hint(writing, "emulated", at, "custom-tool", note);
  const lowered = lowerCustomTool(tool);
  return declaration(name, lowered.description, lowered.schema);
}

/** The Responses shape of a format into Chat's, which nests the grammar. */
function formatOf(format: Json | undefined): JsonObject {
  if (!isObject(format)) return {};
  if (format.type !== "grammar" || isObject(format.grammar)) return { format };
  const { syntax, definition } = format;
  return { format: { type: "grammar", grammar: { syntax, definition } } };
}

type Builtin = Extract<Tool, { kind: "builtin" }>;

/** A tool of another vendor that the client runs: offered as a function where it says what it takes (tool_search does). */
function builtinTool(tool: Builtin, at: string, writing: Writing): readonly JsonObject[] {
  const raw = isObject(tool.raw) ? tool.raw : {};
  if (!isObject(raw.parameters)) {
    const note = `${tool.wire} of ${tool.dialect} has no schema that Chat could offer`;
    meaning(writing, "dropped", at, "builtin-tool", note);
    return [];
  }
  hint(writing, "emulated", at, "builtin-tool", `${tool.wire} is offered as a function`);
  const description = typeof raw.description === "string" ? raw.description : undefined;
  return [declaration(writing.names.wireName({ via: "builtin", name: tool.name }), description, raw.parameters)];
}
