/** Which tools a request offers, wherever they were declared: at the top, among the entries, in namespaces. */
import type { Entry, ModelRequest, Tool } from "../../ir/request.ts";
import { pathOf } from "../../wire/json.ts";
import { hint, type Writing } from "./writing.ts";

export interface Offered {
  readonly tool: Tool;
  readonly at: string;
}

/** Tools of the top, of Codex's additional_tools and of tool searches, namespaces opened, each once, in order of appearance. */
export function offeredTools(request: ModelRequest, writing: Writing): readonly Offered[] {
  const all = [
    ...request.tools.flatMap((tool, index) => opened(tool, pathOf("tools", index))),
    ...request.entries.flatMap((entry, index) => {
      const at = pathOf("entries", index);
      return toolsIn(entry).flatMap((tool) => opened(tool, at));
    }),
  ];
  const seen = new Set<string>();
  const once = all.filter(({ tool }) => {
    const key = keyOf(tool);
    return !seen.has(key) && seen.add(key);
  });
  return withoutDeferred(once, request, writing);
}

const keyOf = (tool: Tool): string =>
  JSON.stringify([
    tool.name,
    "namespace" in tool ? (tool.namespace ?? "") : "",
    tool.kind === "hosted" ? tool.raw : null,
  ]);

function opened(tool: Tool, at: string): readonly Offered[] {
  if (tool.kind !== "namespace") return [{ tool, at }];
  return tool.tools.flatMap((inner) => opened(inNamespace(inner, tool.name), at));
}

const inNamespace = (tool: Tool, namespace: string): Tool =>
  tool.kind === "function" || tool.kind === "custom" ? { ...tool, namespace: tool.namespace ?? namespace } : tool;

function toolsIn(entry: Entry): readonly Tool[] {
  if (entry.kind === "tools") return entry.tools;
  const found = entry.kind === "result" && typeof entry.content === "object" && "tools" in entry.content;
  return found ? entry.content.tools : [];
}

/**
 * A deferred tool is offered once something named it, so that the client's own tool search keeps its sense. A vendor's
 * search cannot run here: then all are offered.
 */
function withoutDeferred(tools: readonly Offered[], request: ModelRequest, writing: Writing): readonly Offered[] {
  if (tools.some(({ tool }) => tool.kind === "hosted" && tool.name.startsWith("tool_search"))) return tools;
  const named = new Set(request.entries.flatMap(namedTools));
  return tools.filter(({ tool, at }) => {
    const waits = (tool.kind === "function" || tool.kind === "custom") && tool.defer === true && !named.has(tool.name);
    if (waits)
      hint(writing, "emulated", at, "deferred-tool", "a deferred tool is left out until the conversation names it");
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
