/** The key that came with a request. Clients have three places for it: OpenAI's, Anthropic's and Azure's. */
import { createHash } from "node:crypto";

export function presentedKey(headers: Headers): string | undefined {
  return bearerOf(headers) || headers.get("x-api-key")?.trim() || headers.get("api-key")?.trim() || undefined;
}

const SCHEME = "bearer";
/** No regular expression: one would backtrack on what a stranger sends. */
function bearerOf(headers: Headers): string {
  const text = headers.get("authorization")?.trim() ?? "";
  const isBearer = text.slice(0, SCHEME.length).toLowerCase() === SCHEME && text.charAt(SCHEME.length).trim() === "";
  return isBearer ? text.slice(SCHEME.length).trim() : "";
}

/** Keys of the configuration are compared by it, so that neither length nor prefix of one can be timed. */
export const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");
