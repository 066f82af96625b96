/** What a search provider is asked and answers. */

export interface SearchHit {
  readonly title: string;
  readonly url: string;
  readonly text: string;
  /** When the page was written, as the provider says it. */
  readonly age?: string;
}

/** In the words of Anthropic's web search. https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
export type SearchFault =
  | "unavailable"
  | "too_many_requests"
  | "invalid_tool_input"
  | "query_too_long"
  | "max_uses_exceeded";

export class SearchError extends Error {
  constructor(readonly fault: SearchFault) {
    super(fault);
  }
}

export interface SearchQuery {
  readonly text: string;
  /** Hosts, subdomains included; a path after the host narrows it. */
  readonly allowed?: readonly string[];
  readonly blocked?: readonly string[];
}

/** Throws a SearchError. */
export type Search = (query: SearchQuery, signal: AbortSignal) => Promise<readonly SearchHit[]>;
