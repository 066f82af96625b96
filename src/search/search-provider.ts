/** What a search provider is asked and answers. */
import type { SearchFault, SearchHit } from "../ir/web-search.ts";

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
