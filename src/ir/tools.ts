/** One map from the caller's tools to the names that an upstream sees, agreed on by the request and its reply. */
import { createHash } from "node:crypto";
import { assertNever } from "./assert-never.ts";
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
const SAFE_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const HASH_LENGTH = 8;
/** `_` and the number of a tool: no body is long enough for ten million. */
const SUFFIX_LENGTH_MAX = 8;

/** The decoder, the encoder and the reply of one call ask for the same map, by the same list of tools. */
const MAPS = new WeakMap<readonly Tool[], ToolMap>();

export function toolMap(tools: readonly Tool[], entries: readonly Entry[] = []): ToolMap {
  const later: Tool[] = [];
  for (const entry of entries) later.push(...toolsIn(entry));
  if (later.length > 0) return mapOf([...tools, ...later]);
  const known = MAPS.get(tools);
  if (known) return known;
  const map = mapOf(tools);
  MAPS.set(tools, map);
  return map;
}

function mapOf(tools: readonly Tool[]): ToolMap {
  const byName = new Map<string, Declared>();
  const byWire = new Map<string, ToolRef>();
  /** By the bare name, for Codex may leave the namespace out; undefined: it stands in more than one. */
  const byBareName = new Map<string, ToolRef | undefined>();
  const flatNames = uniqueNames((name) => name.slice(0, NAME_LENGTH_MAX - SUFFIX_LENGTH_MAX));
  const declare = (tool: ToolRef): void => {
    const key = keyOf(tool.name, tool.namespace);
    if (byName.has(key)) return;
    const wire = flatNames.take(flatName(tool));
    byName.set(key, { tool, wire });
    byBareName.set(tool.name, byBareName.has(tool.name) ? undefined : tool);
    byWire.set(wire, tool);
  };
  for (const tool of tools) refsOf(tool, undefined, declare);
  const find = (name: string, namespace?: string): ToolRef | undefined =>
    byName.get(keyOf(name, namespace))?.tool ??
    // OpenAI puts a tool that its own search loaded into a namespace called like the tool (recording openai-tool-search).
    (namespace === undefined ? byBareName.get(name) : byName.get(keyOf(name, undefined))?.tool);
  return {
    wireName: (tool) => byName.get(keyOf(tool.name, tool.namespace))?.wire ?? flatName(tool),
    byWireName: (name) => byWire.get(name),
    find,
    any: byName.size > 0,
  };
}

interface Declared {
  readonly tool: ToolRef;
  /** Its flat name. */
  readonly wire: string;
}

/** What an entry declares: Codex's additional tools, and what a tool search found. */
export function toolsIn(entry: Entry): readonly Tool[] {
  if (entry.kind === "tools") return entry.tools;
  const found = entry.kind === "result" && typeof entry.content === "object" && "tools" in entry.content;
  return found ? entry.content.tools : NONE;
}
const NONE: readonly Tool[] = [];

export const NO_TOOLS: ToolMap = toolMap([]);

/** Asked for every call of a conversation: most tools have no namespace, and need no JSON to be told apart. */
const keyOf = (name: string, namespace: string | undefined): string =>
  namespace ? JSON.stringify([namespace, name]) : `:${name}`;

function flatName(tool: ToolRef): string {
  const whole = tool.namespace === undefined ? tool.name : `${tool.namespace}__${tool.name}`;
  return SAFE_NAME.test(whole) ? whole : shorten(whole.replace(/[^a-zA-Z0-9_-]/g, "_"), whole);
}

function shorten(safe: string, whole: string): string {
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, HASH_LENGTH);
  return `${safe.slice(0, NAME_LENGTH_MAX - HASH_LENGTH - 1)}_${hash}`;
}

function refsOf(tool: Tool, namespace: string | undefined, take: (ref: ToolRef) => void): void {
  switch (tool.kind) {
    case "function":
    case "custom":
      return take(refOf(tool.kind, tool.name, tool.namespace ?? namespace));
    case "builtin":
      return take(refOf("builtin", tool.name));
    case "namespace":
      for (const inner of tool.tools) refsOf(inner, tool.name, take);
      return;
    case "hosted":
      return;
    default:
      assertNever(tool);
  }
}

export const refOf = (via: ToolRef["via"], name: string, namespace?: string): ToolRef =>
  namespace === undefined ? { via, name } : { via, name, namespace };
