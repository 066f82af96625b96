/** Tools and the choice among them, written: everything is a function with a flat name, except what Anthropic runs itself. */
import { lowerCustomTool } from "../../ir/lower.ts";
import type { CustomTool, FunctionTool, Tool, ToolChoice, ToolRef } from "../../ir/request.ts";
import { isObject, type JsonObject, pathOf } from "../../wire/json.ts";
import { builtinFunction } from "./builtins.ts";
import { inputSchema } from "./schema.ts";
import { compact, DIALECT } from "./wire.ts";
import type { Writing } from "./writing.ts";

export function encodeTools(writing: Writing): JsonObject[] {
  const printed: Printed = { writing, names: new Set(), allowed: allowedNames(writing) };
  const { tools, entries } = writing.request;
  const declared = tools.flatMap((tool, index) => encodeTool(tool, undefined, pathOf("tools", index), printed));
  // Codex declares tools among the entries, and its tool search answers with more of them (facts: clients.md §3).
  const later = entries.flatMap((entry, index) => {
    const found = entry.kind === "tools" ? entry.tools : entry.kind === "result" ? searched(entry.content) : [];
    return found.flatMap((tool, n) => encodeTool(tool, undefined, `entries[${index}].tools[${n}]`, printed));
  });
  return [...declared, ...later];
}

/** `parallel_tool_calls: false` needs a choice to stand in. Without tools there is none. */
export function encodeToolChoice(writing: Writing, anyTools: boolean): JsonObject | undefined {
  const { toolChoice, parallelCalls } = writing.request;
  if (!anyTools) return undefined;
  const choice = toolChoice ? choiceOf(toolChoice, writing) : undefined;
  if (parallelCalls !== false || choice?.type === "none") return choice;
  return { ...(choice ?? { type: "auto" }), disable_parallel_tool_use: true };
}

interface Printed {
  readonly writing: Writing;
  /** A name declared twice is refused. */
  readonly names: Set<string>;
  /** Wire names that an `allowed_tools` choice leaves; undefined: all. */
  readonly allowed: ReadonlySet<string> | undefined;
}

const searched = (content: unknown): readonly Tool[] =>
  typeof content === "object" && content !== null && "tools" in content ? (content.tools as readonly Tool[]) : [];

function encodeTool(tool: Tool, namespace: string | undefined, at: string, printed: Printed): JsonObject[] {
  const { writing } = printed;
  switch (tool.kind) {
    case "namespace":
      return tool.tools.flatMap((inner, index) => encodeTool(inner, tool.name, `${at}.tools[${index}]`, printed));
    case "hosted":
      return encodeHosted(tool, at, printed);
    case "function":
      return named({ via: "function", name: tool.name, namespace: tool.namespace ?? namespace }, printed, (name) =>
        encodeFunction(name, tool, at, writing),
      );
    case "custom":
      return named({ via: "custom", name: tool.name, namespace: tool.namespace ?? namespace }, printed, (name) =>
        encodeCustom(name, tool, at, writing),
      );
    case "builtin":
      return named({ via: "builtin", name: tool.name }, printed, (name) => encodeBuiltin(name, tool, at, writing));
  }
}

function named(tool: ToolRef, printed: Printed, print: (name: string) => JsonObject): JsonObject[] {
  const name = printed.writing.tools.wireName(tool);
  if (printed.names.has(name) || printed.allowed?.has(name) === false) return [];
  printed.names.add(name);
  return [print(name)];
}

function encodeFunction(name: string, tool: FunctionTool, at: string, writing: Writing): JsonObject {
  const { own, to } = writing;
  const hint = (feature: string, note: string): void =>
    writing.losses.add({ path: at, feature, how: "dropped", weight: "hint", note });
  if (tool.strict === true && !to.traits.strictTools)
    hint("strict-tools", "this model does not check arguments against the schema");
  if (tool.defer === true && !own)
    hint("deferred-tool", "the tool is declared at once: deferred loading needs Anthropic's own tool search");
  if (tool.hints && !own) hint("tool-hints", `${Object.keys(tool.hints).join(", ")}: only another dialect reads it`);
  return compact({
    ...(own && tool.hints?.type !== undefined ? { type: tool.hints.type } : {}),
    name,
    description: tool.description,
    input_schema: own && tool.schema !== undefined ? tool.schema : inputSchema(tool.schema, at, writing.losses),
    strict: to.traits.strictTools || own ? (tool.strict ?? undefined) : undefined,
    defer_loading: own ? tool.defer : undefined,
    ...(own ? tool.hints : {}),
    cache_control: writing.breakpoints.take(tool.mark, at),
  });
}

function encodeCustom(name: string, tool: CustomTool, at: string, writing: Writing): JsonObject {
  const lowered = lowerCustomTool(tool);
  const isConstrained = isObject(tool.format) && tool.format.type === "grammar";
  writing.losses.add({
    path: at,
    feature: isConstrained ? "tool-grammar" : "custom-tool",
    how: isConstrained ? "approximated" : "emulated",
    weight: "hint",
    note: isConstrained
      ? `the grammar of ${tool.name} is told in words: nothing enforces it`
      : `${tool.name} takes its text as the one string of a function`,
  });
  return { name, description: lowered.description, input_schema: lowered.schema };
}

function encodeBuiltin(
  name: string,
  tool: Extract<Tool, { kind: "builtin" }>,
  at: string,
  writing: Writing,
): JsonObject {
  if (tool.dialect === DIALECT && isObject(tool.raw)) return writing.breakpoints.takeRaw(tool.raw, at);
  writing.losses.add({
    path: at,
    feature: "builtin-tool",
    how: "emulated",
    weight: "hint",
    note: `${tool.wire} is declared as a function of the same name`,
  });
  return { name, ...builtinFunction(tool) };
}

const WEB_SEARCH = "web_search";

/** A tool that its vendor runs exists only there. Web search is the one that both have. */
function encodeHosted(tool: Extract<Tool, { kind: "hosted" }>, at: string, printed: Printed): JsonObject[] {
  const { losses, breakpoints } = printed.writing;
  const raw = isObject(tool.raw) ? tool.raw : {};
  if (tool.dialect === DIALECT) return [breakpoints.takeRaw(raw, at)];
  const wire = typeof raw.type === "string" ? raw.type : tool.name;
  if (!wire.startsWith(WEB_SEARCH) || printed.names.has(WEB_SEARCH)) {
    losses.add({
      path: at,
      feature: "hosted-tool",
      how: "dropped",
      weight: "meaning",
      note: `${wire} runs at another vendor only`,
    });
    return [];
  }
  printed.names.add(WEB_SEARCH);
  losses.add({
    path: at,
    feature: "web-search",
    how: "emulated",
    weight: "hint",
    note: "Anthropic's own web search answers instead",
  });
  return [encodeWebSearch(raw)];
}

/** https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool; `filters` and `user_location` as OpenAI has them. */
function encodeWebSearch(raw: JsonObject): JsonObject {
  const filters = isObject(raw.filters) ? raw.filters : {};
  const place = isObject(raw.user_location) ? raw.user_location : undefined;
  return compact({
    type: "web_search_20250305",
    name: WEB_SEARCH,
    allowed_domains: filters.allowed_domains ?? undefined,
    user_location: place && { type: "approximate", ...(isObject(place.approximate) ? place.approximate : place) },
  });
}

function allowedNames(writing: Writing): ReadonlySet<string> | undefined {
  const choice = writing.request.toolChoice;
  if (choice?.mode !== "allowed") return undefined;
  writing.losses.add({
    path: "tool_choice",
    feature: "allowed-tools",
    how: "emulated",
    weight: "hint",
    note: "only the allowed tools are declared: the prompt cache starts anew",
  });
  return new Set(choice.tools.map((tool) => writing.tools.wireName(tool)));
}

function choiceOf(choice: ToolChoice, writing: Writing): JsonObject | undefined {
  switch (choice.mode) {
    case "auto":
    case "none":
      return { type: choice.mode };
    case "required":
      return { type: "any" };
    case "one":
      return { type: "tool", name: writing.tools.wireName(choice.tool) };
    case "allowed":
      return { type: choice.required ? "any" : "auto" };
    case "opaque": {
      if (choice.dialect === DIALECT && isObject(choice.raw)) return choice.raw;
      const note = "this choice names a tool that another vendor runs";
      writing.losses.add({ path: "tool_choice", feature: "tool-choice", how: "dropped", weight: "meaning", note });
      return undefined;
    }
  }
}
