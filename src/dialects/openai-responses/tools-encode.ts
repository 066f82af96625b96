/** Tools and their choice for a Responses upstream. */
import { lowerCustomTool } from "../../ir/lower.ts";
import type { CustomTool, FunctionTool, Tool, ToolChoice, ToolRef } from "../../ir/request.ts";
import { strictSchema } from "../../ir/strict-schema.ts";
import { toolSchema } from "../../ir/tool-schema.ts";
import { withHints } from "../../ir/unread.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { builtinOf, loseMark, wireTool, type Writing } from "./writing.ts";

export const encodeTools = (tools: readonly Tool[], w: Writing): readonly JsonObject[] =>
  tools.flatMap((tool) => encodeTool(tool, undefined, w));

export function encodeTool(tool: Tool, namespace: string | undefined, w: Writing): readonly JsonObject[] {
  switch (tool.kind) {
    case "function":
      return [functionTool(tool, namespace, w)];
    case "custom":
      return [customTool(tool, namespace, w)];
    case "namespace":
      return [
        {
          type: "namespace",
          name: tool.name,
          ...(tool.description !== undefined && { description: tool.description }),
          tools: tool.tools.flatMap((inner) => encodeTool(inner, tool.name, w)),
          ...withHints({}, tool, w),
        },
      ];
    case "builtin":
      return [tool.dialect === OPENAI_RESPONSES ? (tool.raw as JsonObject) : foreignBuiltin(tool, w)];
    case "hosted":
      return hostedTool(tool, w);
  }
}

const EMPTY_SCHEMA: JsonObject = { type: "object", properties: {} };

function functionTool(tool: FunctionTool, namespace: string | undefined, w: Writing): JsonObject {
  loseMark(tool.mark, w);
  const hinted = withHints(NOTHING, tool, w);
  const declared: Record<string, Json> = { type: "function", name: toolName(tool.name, "function", namespace, w) };
  if (tool.description !== undefined) declared.description = tool.description;
  addParameters(declared, tool, w);
  if (w.own && tool.defer !== undefined) declared.defer_loading = tool.defer;
  return hinted === NOTHING ? declared : { ...declared, ...hinted };
}
const NOTHING: JsonObject = {};

/** Inside a namespace names are the caller's; outside they are what every dialect can write. */
const toolName = (name: string, via: ToolRef["via"], namespace: string | undefined, w: Writing): string =>
  namespace === undefined ? w.tools.wireName({ via, name }) : name;

/** Its schema, and whether arguments are held to it. Responses takes an absent `strict` for true, Chat and Messages for false. */
function addParameters(declared: Record<string, Json>, tool: FunctionTool, w: Writing): void {
  const { traits } = w.to;
  const at = w.said.place(tool);
  if (!w.own || isObject(tool.schema)) declared.parameters = toolSchema(tool.schema, traits.toolSchemas, at, w.losses);
  else if (tool.schema === null) declared.parameters = null;
  if (w.own) {
    if (tool.strict !== undefined) declared.strict = tool.strict;
    return;
  }
  const lose = (note: string): void => w.losses.hint(`${at}.strict`, "strict-tool", "dropped", note);
  if (!traits.strictTools) {
    if (tool.strict) lose("the upstream does not hold a model to a tool's schema");
    return;
  }
  const held = tool.strict ? strictSchema(declared.parameters) : undefined;
  declared.strict = held !== undefined && "schema" in held;
  if (held && "schema" in held) declared.parameters = held.schema;
  else if (held) lose(`the vendor cannot hold arguments to it: ${held.why}`);
}

function customTool(tool: CustomTool, namespace: string | undefined, w: Writing): JsonObject {
  const beside = withHints(NOTHING, tool, w);
  if (!w.to.traits.customTools) {
    const at = w.said.place(tool);
    if (isObject(tool.format) && tool.format.type === "grammar")
      w.losses.hint(
        `${at}.format`,
        "tool-grammar",
        "approximated",
        "the grammar is told in words: nothing enforces it",
      );
    else w.losses.hint(at, "custom-tool", "emulated", "a freeform tool is declared as a function with one string");
    const lowered = lowerCustomTool(tool);
    const strict = w.to.traits.strictTools ? { strict: false } : {};
    return {
      type: "function",
      name: toolName(tool.name, "custom", namespace, w),
      description: lowered.description,
      parameters: lowered.schema,
      ...strict,
    };
  }
  return {
    type: "custom",
    name: toolName(tool.name, "custom", namespace, w),
    ...(tool.description !== undefined && { description: tool.description }),
    ...(tool.format !== undefined && { format: tool.format }),
    ...(w.own && tool.defer !== undefined && { defer_loading: tool.defer }),
    ...beside,
  };
}

const string: JsonObject = { type: "string" };
const objectOf = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: "object",
  properties,
  required,
});

/** Anthropic trains its models on these tools and never prints their schemas; others need them. https://docs.claude.com/en/docs/agents-and-tools/tool-use */
const FOREIGN_BUILTINS: readonly (readonly [RegExp, string, JsonObject])[] = [
  [
    /^bash_/,
    "Runs a command in a persistent bash session. `restart: true` starts a new one.",
    objectOf({ command: string, restart: { type: "boolean" } }, []),
  ],
  [
    /^text_editor_/,
    "Views and edits files: view, create, str_replace, insert.",
    objectOf(
      {
        command: { type: "string", enum: ["view", "create", "str_replace", "insert", "undo_edit"] },
        path: string,
        file_text: string,
        old_str: string,
        new_str: string,
        insert_line: { type: "integer" },
        insert_text: string,
        view_range: { type: "array", items: { type: "integer" } },
      },
      ["command", "path"],
    ),
  ],
  [
    /^memory_/,
    "Keeps notes in files below /memories: view, create, str_replace, insert, delete, rename.",
    objectOf(
      {
        command: { type: "string", enum: ["view", "create", "str_replace", "insert", "delete", "rename"] },
        path: string,
        file_text: string,
        old_str: string,
        new_str: string,
        insert_line: { type: "integer" },
        insert_text: string,
        old_path: string,
        new_path: string,
      },
      ["command"],
    ),
  ],
  [
    /^computer_/,
    "Uses a screen, a mouse and a keyboard.",
    objectOf(
      {
        action: string,
        coordinate: { type: "array", items: { type: "integer" } },
        start_coordinate: { type: "array", items: { type: "integer" } },
        text: string,
        duration: { type: "number" },
        scroll_direction: string,
        scroll_amount: { type: "integer" },
      },
      ["action"],
    ),
  ],
];

function foreignBuiltin(tool: Extract<Tool, { kind: "builtin" }>, w: Writing): JsonObject {
  w.losses.hint(tool, "builtin-tool", "emulated", `${tool.wire} is declared as a function`);
  const known = FOREIGN_BUILTINS.find(([wire]) => wire.test(tool.wire));
  const strict = w.to.traits.strictTools ? { strict: false } : {};
  return {
    type: "function",
    name: toolName(tool.name, "builtin", undefined, w),
    description: known?.[1] ?? `The tool ${tool.wire}.`,
    parameters: known?.[2] ?? { ...EMPTY_SCHEMA, additionalProperties: true },
    ...strict,
  };
}

function hostedTool(tool: Extract<Tool, { kind: "hosted" }>, w: Writing): readonly JsonObject[] {
  if (tool.dialect === OPENAI_RESPONSES) return [tool.raw as JsonObject];
  const raw = isObject(tool.raw) ? tool.raw : {};
  if (typeof raw.type === "string" && raw.type.startsWith("web_search")) {
    w.losses.hint(tool, "web-search", "emulated", "the search of this vendor stands in for the other's");
    return [webSearch(raw)];
  }
  w.losses.meaning(tool, "hosted-tool", "dropped", `${tool.name} runs at another vendor`);
  return [];
}

function webSearch(raw: JsonObject): JsonObject {
  const domains: Json | undefined = raw.allowed_domains;
  return {
    type: "web_search",
    ...(isList(domains) && domains.length > 0 && { filters: { allowed_domains: domains } }),
    ...(isObject(raw.user_location) && { user_location: raw.user_location }),
  };
}

export function encodeToolChoice(choice: ToolChoice, w: Writing): Json | undefined {
  switch (choice.mode) {
    case "auto":
    case "none":
    case "required":
      return choice.mode;
    case "one":
      return choiceOf(choice.tool, w);
    case "allowed":
      return {
        type: "allowed_tools",
        mode: choice.required ? "required" : "auto",
        tools: choice.tools.map((tool) => choiceOf(tool, w)),
      };
    case "opaque":
      if (choice.dialect === OPENAI_RESPONSES) return choice.raw;
      const note = "a choice that only its own dialect understands";
      w.losses.meaning(w.said.field("toolChoice"), "tool-choice", "dropped", note);
      return undefined;
  }
}

function choiceOf(tool: ToolRef, w: Writing): JsonObject {
  const builtin = builtinOf(tool, w);
  if (builtin) return { type: builtin.name };
  return { type: tool.via === "custom" && w.to.traits.customTools ? "custom" : "function", ...wireTool(tool, w) };
}
