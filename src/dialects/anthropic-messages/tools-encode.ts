/** Tools and the choice among them, written: everything is a function with a flat name, except what Anthropic runs itself. */
import type { Loss } from "../../ir/loss.ts";
import { lowerCustomTool } from "../../ir/lower.ts";
import type { CustomTool, FunctionTool, Tool, ToolChoice, ToolRef } from "../../ir/request.ts";
import { toolSchema } from "../../ir/tool-schema.ts";
import { toolsIn } from "../../ir/tools.ts";
import { loseUnread, withHints } from "../../ir/unread.ts";
import { defined, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { builtinFunction } from "../openai-client-tools.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import type { Writing } from "./writing.ts";

export function encodeTools(writing: Writing): JsonObject[] {
  const printed: Printed = { writing, names: new Set(), allowed: allowedNames(writing) };
  const { tools, entries } = writing.request;
  const declared = tools.flatMap((tool) => encodeTool(tool, undefined, printed));
  // Codex declares tools among the entries, and its tool search answers with more of them (facts: clients.md §3).
  for (const entry of entries)
    for (const tool of toolsIn(entry)) declared.push(...encodeTool(tool, undefined, printed));
  return declared;
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

function encodeTool(tool: Tool, namespace: string | undefined, printed: Printed): JsonObject[] {
  const { writing } = printed;
  switch (tool.kind) {
    case "namespace":
      loseUnread(writing.losses, writing.said.place(tool), tool.hints);
      return tool.tools.flatMap((inner) => encodeTool(inner, tool.name, printed));
    case "hosted":
      return encodeHosted(tool, printed);
    case "function":
      return named({ via: "function", name: tool.name, namespace: tool.namespace ?? namespace }, printed, (name) =>
        encodeFunction(name, tool, writing),
      );
    case "custom":
      return named({ via: "custom", name: tool.name, namespace: tool.namespace ?? namespace }, printed, (name) =>
        encodeCustom(name, tool, writing),
      );
    case "builtin":
      return named({ via: "builtin", name: tool.name }, printed, (name) => encodeBuiltin(name, tool, writing));
  }
}

function named(tool: ToolRef, printed: Printed, print: (name: string) => JsonObject): JsonObject[] {
  const name = printed.writing.tools.wireName(tool);
  if (printed.names.has(name) || printed.allowed?.has(name) === false) return [];
  printed.names.add(name);
  return [print(name)];
}

function encodeFunction(name: string, tool: FunctionTool, writing: Writing): JsonObject {
  const { own } = writing;
  const at = writing.said.place(tool);
  if (tool.defer === true && !own) {
    const note = "the tool is declared at once: deferred loading needs Anthropic's own tool search";
    writing.losses.hint(at, "deferred-tool", "dropped", note);
  }
  const { type, ...hints } = withHints({}, tool, writing) as JsonObject;
  return defined({
    type,
    name,
    description: tool.description,
    ...inputOf(tool, writing),
    defer_loading: own ? tool.defer : undefined,
    ...hints,
    cache_control: writing.breakpoints.take(tool.mark),
  });
}

/** Its schema, and whether arguments are held to it. */
function inputOf(tool: FunctionTool, writing: Writing): { readonly input_schema: Json; readonly strict?: boolean } {
  const { own, to, losses, grammar } = writing;
  const at = writing.said.place(tool);
  if (own && tool.schema !== undefined)
    return { input_schema: tool.schema, ...(typeof tool.strict === "boolean" && { strict: tool.strict }) };
  const schema = toolSchema(tool.schema, to.traits.toolSchemas, at, losses);
  const lose = (how: Loss["how"], note: string): void => writing.losses.hint(`${at}.strict`, "strict-tool", how, note);
  if (tool.strict !== true)
    return { input_schema: schema, ...(tool.strict === false && to.traits.strictTools && { strict: false }) };
  if (!to.traits.strictTools) {
    lose("dropped", "this model does not check arguments against the schema");
    return { input_schema: schema };
  }
  const held = grammar.tool(schema);
  if ("why" in held) {
    lose("dropped", `Anthropic cannot hold arguments to this schema, for ${held.why}`);
    return { input_schema: schema };
  }
  if (held.told.length > 0)
    lose("approximated", `${held.told.join(", ")} stand in descriptions: nothing enforces them`);
  return { input_schema: held.schema, strict: true };
}

function encodeCustom(name: string, tool: CustomTool, writing: Writing): JsonObject {
  const lowered = lowerCustomTool(tool);
  const at = writing.said.place(tool);
  if (isObject(tool.format) && tool.format.type === "grammar") {
    const note = `the grammar of ${tool.name} is told in words: nothing enforces it`;
    writing.losses.hint(`${at}.format`, "tool-grammar", "approximated", note);
  } else
    writing.losses.hint(at, "custom-tool", "emulated", `${tool.name} takes its text as the one string of a function`);
  loseUnread(writing.losses, at, tool.hints);
  return { name, description: lowered.description, input_schema: lowered.schema };
}

function encodeBuiltin(name: string, tool: Extract<Tool, { kind: "builtin" }>, writing: Writing): JsonObject {
  const at = writing.said.place(tool);
  if (tool.dialect === ANTHROPIC_MESSAGES && isObject(tool.raw)) return writing.breakpoints.takeRaw(tool.raw, at);
  writing.losses.hint(at, "builtin-tool", "emulated", `${tool.wire} is declared as a function of the same name`);
  return { name, ...builtinFunction(tool) };
}

const WEB_SEARCH = "web_search";

/** A tool that its vendor runs exists only there. Web search is the one that both have. */
function encodeHosted(tool: Extract<Tool, { kind: "hosted" }>, printed: Printed): JsonObject[] {
  const { writing, names } = printed;
  const at = writing.said.place(tool);
  const raw = isObject(tool.raw) ? tool.raw : {};
  if (tool.dialect === ANTHROPIC_MESSAGES) return [writing.breakpoints.takeRaw(raw, at)];
  const wire = typeof raw.type === "string" ? raw.type : tool.name;
  if (!wire.startsWith(WEB_SEARCH) || names.has(WEB_SEARCH)) {
    writing.losses.meaning(at, "hosted-tool", "dropped", `${wire} runs at another vendor only`);
    return [];
  }
  names.add(WEB_SEARCH);
  writing.losses.hint(at, "web-search", "emulated", "Anthropic's own web search answers instead");
  return [encodeWebSearch(raw)];
}

/** https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool; `filters` and `user_location` as OpenAI has them. */
function encodeWebSearch(raw: JsonObject): JsonObject {
  const filters = isObject(raw.filters) ? raw.filters : {};
  const place = isObject(raw.user_location) ? raw.user_location : undefined;
  return defined({
    type: "web_search_20250305",
    name: WEB_SEARCH,
    allowed_domains: filters.allowed_domains ?? undefined,
    user_location: place && { type: "approximate", ...(isObject(place.approximate) ? place.approximate : place) },
  });
}

function allowedNames(writing: Writing): ReadonlySet<string> | undefined {
  const choice = writing.request.toolChoice;
  if (choice?.mode !== "allowed") return undefined;
  const note = "only the allowed tools are declared: the prompt cache starts anew";
  writing.losses.hint(writing.said.field("toolChoice"), "allowed-tools", "emulated", note);
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
      if (choice.dialect === ANTHROPIC_MESSAGES && isObject(choice.raw)) return choice.raw;
      const note = "this choice names a tool that another vendor runs";
      writing.losses.meaning(writing.said.field("toolChoice"), "tool-choice", "dropped", note);
      return undefined;
    }
  }
}
