/** Which tools a request offers, wherever they were declared: at the top, among the entries, in namespaces. */
import { waitingTools } from "../../ir/deferred.ts";
import type { ModelRequest, Tool } from "../../ir/request.ts";
import { toolsIn } from "../../ir/tools.ts";
import { loseUnread } from "../../ir/unread.ts";
import type { Writing } from "./writing.ts";

/** Tools of the top, of Codex's additional_tools and of tool searches, namespaces opened, each once, in order of appearance. */
export function offeredTools(request: ModelRequest, writing: Writing): readonly Tool[] {
  const once = new Map<string, Tool>();
  const offer = (tool: Tool): void => {
    const key = keyOf(tool);
    if (!once.has(key)) once.set(key, tool);
  };
  for (const tool of request.tools) open(tool, writing, offer);
  for (const entry of request.entries) for (const tool of toolsIn(entry)) open(tool, writing, offer);
  return withoutDeferred([...once.values()], request, writing);
}

const keyOf = (tool: Tool): string =>
  JSON.stringify([
    tool.name,
    "namespace" in tool ? (tool.namespace ?? "") : "",
    tool.kind === "hosted" ? tool.raw : null,
  ]);

function open(tool: Tool, writing: Writing, offer: (tool: Tool) => void): void {
  if (tool.kind !== "namespace") return offer(tool);
  loseUnread(writing.losses, writing.said.place(tool), tool.hints);
  for (const inner of tool.tools) open(inNamespace(inner, tool.name), writing, offer);
}

const inNamespace = (tool: Tool, namespace: string): Tool =>
  tool.kind === "function" || tool.kind === "custom" ? { ...tool, namespace: tool.namespace ?? namespace } : tool;

function withoutDeferred(tools: readonly Tool[], request: ModelRequest, writing: Writing): readonly Tool[] {
  const waits = waitingTools(tools, request.entries);
  return tools.filter((tool) => {
    if (!waits(tool)) return true;
    const note = "a deferred tool is left out until the conversation names it";
    writing.losses.hint(tool, "deferred-tool", "emulated", note);
    return false;
  });
}
