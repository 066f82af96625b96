/** One map from the caller's tools to the names that an upstream sees, agreed on by the request and its reply. */
import { createHash } from "node:crypto";
import type { Entry, Tool, ToolRef } from "./request.ts";
import { uniqueNames } from "./unique.ts";

export interface ToolMap {
  /** The flat name under which a dialect without namespaces or freeform tools declares and calls this tool. */
  wireName(tool: ToolRef): string;
  /** The caller's tool behind a flat wire name; undefined: it was never declared (a vendor runs it, or the model invented it). */
  byWireName(name: string): ToolRef | undefined;
  /** The caller's tool behind a name and namespace of a dialect that has both. */
  find(name: string, namespace?: string): ToolRef | undefined;
  /** True when the caller declared any tool at all. */
  readonly any: boolean;
}

/** Chat and Messages accept ^[a-zA-Z0-9_-]{1,64}$. https://docs.claude.com/en/docs/agents-and-tools/tool-use */
const NAME_LENGTH_MAX = 64;
const HASH_LENGTH = 8;
/** `_` and the number of a tool: no body is long enough for ten million. */
const SUFFIX_LENGTH_MAX = 8;

export function toolMap(tools: readonly Tool[], entries: readonly Entry[] = []): ToolMap {
  const byName = new Map<string, ToolRef>();
  const wireNames = new Map<string, string>();
  const byWire = new Map<string, ToolRef>();
  /** By the bare name, for Codex may leave the namespace out; undefined: it stands in more than one. */
  const byBareName = new Map<string, ToolRef | undefined>();
  const flatNames = uniqueNames((name) => name.slice(0, NAME_LENGTH_MAX - SUFFIX_LENGTH_MAX));
  for (const tool of [...declared(tools), ...entries.flatMap(toolsOf)]) {
    const key = keyOf(tool.name, tool.namespace);
    if (byName.has(key)) continue;
    byName.set(key, tool);
    byBareName.set(tool.name, byBareName.has(tool.name) ? undefined : tool);
    const wire = flatNames.take(flatName(tool));
    wireNames.set(key, wire);
    byWire.set(wire, tool);
  }
  const find = (name: string, namespace?: string): ToolRef | undefined =>
    byName.get(keyOf(name, namespace)) ??
    // OpenAI puts a tool that its own search loaded into a namespace called like the tool (recording openai-tool-search).
    (namespace === undefined ? byBareName.get(name) : byName.get(keyOf(name, undefined)));
  return {
    wireName: (tool) => wireNames.get(keyOf(tool.name, tool.namespace)) ?? flatName(tool),
    byWireName: (name) => byWire.get(name),
    find,
    any: byName.size > 0,
  };
}

export const NO_TOOLS: ToolMap = toolMap([]);

const keyOf = (name: string, namespace: string | undefined): string => JSON.stringify([namespace ?? "", name]);

function flatName(tool: ToolRef): string {
  const whole = tool.namespace === undefined ? tool.name : `${tool.namespace}__${tool.name}`;
  const safe = whole.replace(/[^a-zA-Z0-9_-]/g, "_");
  return safe.length <= NAME_LENGTH_MAX && safe === whole && safe !== "" ? safe : shorten(safe, whole);
}

function shorten(safe: string, whole: string): string {
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, HASH_LENGTH);
  return `${safe.slice(0, NAME_LENGTH_MAX - HASH_LENGTH - 1)}_${hash}`;
}

function declared(tools: readonly Tool[], namespace?: string): ToolRef[] {
  return tools.flatMap((tool): ToolRef[] => {
    switch (tool.kind) {
      case "function":
      case "custom":
        return [ref(tool.kind, tool.name, tool.namespace ?? namespace)];
      case "builtin":
        return [ref("builtin", tool.name)];
      case "namespace":
        return declared(tool.tools, tool.name);
      case "hosted":
        return [];
    }
  });
}

const ref = (via: ToolRef["via"], name: string, namespace?: string): ToolRef =>
  namespace === undefined ? { via, name } : { via, name, namespace };

function toolsOf(entry: Entry): ToolRef[] {
  if (entry.kind === "tools") return declared(entry.tools);
  if (entry.kind === "result" && typeof entry.content === "object" && "tools" in entry.content)
    return declared(entry.content.tools);
  return [];
}
