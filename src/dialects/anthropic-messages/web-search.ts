/** Anthropic's own web search, as its clients ask for it and see it, for a model whose vendor runs none. https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
import { lossless, type Translated } from "../../ir/loss.ts";
import type { Entry, ModelRequest, Tool } from "../../ir/request.ts";
import {
  type Found,
  foundText,
  SEARCH_FUNCTION,
  searchCall,
  searchResult,
  type WebSearch,
  type WebSearches,
} from "../../ir/web-search.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

export const webSearch: WebSearches = { asked, asFunction, withoutOurs, inputDelta, blocks };

const ID = "srvtoolu_cs_";
const USES_DEFAULT = 5;
/** A bound of ours on what one answer may cost. */
const USES_MAX = 10;

type Hosted = Extract<Tool, { kind: "hosted" }>;
const isWebSearch = (tool: Tool): tool is Hosted =>
  tool.kind === "hosted" &&
  tool.dialect === ANTHROPIC_MESSAGES &&
  isObject(tool.raw) &&
  typeof tool.raw.type === "string" &&
  tool.raw.type.startsWith("web_search_");

function asked({ tools }: ModelRequest): WebSearch | undefined {
  const hosted = tools.find(isWebSearch);
  if (!hosted || tools.some((tool) => tool.kind === "function" && tool.name === SEARCH_FUNCTION.name)) return undefined;
  const { max_uses: uses, allowed_domains: allowed, blocked_domains: blocked } = hosted.raw as JsonObject;
  return {
    usesMax: Math.min(typeof uses === "number" ? uses : USES_DEFAULT, USES_MAX),
    ...(isList(allowed) && { allowed: allowed.filter(isText) }),
    ...(isList(blocked) && { blocked: blocked.filter(isText) }),
  };
}
const isText = (value: Json): value is string => typeof value === "string";

function asFunction(request: ModelRequest): Translated<ModelRequest> {
  const at = request.tools.findIndex(isWebSearch);
  return {
    value: {
      ...request,
      tools: request.tools.flatMap((tool, index) =>
        index === at ? [SEARCH_FUNCTION] : isWebSearch(tool) ? [] : [tool],
      ),
      entries: request.entries.map(asFunctionEntry),
    },
    losses: [
      {
        path: `tools[${at}]`,
        feature: "web-search",
        how: "emulated",
        weight: "hint",
        note: "the gateway searches for this model; the answer comes at once when it is whole",
      },
    ],
  };
}

function asFunctionEntry(entry: Entry): Entry {
  const raw =
    entry.kind === "opaque" && entry.dialect === ANTHROPIC_MESSAGES && isObject(entry.raw) ? entry.raw : undefined;
  if (raw?.type === "server_tool_use" && raw.name === SEARCH_FUNCTION.name)
    return searchCall(String(raw.id), JSON.stringify(raw.input ?? {}));
  if (raw?.type === "web_search_tool_result") return searchResult(String(raw.tool_use_id), foundBefore(raw.content));
  return entry;
}

function withoutOurs(request: ModelRequest): Translated<ModelRequest> {
  const isOurs = (entry: Entry): boolean =>
    entry.kind === "opaque" && isObject(entry.raw) && String(entry.raw.id ?? entry.raw.tool_use_id).startsWith(ID);
  if (!request.entries.some(isOurs)) return lossless(request);
  const entries = request.entries.flatMap((entry): readonly Entry[] => {
    if (!isOurs(entry)) return [entry];
    const raw = (entry as Extract<Entry, { kind: "opaque" }>).raw as JsonObject;
    if (raw.type !== "web_search_tool_result") return [];
    return [
      { kind: "message", role: "assistant", content: `[Searched the web]\n${foundText(foundBefore(raw.content))}` },
    ];
  });
  const note = "a search that the gateway ran is sent as text";
  return {
    value: { ...request, entries },
    losses: [{ path: "messages", feature: "web-search", how: "approximated", weight: "hint", note }],
  };
}

/** Excerpts of ours travel where Anthropic keeps its sealed ones; those of others nobody can read. */
const SEALED = "cs1.search.";
const sealed = (text: string): string => SEALED + Buffer.from(text).toString("base64url");
const unsealed = (value: Json | undefined): string =>
  typeof value === "string" && value.startsWith(SEALED)
    ? Buffer.from(value.slice(SEALED.length), "base64url").toString()
    : "";

function foundBefore(content: Json | undefined): Found {
  if (!isList(content)) return "unavailable";
  return content.filter(isObject).map((hit) => ({
    title: String(hit.title ?? ""),
    url: String(hit.url ?? ""),
    text: unsealed(hit.encrypted_content),
  }));
}

function inputDelta(input: Json): JsonObject {
  return { type: "input_json_delta", partial_json: JSON.stringify(input) };
}

function blocks(replyId: string, index: number, input: Json, found: Found): readonly JsonObject[] {
  const id = `${ID}${replyId}_${index}`;
  const content: Json =
    typeof found === "string"
      ? { type: "web_search_tool_result_error", error_code: found }
      : found.map(({ title, url, text, age }) => ({
          type: "web_search_result",
          title,
          url,
          encrypted_content: sealed(text),
          page_age: age ?? null,
        }));
  return [
    { type: "server_tool_use", id, name: SEARCH_FUNCTION.name, input },
    { type: "web_search_tool_result", tool_use_id: id, content },
  ];
}
