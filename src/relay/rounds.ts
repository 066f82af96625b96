/** Rounds of an answer: the gateway runs the searches that the model calls, asks it again, and makes one answer of all rounds. */
import { collect, type WholeBlock } from "../ir/collect.ts";
import type { Finish, StreamEvent } from "../ir/events.ts";
import type { Entry, ModelRequest } from "../ir/request.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { afterRound, NO_USAGE, type Usage } from "../ir/usage.ts";
import {
  type Found,
  SEARCH_FUNCTION,
  searchCall,
  searchResult,
  type WebSearch,
  type WebSearches,
} from "../ir/web-search.ts";
import { type Search, SearchError } from "../search/search-provider.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../wire/json.ts";

export interface Rounds {
  readonly search: Search;
  readonly wanted: WebSearch;
  /** How the client sees a search. */
  readonly searches: WebSearches;
  readonly dialect: DialectId;
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
  const answer = joined(first, rounds);
  let { request } = rounds;
  let uses = 0;
  // A model that goes on after its last search was refused is stopped.
  for (let events = first, round = 0; ; round++) {
    const { blocks, finish } = collect(events);
    const searches = blocks.filter(isSearch);
    const results = new Map<WholeBlock, Found>();
    for (const block of searches) {
      const found = uses++ < rounds.wanted.usesMax ? await run(block, rounds) : "max_uses_exceeded";
      results.set(block, found);
    }
    answer.take(events, results);
    const others = blocks.some(({ block }) => block.kind === "call") && searches.length < callsIn(blocks);
    const isOver = round > rounds.wanted.usesMax;
    if (searches.length === 0 || others || isOver || !finish)
      return answer.end(finish, isOver && searches.length > 0 ? "pause" : undefined);
    request = { ...withFreeChoice(request), entries: [...request.entries, ...turnOf(blocks, results)] };
    events = await rounds.again(request);
  }
}

const isSearch = ({ block }: Pick<WholeBlock, "block">): boolean =>
  block.kind === "call" && block.tool.via === "function" && block.tool.name === SEARCH_FUNCTION.name;
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

/** Without a tool choice that forces a call: it would force one in every round. */
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
    return block.kind === "call" ? [{ ...searchCall(block.callId, input), ...(seal && { seal }) }] : [];
  });
  const found = [...results].map(([{ block }, result]) =>
    searchResult(block.kind === "call" ? block.callId : "", result),
  );
  return [...said, ...found];
}

interface Joined {
  take(events: readonly StreamEvent[], results: ReadonlyMap<WholeBlock, Found>): void;
  end(finish: Finish | undefined, reason: Finish["reason"] | undefined): readonly StreamEvent[];
}

/** Blocks of all rounds in one answer: numbered anew, searches in the blocks of the client's dialect, the usage of each. */
function joined(first: readonly StreamEvent[], { searches, dialect, replyId }: Rounds): Joined {
  const out: StreamEvent[] = first.filter((event) => event.type === "start");
  let next = 0;
  let ran = 0;
  let usage: Usage = NO_USAGE;
  const whole = (raw: JsonObject): void => {
    const { input, ...rest } = raw;
    const began = input === undefined ? raw : { ...rest, input: {} };
    const block = { kind: "hosted", dialect, wire: String(raw.type), raw: began } as const;
    out.push({ type: "block-start", index: next, block });
    // Clients join the input from its pieces.
    if (input !== undefined) {
      out.push({ type: "block-delta", index: next, delta: { raw: searches.inputDelta(input) } });
    }
    out.push({ type: "block-end", index: next++, final: raw });
  };
  return {
    take: (events, results) => {
      const found = [...results.entries()];
      const places = new Map<number, number>();
      for (const event of events) {
        if (event.type === "notice") out.push(event);
        if (event.type === "finish") usage = afterRound(usage, event.usage);
        if (event.type === "block-start") {
          if (isSearch(event)) {
            const [block, result] = found.shift() as [WholeBlock, Found];
            for (const raw of searches.blocks(replyId, ran++, inputOf(block.input), result)) whole(raw);
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
      const hostedCalls = { ...usage.hostedCalls, ...(ran > 0 && { web_search_requests: ran }) };
      const own = ran > 0 ? { ownCalls: { web_search_requests: ran } } : {};
      if (finish) out.push({ ...finish, ...(reason && { reason }), usage: { ...usage, hostedCalls, ...own } });
      return out;
    },
  };
}
