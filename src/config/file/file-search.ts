/** The search of the web in a file, as the gateway reads it. */
import type { SearchConfig } from "../config.ts";
import type { FileSearch } from "../schema/file-config.ts";

/** Their own hosts; an instance of SearXNG is its operator's. */
const HOSTS: Readonly<Partial<Record<SearchConfig["kind"], string>>> = {
  brave: "https://api.search.brave.com",
  tavily: "https://api.tavily.com",
};

export type ReadSearch =
  | { readonly search?: SearchConfig }
  /** In words that finish "search is switched off: …". */
  | { readonly off: string }
  | { readonly fault: string };

export function readSearch(written: FileSearch | undefined, missing: readonly string[]): ReadSearch {
  if (!written) return {};
  const [variable] = missing;
  if (variable !== undefined) return { off: `its api_key needs ${variable}, which is not set` };
  const baseUrl = (written.baseUrl ?? HOSTS[written.kind])?.replace(/\/+$/, "");
  if (baseUrl === undefined) return { fault: "has no base_url, and its kind has no host of its own" };
  const apiKey = written.apiKey || undefined;
  if (apiKey === undefined && written.baseUrl === undefined) return { off: "it has no api_key" };
  return { search: { kind: written.kind, baseUrl, apiKey } };
}
