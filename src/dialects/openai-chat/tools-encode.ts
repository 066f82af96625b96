/** Tools as Chat has them: namespaces flattened, freeform ones lowered where the vendor has none, the rest told. */
import { builtinFunction, isDescribed } from "../../ir/builtins.ts";
import { lowerCustomTool } from "../../ir/lower.ts";
import type { CustomTool, FunctionTool, ModelRequest, Tool, ToolRef } from "../../ir/request.ts";
import { strictSchema } from "../../ir/strict-schema.ts";
import { toolSchema } from "../../ir/tool-schema.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { choiceFields } from "./tool-choice-encode.ts";
import { offeredTools } from "./offered-tools.ts";
import { OPENAI_CHAT } from "./id.ts";
import { encodeMark, hint, meaning, unread, type Writing } from "./writing.ts";

/** Vendors refuse a choice where there is nothing to choose from. */
export function encodeTools(request: ModelRequest, writing: Writing): JsonObject {
  const tools = offeredTools(request, writing).flatMap((tool) => encodeTool(tool, writing));
  return tools.length > 0 ? { tools, ...choiceFields(request, tools, writing) } : {};
}

function encodeTool(tool: Tool, writing: Writing): readonly JsonObject[] {
  switch (tool.kind) {
    case "function":
      return [functionTool(tool, writing)];
    case "custom":
      return [customTool(tool, writing)];
    case "builtin":
      return builtinTool(tool, writing);
    case "hosted": {
      if (tool.dialect === OPENAI_CHAT) return [tool.raw as JsonObject];
      const note = `${tool.name} is run by the vendor of ${tool.dialect}; a Chat upstream has none`;
      meaning(writing, "dropped", writing.said.place(tool), "hosted-tool", note);
      return [];
    }
    case "namespace":
      return [];
  }
}

function functionTool(tool: FunctionTool, writing: Writing): JsonObject {
  const mark = encodeMark(tool.mark, writing);
  const { type: _, ...beside } = unread(tool, writing);
  const name = writing.names.wireName(refOf("function", tool));
  const { parameters, ...strict } = parametersOf(tool, writing);
  return { ...declaration(name, tool.description, parameters, { ...strict, ...beside }), ...mark };
}

interface Parameters {
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
}

/** Its schema, and whether arguments are held to it. */
function parametersOf(tool: FunctionTool, writing: Writing): Parameters {
  const { own, traits, said, losses } = writing;
  const at = said.place(tool);
  if (tool.strict === true && !traits.strictTools)
    hint(writing, "dropped", `${at}.strict`, "strict-tool", "this vendor does not hold arguments to the schema");
  const strict = traits.strictTools && typeof tool.strict === "boolean" ? { strict: tool.strict } : {};
  // Chat clients leave the schema of a tool without input out (Qwen Code); from elsewhere an empty one is the safer word.
  if (own && tool.schema === undefined) return strict;
  const parameters = toolSchema(tool.schema, traits.toolSchemas, at, losses);
  if (own || strict.strict !== true) return { parameters, ...strict };
  const held = strictSchema(parameters);
  if ("schema" in held) return { parameters: held.schema, strict: true };
  hint(writing, "dropped", `${at}.strict`, "strict-tool", `the vendor cannot hold arguments to it: ${held.why}`);
  return { parameters, strict: false };
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

function customTool(tool: CustomTool, writing: Writing): JsonObject {
  const name = writing.names.wireName(refOf("custom", tool));
  const beside = unread(tool, writing);
  if (writing.traits.customTools) {
    const described = tool.description === undefined ? {} : { description: tool.description };
    return { type: "custom", custom: { name, ...described, ...formatOf(tool.format), ...beside } };
  }
  const at = writing.said.place(tool);
  if (isObject(tool.format) && tool.format.type === "grammar")
    hint(writing, "approximated", `${at}.format`, "tool-grammar", "the grammar is told in words: nothing enforces it");
  else hint(writing, "emulated", at, "custom-tool", "a freeform tool became a function with one string");
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
function builtinTool(tool: Builtin, writing: Writing): readonly JsonObject[] {
  const at = writing.said.place(tool);
  if (!isDescribed(tool)) {
    const note = `${tool.wire} of ${tool.dialect} has no schema that Chat could offer`;
    meaning(writing, "dropped", at, "builtin-tool", note);
    return [];
  }
  hint(writing, "emulated", at, "builtin-tool", `${tool.wire} is offered as a function`);
  const { description, input_schema: schema } = builtinFunction(tool);
  return [declaration(writing.names.wireName({ via: "builtin", name: tool.name }), description, schema)];
}
