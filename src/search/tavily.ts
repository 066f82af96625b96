/** Tavily's search. https://docs.tavily.com/documentation/api-reference/endpoint/search */
import type { SearchConfig } from "../config/config.ts";
import { age, ask, hits, word } from "./ask.ts";
import type { Search } from "./search-provider.ts";

export const tavily =
  ({ baseUrl, apiKey = "" }: SearchConfig): Search =>
  async ({ text, allowed, blocked }, signal) => {
    const body = JSON.stringify({
      query: text,
      max_results: 10,
      ...(allowed && { include_domains: allowed }),
      ...(blocked && { exclude_domains: blocked }),
    });
    const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };
    const answer = await ask(`${baseUrl}/search`, { method: "POST", headers, body }, signal);
    return hits(answer.results).map(({ title, url, content, published_date }) => ({
      title: word(title),
      url: word(url),
      text: word(content),
      ...age(published_date),
    }));
  };
