/**
 * Anthropic's web search for a model whose vendor runs none: the model gets a function, the gateway searches and asks it
 * again, and the client sees one message with the blocks that Anthropic's own search would have left.
 */
import { collect, type WholeBlock } from "../ir/collect.ts";
import type { Finish, StreamEvent } from "../ir/events.ts";
import { lossless, type Translated } from "../ir/loss.ts";
import type { CallEntry, Entry, FunctionTool, ModelRequest, ResultEntry, Tool } from "../ir/request.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { afterRound, NO_USAGE, type Usage } from "../ir/usage.ts";
import { type Search, SearchError, type SearchFault, type SearchHit } from "../search/search-provider.ts";
import { isList, isObject, type Json, type JsonObject, parseJson } from "../wire/json.ts";

const NAME = "web_search";
/** Messages, the only dialect whose clients are answered so. */
const DIALECT: DialectId = "anthropic-messages";
const ID = "srvtoolu_cs_";

export interface WebSearch {
  readonly usesMax: number;
  readonly allowed?: readonly string[];
  readonly blocked?: readonly string[];
}

const TOOL: FunctionTool = {
  kind: "function",
  name: NAME,
  description:
    "Searches the web and returns titles, addresses and excerpts of pages. Name the addresses that you rely on.",
  schema: {
    type: "object",
    properties: { query: { type: "string", description: "What to search for." } },
    required: ["query"],
  },
};
const USES_DEFAULT = 5;
/** A bound of ours on what one answer may cost. */
const USES_MAX = 10;

type Hosted = Extract<Tool, { kind: "hosted" }>;
const isWebSearch = (tool: Tool): tool is Hosted =>
  tool.kind === "hosted" &&
  tool.dialect === DIALECT &&
  isObject(tool.raw) &&
  typeof tool.raw.type === "string" &&
  tool.raw.type.startsWith("web_search_");

/** undefined: nothing to emulate. A function of the same name is the client's own and keeps it. */
export function webSearchOf(request: ModelRequest, target: DialectId): WebSearch | undefined {
  const hosted = request.tools.find(isWebSearch);
  if (
    !hosted ||
    target !== "openai-chat" ||
    request.tools.some((tool) => tool.kind === "function" && tool.name === NAME)
  )
    return undefined;
  const { max_uses: uses, allowed_domains: allowed, blocked_domains: blocked } = hosted.raw as JsonObject;
  return {
    usesMax: Math.min(typeof uses === "number" ? uses : USES_DEFAULT, USES_MAX),
    ...(isList(allowed) && { allowed: allowed.filter(isText) }),
    ...(isList(blocked) && { blocked: blocked.filter(isText) }),
  };
}
const isText = (value: Json): value is string => typeof value === "string";

/** The tool as a function, and the searches of earlier turns as its calls. */
export function withSearchFunction(request: ModelRequest): Translated<ModelRequest> {
  const at = request.tools.findIndex(isWebSearch);
  return {
    value: {
      ...request,
      tools: request.tools.flatMap((tool, index) => (index === at ? [TOOL] : isWebSearch(tool) ? [] : [tool])),
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
  const raw = entry.kind === "opaque" && entry.dialect === DIALECT && isObject(entry.raw) ? entry.raw : undefined;
  if (raw?.type === "server_tool_use" && raw.name === NAME)
    return callEntry(String(raw.id), JSON.stringify(raw.input ?? {}));
  if (raw?.type === "web_search_tool_result") return resultEntry(String(raw.tool_use_id), toldBefore(raw.content));
  return entry;
}

const callEntry = (callId: string, json: string): CallEntry => ({
  kind: "call",
  callId,
  tool: { via: "function", name: NAME },
  input: { json },
});
const resultEntry = (callId: string, content: string): ResultEntry => ({
  kind: "result",
  callId,
  via: "function",
  content,
});

/**
 * Results of ours that go on to Anthropic, after a switch of models: their excerpts are not sealed by it, so they travel
 * as text.
 */
export function withoutOwnSearches(request: ModelRequest): Translated<ModelRequest> {
  const isOurs = (entry: Entry): boolean =>
    entry.kind === "opaque" && isObject(entry.raw) && String(entry.raw.id ?? entry.raw.tool_use_id).startsWith(ID);
  if (!request.entries.some(isOurs)) return lossless(request);
  const entries = request.entries.flatMap((entry): readonly Entry[] => {
    if (!isOurs(entry)) return [entry];
    const raw = (entry as Extract<Entry, { kind: "opaque" }>).raw as JsonObject;
    if (raw.type !== "web_search_tool_result") return [];
    return [{ kind: "message", role: "assistant", content: `[Searched the web]\n${toldBefore(raw.content)}` }];
  });
  const note = "a search that the gateway ran is told in words";
  return {
    value: { ...request, entries },
    losses: [{ path: "messages", feature: "web-search", how: "approximated", weight: "hint", note }],
  };
}

/** How a search ended, for the model and for the client. */
type Found = readonly SearchHit[] | SearchFault;

const told = (found: Found): string => {
  if (typeof found === "string") return `Error: the web search failed (${found}). Answer without it, and say so.`;
  if (found.length === 0) return "Nothing was found.";
  return found
    .map(({ title, url, text, age }) => [`${title}${age === undefined ? "" : ` (${age})`}`, url, text].join("\n"))
    .join("\n\n");
};

/** Excerpts of ours travel where Anthropic keeps its sealed ones; those of others nobody can read. */
const SEALED = "cs1.search.";
const sealed = (text: string): string => SEALED + Buffer.from(text).toString("base64url");
const unsealed = (value: Json | undefined): string =>
  typeof value === "string" && value.startsWith(SEALED)
    ? Buffer.from(value.slice(SEALED.length), "base64url").toString()
    : "";

function toldBefore(content: Json | undefined): string {
  if (!isList(content)) return told("unavailable");
  const hits = content.filter(isObject).map((hit) => ({
    title: String(hit.title ?? ""),
    url: String(hit.url ?? ""),
    text: unsealed(hit.encrypted_content),
  }));
  return told(hits);
}

export interface Rounds {
  readonly search: Search;
  readonly wanted: WebSearch;
  /** The request as the model was asked, with the function. */
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  /** Makes ids of this answer its own. */
  readonly replyId: string;
  /** Asks the model again. Throws what the upstream refuses. */
  again(request: ModelRequest): Promise<readonly StreamEvent[]>;
}

/** All rounds as one answer. */
export async function searched(first: readonly StreamEvent[], rounds: Rounds): Promise<readonly StreamEvent[]> {
  const answer = joined(first);
  let { request } = rounds;
  let uses = 0;
  // A model that goes on after it was told that it may not any more is stopped.
  for (let events = first, round = 0; ; round++) {
    const { blocks, finish } = collect(events);
    const searches = blocks.filter(isSearch);
    const results = new Map<WholeBlock, Found>();
    for (const block of searches) {
      const found = uses++ < rounds.wanted.usesMax ? await run(block, rounds) : "max_uses_exceeded";
      results.set(block, found);
    }
    answer.take(events, results, rounds.replyId);
    const others = blocks.some(({ block }) => block.kind === "call") && searches.length < callsIn(blocks);
    const isOver = round > rounds.wanted.usesMax;
    if (searches.length === 0 || others || isOver || !finish)
      return answer.end(finish, isOver && searches.length > 0 ? "pause" : undefined);
    request = { ...withFreeChoice(request), entries: [...request.entries, ...turnOf(blocks, results)] };
    events = await rounds.again(request);
  }
}

const isSearch = ({ block }: Pick<WholeBlock, "block">): boolean =>
  block.kind === "call" && block.tool.via === "function" && block.tool.name === NAME;
const callsIn = (blocks: readonly WholeBlock[]): number => blocks.filter(({ block }) => block.kind === "call").length;

async function run(block: WholeBlock, { search, wanted, signal }: Rounds): Promise<Found> {
  const { usesMax: _, ...domains } = wanted;
  try {
    return await search({ text: queryOf(block.input), ...domains }, signal);
  } catch (error) {
    return error instanceof SearchError ? error.fault : "unavailable";
  }
}

function queryOf(input: string): string {
  const parsed = inputOf(input);
  return isObject(parsed) && typeof parsed.query === "string" ? parsed.query : "";
}
function inputOf(input: string): Json {
  try {
    return parseJson(input);
  } catch {
    return {};
  }
}

/** A choice that forces a call would force one for ever. */
function withFreeChoice(request: ModelRequest): ModelRequest {
  const { toolChoice: _, ...rest } = request;
  return rest;
}

/** The turn as the model made it, and what its searches found. */
function turnOf(blocks: readonly WholeBlock[], results: ReadonlyMap<WholeBlock, Found>): readonly Entry[] {
  const said = blocks.flatMap((whole): readonly Entry[] => {
    const { block, text, sections, input, seal } = whole;
    if (block.kind === "reasoning") return [{ kind: "reasoning", sections, ...(seal && { seal }) }];
    if (block.kind === "text") return [{ kind: "message", role: "assistant", content: text }];
    return block.kind === "call" ? [{ ...callEntry(block.callId, input), ...(seal && { seal }) }] : [];
  });
  const found = [...results].map(([{ block }, result]) =>
    resultEntry(block.kind === "call" ? block.callId : "", told(result)),
  );
  return [...said, ...found];
}

interface Joined {
  take(events: readonly StreamEvent[], results: ReadonlyMap<WholeBlock, Found>, replyId: string): void;
  end(finish: Finish | undefined, reason: Finish["reason"] | undefined): readonly StreamEvent[];
}

/** Blocks of all rounds in one answer: numbered anew, searches in Anthropic's own blocks, the usage of each. */
function joined(first: readonly StreamEvent[]): Joined {
  const out: StreamEvent[] = first.filter((event) => event.type === "start");
  let next = 0;
  let searches = 0;
  let usage: Usage = NO_USAGE;
  const whole = (raw: JsonObject): void => {
    const { input, ...rest } = raw;
    const began = input === undefined ? raw : { ...rest, input: {} };
    const block = { kind: "hosted", dialect: DIALECT, wire: String(raw.type), raw: began } as const;
    out.push({ type: "block-start", index: next, block });
    // Clients add up the input from its pieces.
    if (input !== undefined) {
      const delta = { raw: { type: "input_json_delta", partial_json: JSON.stringify(input) } };
      out.push({ type: "block-delta", index: next, delta });
    }
    out.push({ type: "block-end", index: next++, final: raw });
  };
  return {
    take: (events, results, replyId) => {
      const found = [...results.entries()];
      const places = new Map<number, number>();
      for (const event of events) {
        if (event.type === "notice") out.push(event);
        if (event.type === "finish") usage = afterRound(usage, event.usage);
        if (event.type === "block-start") {
          if (isSearch(event)) {
            const [block, result] = found.shift() as [WholeBlock, Found];
            for (const raw of blocksOf(`${ID}${replyId}_${searches++}`, block, result)) whole(raw);
            continue;
          }
          places.set(event.index, next);
          out.push({ ...event, index: next++ });
        } else if (event.type === "block-delta" || event.type === "block-end") {
          const index = places.get(event.index);
          if (index !== undefined) out.push({ ...event, index });
        }
      }
    },
    end: (finish, reason) => {
      const hostedCalls = { ...usage.hostedCalls, ...(searches > 0 && { web_search_requests: searches }) };
      if (finish) out.push({ ...finish, ...(reason && { reason }), usage: { ...usage, hostedCalls } });
      return out;
    },
  };
}

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool#response */
function blocksOf(id: string, { input }: WholeBlock, found: Found): readonly JsonObject[] {
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
    { type: "server_tool_use", id, name: NAME, input: inputOf(input) },
    { type: "web_search_tool_result", tool_use_id: id, content },
  ];
}
