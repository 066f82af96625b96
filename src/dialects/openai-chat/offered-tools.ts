/** Which tools a request offers, wherever they were declared: at the top, among the entries, in namespaces. */
import { waitingTools } from "../../ir/deferred.ts";
import type { Entry, ModelRequest, Tool } from "../../ir/request.ts";
import { loseUnread } from "../../ir/unread.ts";
import { hint, type Writing } from "./writing.ts";

/** Tools of the top, of Codex's additional_tools and of tool searches, namespaces opened, each once, in order of appearance. */
export function offeredTools(request: ModelRequest, writing: Writing): readonly Tool[] {
  const all = [...request.tools, ...request.entries.flatMap(toolsIn)].flatMap((tool) => opened(tool, writing));
  const seen = new Set<string>();
  const once = all.filter((tool) => {
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

function opened(tool: Tool, writing: Writing): readonly Tool[] {
  if (tool.kind !== "namespace") return [tool];
  loseUnread(writing.losses, writing.said.place(tool), tool.hints);
  return tool.tools.flatMap((inner) => opened(inNamespace(inner, tool.name), writing));
}

const inNamespace = (tool: Tool, namespace: string): Tool =>
  tool.kind === "function" || tool.kind === "custom" ? { ...tool, namespace: tool.namespace ?? namespace } : tool;

function toolsIn(entry: Entry): readonly Tool[] {
  if (entry.kind === "tools") return entry.tools;
  const found = entry.kind === "result" && typeof entry.content === "object" && "tools" in entry.content;
  return found ? entry.content.tools : [];
}

function withoutDeferred(tools: readonly Tool[], request: ModelRequest, writing: Writing): readonly Tool[] {
  const waits = waitingTools(tools, request.entries);
  return tools.filter((tool) => {
    if (!waits(tool)) return true;
    const note = "a deferred tool is left out until the conversation names it";
    hint(writing, "emulated", writing.said.place(tool), "deferred-tool", note);
    return false;
  });
}
