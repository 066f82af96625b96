/** One request to a search provider: to the host of the configuration and nowhere else, bounded in time and size. */
import { isList, isObject, type Json, type JsonObject, parseJson } from "../wire/json.ts";
import { SearchError } from "./search-provider.ts";

const TIMEOUT_MS = 10_000;
const BYTES_MAX = 2 * 1024 * 1024;

export async function ask(url: string, init: RequestInit, signal: AbortSignal): Promise<JsonObject> {
  try {
    const response = await fetch(url, {
      ...init,
      // A redirect would carry the key, and the query, to a host that nobody configured.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new SearchError(response.status === 429 ? "too_many_requests" : "unavailable");
    }
    const answer = parseJson(await boundedText(response));
    if (isObject(answer)) return answer;
  } catch (error) {
    // Its own words may hold the key: nobody gets them.
    if (error instanceof SearchError) throw error;
  }
  throw new SearchError("unavailable");
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > BYTES_MAX) throw new SearchError("unavailable");
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

export const hits = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
export const word = (value: Json | undefined): string => (typeof value === "string" ? value : "");
/** The first that says something. */
export const age = (...values: readonly (Json | undefined)[]): { readonly age?: string } => {
  const found = values.map(word).find((text) => text !== "");
  return found === undefined ? {} : { age: found };
};
