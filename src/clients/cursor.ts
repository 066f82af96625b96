/** What Cursor does beyond Chat Completions. Facts: forum.cursor.com 153019, 158939, 159298; litellm-docs 1139. */
import type { GatewayError } from "../ir/error.ts";
import type { ClientId } from "./client.ts";

/** Cursor 3.14 reads function.name on every returned call, so a freeform call leaves as a function envelope around its raw text. */
export const readsFunctionNames = (client: ClientId): boolean => client === "cursor";

/** On its own paths always, elsewhere only when it says who it is. */
export const showsOnlyBadRequests = (client: ClientId): boolean => client === "cursor";

/**
 * Cursor shows the text of a 400 and of nothing else: 401 becomes "Invalid API key", 429, 5xx and silence become "User
 * API Key Rate limit exceeded". So the reason and the wait travel in a 400.
 */
export function visibleMessage(error: GatewayError): string | undefined {
  const { status } = error;
  if (status !== 401 && status !== 429 && status < 500) return undefined;
  const wait = error.details.retryAfter;
  const when =
    wait === undefined ? "" : /^\d+$/.test(wait) ? ` Try again in ${wait} seconds.` : ` Try again after ${wait}.`;
  return `${error.message}${when} (${error.kind}, HTTP ${status})`;
}
