/** Google's own protocol, which Gemini CLI and Google's SDKs speak and this gateway does not: they are told so in a body that they read. */
import type { GatewayError } from "../ir/error.ts";
import type { Reply } from "../wire/reply.ts";

const VERSIONS = ["/v1beta/", "/v1beta1/", "/v1alpha/", "/v1/projects/"];
/** Behind the colon of a path's last word. Vertex says `rawPredict` for other makers' models. */
const VERBS: ReadonlySet<string> = new Set(
  "generateContent streamGenerateContent countTokens embedContent batchEmbedContents predict rawPredict streamRawPredict".split(
    " ",
  ),
);

/** Its endpoint for clients of Chat Completions stands under one of the same versions. */
export const isGoogles = (path: string): boolean =>
  VERBS.has(path.slice(path.lastIndexOf(":") + 1)) ||
  (VERSIONS.some((version) => path.startsWith(version)) && !path.includes("/openai/"));

export const NOT_SPOKEN =
  "This gateway does not speak generateContent. Use a client of Chat Completions (/v1/chat/completions), Responses (/v1/responses) or Messages (/v1/messages): Gemini's models are answered there, too.";

/** https://google.aip.dev/193: the code is the HTTP status, and the status the name of google.rpc.Code. */
export function googleError(error: GatewayError): Reply {
  const { status: code, message } = error;
  return {
    status: code,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      error: { code, message, status: STATUSES[code] ?? (code < 500 ? "INVALID_ARGUMENT" : "INTERNAL") },
    }),
  };
}

const STATUSES: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};
