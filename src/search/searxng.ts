/** SearXNG, a search engine one runs oneself; `json` must stand among its search.formats. https://docs.searxng.org/dev/search_api.html */
import type { SearchConfig } from "../config/config.ts";
import { age, ask, hits, word } from "./ask.ts";
import type { Search } from "./search-provider.ts";

export const searxng =
  ({ baseUrl, apiKey }: SearchConfig): Search =>
  async ({ text }, signal) => {
    const headers: Record<string, string> = { accept: "application/json" };
    // It has no keys; a proxy in front of it may ask for one.
    if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
    const answer = await ask(
      `${baseUrl}/search?${new URLSearchParams({ q: text, format: "json" })}`,
      { headers },
      signal,
    );
    return hits(answer.results).map(({ title, url, content, publishedDate }) => ({
      title: word(title),
      url: word(url),
      text: word(content),
      ...age(publishedDate),
    }));
  };
