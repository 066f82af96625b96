/** Tools as Chat has them: namespaces flattened, freeform ones lowered where the vendor has none, the rest told. */
import { assertNever } from "../../ir/assert-never.ts";
import { builtinFunction, isDescribed } from "../openai-client-tools.ts";
import { lowerCustomTool } from "../../ir/lower.ts";
import type { CustomTool, FunctionTool, ModelRequest, Tool, ToolRef } from "../../ir/request.ts";
import { strictSchema } from "../../ir/strict-schema.ts";
import { toolSchema } from "../../ir/tool-schema.ts";
import { withHints } from "../../ir/unread.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { choiceFields } from "./tool-choice-encode.ts";
import { offeredTools } from "./offered-tools.ts";
import { OPENAI_CHAT } from "./id.ts";
import { withBreakpoint, type Writing } from "./writing.ts";

/** Vendors refuse a choice where there is nothing to choose from. */
export function encodeTools(request: ModelRequest, writing: Writing): JsonObject {
  const tools: JsonObject[] = [];
  for (const tool of offeredTools(request, writing)) encodeTool(tool, tools, writing);
  return tools.length > 0 ? { tools, ...choiceFields(request, tools, writing) } : {};
}

function encodeTool(tool: Tool, tools: JsonObject[], writing: Writing): void {
  switch (tool.kind) {
    case "function":
      return void tools.push(functionTool(tool, writing));
    case "custom":
      return void tools.push(customTool(tool, writing));
    case "builtin":
      return builtinTool(tool, tools, writing);
    case "hosted": {
      if (tool.dialect === OPENAI_CHAT) return void tools.push(tool.raw as JsonObject);
      const note = `${tool.name} is run by the vendor of ${tool.dialect}; a Chat upstream has none`;
      return writing.losses.meaning(tool, "hosted-tool", "dropped", note);
    }
    case "namespace":
      return;
    default:
      assertNever(tool);
  }
}

function functionTool(tool: FunctionTool, writing: Writing): JsonObject {
  const named: Record<string, Json> = { name: writing.names.wireName(refOf("function", tool)) };
  if (tool.description !== undefined) named.description = tool.description;
  const declared: JsonObject = { type: "function", function: named };
  const marked = withBreakpoint(declared, tool.mark, writing);
  const hinted = withHints(NOTHING, tool, writing);
  addParameters(named, tool, writing);
  return hinted === NOTHING ? marked : { ...marked, function: { ...named, ...hinted } };
}
const NOTHING: JsonObject = {};

/** Its schema, and whether arguments are held to it. */
function addParameters(named: Record<string, Json>, tool: FunctionTool, writing: Writing): void {
  const { own, traits, said, losses } = writing;
  const at = said.place(tool);
  if (tool.strict === true && !traits.strictTools)
    writing.losses.hint(`${at}.strict`, "strict-tool", "dropped", "this vendor does not hold arguments to the schema");
  const strict = traits.strictTools && typeof tool.strict === "boolean" ? tool.strict : undefined;
  // Chat clients leave the schema of a tool without input out (Qwen Code); from elsewhere an empty one is the safer word.
  if (!own || tool.schema !== undefined) named.parameters = toolSchema(tool.schema, traits.toolSchemas, at, losses);
  if (strict !== undefined) named.strict = strict;
  if (own || strict !== true) return;
  const held = strictSchema(named.parameters);
  if ("schema" in held) named.parameters = held.schema;
  else {
    const note = `the vendor cannot hold arguments to it: ${held.why}`;
    writing.losses.hint(`${at}.strict`, "strict-tool", "dropped", note);
    named.strict = false;
  }
}

const declaration = (name: string, description: string, parameters: Json): JsonObject => ({
  type: "function",
  function: { name, description, parameters },
});

const refOf = (via: ToolRef["via"], tool: FunctionTool | CustomTool): ToolRef =>
  tool.namespace === undefined ? { via, name: tool.name } : { via, name: tool.name, namespace: tool.namespace };

function customTool(tool: CustomTool, writing: Writing): JsonObject {
  const name = writing.names.wireName(refOf("custom", tool));
  const beside = withHints(NOTHING, tool, writing);
  if (writing.traits.customTools) {
    const described = tool.description === undefined ? {} : { description: tool.description };
    return { type: "custom", custom: { name, ...described, ...formatOf(tool.format), ...beside } };
  }
  const at = writing.said.place(tool);
  if (isObject(tool.format) && tool.format.type === "grammar")
    writing.losses.hint(
      `${at}.format`,
      "tool-grammar",
      "approximated",
      "the grammar is told in words: nothing enforces it",
    );
  else writing.losses.hint(at, "custom-tool", "emulated", "a freeform tool became a function with one string");
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

/** A tool of another vendor that the client runs: offered as a function where anybody can say what it takes. */
function builtinTool(tool: Builtin, tools: JsonObject[], writing: Writing): void {
  const at = writing.said.place(tool);
  if (!isDescribed(tool)) {
    const note = `${tool.wire} of ${tool.dialect} has no schema that Chat could offer`;
    return writing.losses.meaning(at, "builtin-tool", "dropped", note);
  }
  writing.losses.hint(at, "builtin-tool", "emulated", `${tool.wire} is offered as a function`);
  const { description, input_schema: schema } = builtinFunction(tool);
  tools.push(declaration(writing.names.wireName({ via: "builtin", name: tool.name }), description, schema));
}
