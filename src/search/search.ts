/** A search of the web, for models whose vendor runs none. One interface, a file for each provider. */
import { isOfDomain } from "../wire/host.ts";
import type { SearchConfig } from "../config/config.ts";
import { brave } from "./brave.ts";
import { type Search, SearchError, type SearchQuery } from "./search-provider.ts";
import { searxng } from "./searxng.ts";
import { tavily } from "./tavily.ts";

const PROVIDERS: Readonly<Record<SearchConfig["kind"], (config: SearchConfig) => Search>> = { searxng, brave, tavily };

const QUERY_CHARS_MAX = 1_000;
const HITS_MAX = 10;
const TITLE_CHARS_MAX = 300;
const TEXT_CHARS_MAX = 2_000;

const UNAVAILABLE: Search = () => Promise.reject(new SearchError("unavailable"));

/** Whatever the provider answers, what comes back is bounded and within the asked domains. */
export function searchOf(config: SearchConfig | undefined): Search {
  if (!config) return UNAVAILABLE;
  const ask = PROVIDERS[config.kind](config);
  return async (query, signal) => {
    if (query.text.trim() === "") throw new SearchError("invalid_tool_input");
    if (query.text.length > QUERY_CHARS_MAX) throw new SearchError("query_too_long");
    const hits = await ask(query, signal);
    return hits
      .filter(({ url }) => isWanted(url, query))
      .slice(0, HITS_MAX)
      .map((hit) => ({
        ...hit,
        title: hit.title.slice(0, TITLE_CHARS_MAX),
        text: hit.text.slice(0, TEXT_CHARS_MAX),
      }));
  };
}

function isWanted(url: string, { allowed, blocked }: SearchQuery): boolean {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return false;
  const { hostname, pathname } = new URL(url);
  const isIn = (domain: string): boolean => {
    const [host = "", ...path] = domain.toLowerCase().split("/");
    return isOfDomain(hostname, host) && `${pathname}/`.startsWith(path.length > 0 ? `/${path.join("/")}` : "/");
  };
  return (!allowed || allowed.length === 0 || allowed.some(isIn)) && !blocked?.some(isIn);
}
