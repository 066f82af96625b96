/** A search of the web that the gateway runs for a model whose vendor runs none: the model gets a function, and its client sees what a search of its own vendor would have left. */
import type { Json, JsonObject } from "../wire/json.ts";
import type { Translated } from "./loss.ts";
import type { CallEntry, FunctionTool, ModelRequest, ResultEntry } from "./request.ts";

export interface SearchHit {
  readonly title: string;
  readonly url: string;
  readonly text: string;
  /** When the page was written, as the search provider says it. */
  readonly age?: string;
}

/** In the words of Anthropic's web search. https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
export type SearchFault =
  | "unavailable"
  | "too_many_requests"
  | "invalid_tool_input"
  | "query_too_long"
  | "max_uses_exceeded";

/** How a search ended, for the model and for the client. */
export type Found = readonly SearchHit[] | SearchFault;

export interface WebSearch {
  readonly usesMax: number;
  readonly allowed?: readonly string[];
  readonly blocked?: readonly string[];
}

/** How the clients of one dialect ask for searches, and how they see what was found. */
export interface WebSearches {
  /** undefined: the request asks for none. A function of the same name is the client's own and keeps it. */
  asked(request: ModelRequest): WebSearch | undefined;
  /** The tool as a function, and the searches of earlier turns as its calls. */
  asFunction(request: ModelRequest): Translated<ModelRequest>;
  /** What the gateway found earlier, for the dialect's own vendor, which did not seal it: sent as text. */
  withoutOurs(request: ModelRequest): Translated<ModelRequest>;
  /** The input of a search in a stream, as one piece. */
  inputDelta(input: Json): JsonObject;
  /** The blocks of one search in an answer; `replyId` and `index` make its id. */
  blocks(replyId: string, index: number, input: Json, found: Found): readonly JsonObject[];
}

export const SEARCH_FUNCTION: FunctionTool = {
  kind: "function",
  name: "web_search",
  description:
    "Searches the web and returns titles, addresses and excerpts of pages. Name the addresses that you rely on.",
  schema: {
    type: "object",
    properties: { query: { type: "string", description: "What to search for." } },
    required: ["query"],
  },
};

export const searchCall = (callId: string, json: string): CallEntry => ({
  kind: "call",
  callId,
  tool: { via: "function", name: SEARCH_FUNCTION.name },
  input: { json },
});

export const searchResult = (callId: string, found: Found): ResultEntry => ({
  kind: "result",
  callId,
  via: "function",
  content: foundText(found),
});

/** For the model. */
export function foundText(found: Found): string {
  if (typeof found === "string") return `Error: the web search failed (${found}). Answer without it, and say so.`;
  if (found.length === 0) return "Nothing was found.";
  return found
    .map(({ title, url, text, age }) => [`${title}${age === undefined ? "" : ` (${age})`}`, url, text].join("\n"))
    .join("\n\n");
}
