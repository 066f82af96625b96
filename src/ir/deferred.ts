/** Deferred tools: declared by the client, offered to the model once the conversation has named them. */
import type { Entry, Tool } from "./request.ts";

/** Which tools wait, so that the client's own tool search keeps its sense. A vendor's search cannot run elsewhere: where one was declared, none waits. */
export function waitingTools(tools: readonly Tool[], entries: readonly Entry[]): (tool: Tool) => boolean {
  if (tools.some((tool) => tool.kind === "hosted" && tool.name.startsWith("tool_search"))) return () => false;
  let named: ReadonlySet<string> | undefined;
  return (tool) =>
    (tool.kind === "function" || tool.kind === "custom") &&
    tool.defer === true &&
    !(named ??= new Set(entries.flatMap(namedTools))).has(tool.name);
}

function namedTools(entry: Entry): readonly string[] {
  if (entry.kind === "call") return [entry.tool.name];
  if (entry.kind !== "result" || typeof entry.content === "string") return [];
  if ("tools" in entry.content) return entry.content.tools.flatMap(namesOf);
  return entry.content.flatMap((part) => (part.kind === "tool-ref" ? [part.name] : []));
}

const namesOf = (tool: Tool): readonly string[] =>
  tool.kind === "namespace" ? tool.tools.flatMap(namesOf) : [tool.name];
