/** Tools as Chat has them: namespaces flattened, freeform ones lowered where the vendor has none, the rest told. */
import { lowerCustomTool } from "../../ir/lower.ts";
import type { LossList } from "../../ir/loss.ts";
import type { CustomTool, Entry, FunctionTool, ModelRequest, Tool, ToolChoice, ToolRef } from "../../ir/request.ts";
import type { ToolMap } from "../../ir/tools.ts";
import { isObject, type Json, type JsonObject, pathOf } from "../../wire/json.ts";
import { loseMark, type Writing } from "./part-encode.ts";
import { CHAT } from "./wire.ts";

/** Vendors refuse a choice where there is nothing to choose from. */
export function encodeTools(request: ModelRequest, names: ToolMap, writing: Writing): JsonObject {
  const tools = offeredTools(request, writing.losses).flatMap(({ tool, at }) => encodeTool(tool, at, names, writing));
  return tools.length > 0 ? { tools, ...choiceFields(request, tools, names, writing) } : {};
}

interface Offered {
  readonly tool: Tool;
  readonly at: string;
}

/** Tools of the top, of Codex's additional_tools and of tool searches, namespaces opened, each once, in order of appearance. */
function offeredTools(request: ModelRequest, losses: LossList): readonly Offered[] {
  const all = [
    ...request.tools.flatMap((tool, index) => opened(tool, pathOf("tools", index))),
    ...request.entries.flatMap((entry, index) =>
      toolsIn(entry).flatMap((tool) => opened(tool, pathOf("entries", index))),
    ),
  ];
  const seen = new Set<string>();
  const once = all.filter(({ tool }) => {
    const key = JSON.stringify([
      tool.kind === "hosted" ? tool.raw : "",
      "namespace" in tool ? tool.namespace : "",
      tool.name,
    ]);
    return !seen.has(key) && seen.add(key);
  });
  return withoutDeferred(once, request, losses);
}

function opened(tool: Tool, at: string): readonly Offered[] {
  if (tool.kind !== "namespace") return [{ tool, at }];
  return tool.tools.flatMap((inner) =>
    opened(
      inner.kind === "function" || inner.kind === "custom"
        ? { ...inner, namespace: inner.namespace ?? tool.name }
        : inner,
      at,
    ),
  );
}

const toolsIn = (entry: Entry): readonly Tool[] =>
  entry.kind === "tools"
    ? entry.tools
    : entry.kind === "result" && typeof entry.content === "object" && "tools" in entry.content
      ? entry.content.tools
      : [];

/** A deferred tool is offered once something named it: so the client's own tool search keeps its sense. A vendor's search cannot run here: then all are. */
function withoutDeferred(tools: readonly Offered[], request: ModelRequest, losses: LossList): readonly Offered[] {
  if (tools.some(({ tool }) => tool.kind === "hosted" && tool.name.startsWith("tool_search"))) return tools;
  const named = new Set(request.entries.flatMap(namedTools));
  return tools.filter(({ tool, at }) => {
    const waits = (tool.kind === "function" || tool.kind === "custom") && tool.defer === true && !named.has(tool.name);
    if (waits)
      losses.add({
        path: at,
        feature: "deferred-tool",
        how: "emulated",
        weight: "hint",
        note: "a deferred tool is left out until the conversation names it",
      });
    return !waits;
  });
}

function namedTools(entry: Entry): readonly string[] {
  if (entry.kind === "call") return [entry.tool.name];
  if (entry.kind !== "result" || typeof entry.content === "string") return [];
  if ("tools" in entry.content)
    return entry.content.tools.flatMap((tool) => opened(tool, "")).map(({ tool }) => tool.name);
  return entry.content.flatMap((part) => (part.kind === "tool-ref" ? [part.name] : []));
}

function encodeTool(tool: Tool, at: string, names: ToolMap, writing: Writing): readonly JsonObject[] {
  switch (tool.kind) {
    case "function":
      return [functionTool(tool, at, names, writing)];
    case "custom":
      return [customTool(tool, at, names, writing)];
    case "builtin":
      return builtinTool(tool, at, names, writing);
    case "hosted":
      if (tool.dialect === CHAT) return [tool.raw as JsonObject];
      return lost(
        at,
        "hosted-tool",
        `${tool.name} is run by the vendor of ${tool.dialect}; a Chat upstream has none`,
        writing,
      );
    case "namespace":
      return [];
  }
}

function lost(path: string, feature: string, note: string, writing: Writing): readonly [] {
  writing.losses.add({ path, feature, how: "dropped", weight: "meaning", note });
  return [];
}

/** Chat clients leave the schema of a tool without input out (Qwen Code); from elsewhere an empty one is the safer word. */
const EMPTY_SCHEMA: JsonObject = { type: "object", properties: {} };

function functionTool(tool: FunctionTool, at: string, names: ToolMap, writing: Writing): JsonObject {
  if (tool.mark) loseMark(at, writing.losses);
  if (tool.hints) {
    const note = `${Object.keys(tool.hints).join(", ")} of a tool: no place in Chat`;
    writing.losses.add({ path: at, feature: "tool-hints", how: "dropped", weight: "hint", note });
  }
  const strict = writing.traits.strictTools && typeof tool.strict === "boolean" ? { strict: tool.strict } : {};
  if (tool.strict === true && !writing.traits.strictTools)
    writing.losses.add({
      path: at,
      feature: "strict-tool",
      how: "dropped",
      weight: "hint",
      note: "this vendor does not hold arguments to the schema",
    });
  const parameters = tool.schema ?? (writing.own ? undefined : EMPTY_SCHEMA);
  return declaration(names.wireName(refOf("function", tool)), tool.description, parameters, strict);
}

const declaration = (
  name: string,
  description: string | undefined,
  parameters: Json | undefined,
  rest: JsonObject = {},
): JsonObject => ({
  type: "function",
  function: {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...rest,
  },
});

const refOf = (via: ToolRef["via"], tool: FunctionTool | CustomTool): ToolRef =>
  tool.namespace === undefined ? { via, name: tool.name } : { via, name: tool.name, namespace: tool.namespace };

function customTool(tool: CustomTool, at: string, names: ToolMap, writing: Writing): JsonObject {
  const name = names.wireName(refOf("custom", tool));
  if (writing.traits.customTools) {
    const { description } = tool;
    return {
      type: "custom",
      custom: { name, ...(description === undefined ? {} : { description }), ...formatOf(tool.format) },
    };
  }
  const note = "a freeform tool became a function with one string; a grammar is told in its description, not enforced";
  writing.losses.add({ path: at, feature: "custom-tool", how: "emulated", weight: "hint", note });
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

/** A tool of another vendor that the client runs: offered as a function where it says what it takes (tool_search does). */
function builtinTool(
  tool: Extract<Tool, { kind: "builtin" }>,
  at: string,
  names: ToolMap,
  writing: Writing,
): readonly JsonObject[] {
  const raw = isObject(tool.raw) ? tool.raw : {};
  if (!isObject(raw.parameters))
    return lost(at, "builtin-tool", `${tool.wire} of ${tool.dialect} has no schema that Chat could offer`, writing);
  writing.losses.add({
    path: at,
    feature: "builtin-tool",
    how: "emulated",
    weight: "hint",
    note: `${tool.wire} is offered as a function`,
  });
  const description = typeof raw.description === "string" ? raw.description : undefined;
  return [declaration(names.wireName({ via: "builtin", name: tool.name }), description, raw.parameters)];
}

function choiceFields(
  request: ModelRequest,
  tools: readonly JsonObject[],
  names: ToolMap,
  writing: Writing,
): JsonObject {
  const { toolChoice, parallelCalls } = request;
  const { traits, losses } = writing;
  if (parallelCalls === false && !traits.parallelSwitch)
    losses.add({
      path: "parallel_tool_calls",
      feature: "parallel-switch",
      how: "dropped",
      weight: "meaning",
      note: "this vendor cannot be told to make one call at a time",
    });
  const parallel = parallelCalls !== undefined && traits.parallelSwitch ? { parallel_tool_calls: parallelCalls } : {};
  return { ...(toolChoice ? encodeChoice(toolChoice, tools, names, writing) : {}), ...parallel };
}

function encodeChoice(choice: ToolChoice, tools: readonly JsonObject[], names: ToolMap, writing: Writing): JsonObject {
  switch (choice.mode) {
    case "auto":
    case "none":
    case "required":
      return { tool_choice: choice.mode };
    case "one": {
      const named = find(tools, names.wireName(choice.tool));
      if (named) return { tool_choice: named };
      lost("tool_choice", "tool-choice", `the tool ${choice.tool.name} is not offered over Chat`, writing);
      return {};
    }
    case "allowed":
      return allowed(choice, tools, names, writing);
    case "opaque":
      if (choice.dialect === CHAT) return { tool_choice: choice.raw };
      lost("tool_choice", "tool-choice", `a choice that only ${choice.dialect} knows`, writing);
      return {};
  }
}

function find(tools: readonly JsonObject[], name: string): JsonObject | undefined {
  for (const type of ["function", "custom"] as const) {
    const found = tools.find((tool) => tool.type === type && isObject(tool[type]) && tool[type].name === name);
    if (found) return { type, [type]: { name } };
  }
  return undefined;
}

/** Only OpenAI has allowed_tools; elsewhere the others are not offered in this request. */
function allowed(
  choice: Extract<ToolChoice, { mode: "allowed" }>,
  tools: readonly JsonObject[],
  names: ToolMap,
  writing: Writing,
): JsonObject {
  const mode = choice.required ? "required" : "auto";
  const found = choice.tools.flatMap((tool): readonly JsonObject[] => {
    const named = find(tools, names.wireName(tool));
    return named ? [named] : [];
  });
  if (writing.traits.customTools)
    return { tool_choice: { type: "allowed_tools", allowed_tools: { mode, tools: found } } };
  writing.losses.add({
    path: "tool_choice",
    feature: "allowed-tools",
    how: "emulated",
    weight: "hint",
    note: "only the allowed tools are offered: the cached prefix differs",
  });
  const keep = new Set(found.map((one) => JSON.stringify(one)));
  const offered = tools.filter((tool) => {
    const body = isObject(tool.function) ? tool.function : {};
    return keep.has(JSON.stringify({ type: "function", function: { name: body.name } }));
  });
  return offered.length > 0 ? { tools: offered, tool_choice: mode } : { tool_choice: "none" };
}
