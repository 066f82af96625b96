/** Which tools a request offers, wherever they were declared: at the top, among the entries, in namespaces. */
import { waitingTools } from "../../ir/deferred.ts";
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

function withoutDeferred(tools: readonly Offered[], request: ModelRequest, writing: Writing): readonly Offered[] {
  const waits = waitingTools(
    tools.map(({ tool }) => tool),
    request.entries,
  );
  return tools.filter(({ tool, at }) => {
    if (!waits(tool)) return true;
    hint(writing, "emulated", at, "deferred-tool", "a deferred tool is left out until the conversation names it");
    return false;
  });
}
