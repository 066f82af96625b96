/** Brave's web search. https://api-dashboard.search.brave.com/app/documentation/web-search */
import type { SearchConfig } from "../config/config.ts";
import { isObject } from "../wire/json.ts";
import { age, ask, hits, word } from "./ask.ts";
import type { Search } from "./search-provider.ts";

export const brave =
  ({ baseUrl, apiKey = "" }: SearchConfig): Search =>
  async ({ text }, signal) => {
    const headers = { accept: "application/json", "x-subscription-token": apiKey };
    const answer = await ask(`${baseUrl}/res/v1/web/search?${new URLSearchParams({ q: text })}`, { headers }, signal);
    return hits(isObject(answer.web) ? answer.web.results : undefined).map((hit) => ({
      title: plain(word(hit.title)),
      url: word(hit.url),
      text: plain(word(hit.description)),
      ...age(hit.age, hit.page_age),
    }));
  };

/** It marks the words of the query. */
const plain = (text: string): string => text.replace(/<\/?strong>/g, "");
