/** Which headers travel: allow-lists in both directions. Credentials, cookies and what proxies added never do. */
import type { ProviderConfig } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { isForwarding } from "../wire/forwarding.ts";
import { oneOf } from "../wire/name-list.ts";

/** Our own name, never a client's: some vendors decide on it what an account may do. */
export const VERSION = "0.1.0";
export const USER_AGENT = `codeswitch/${VERSION}`;

// https://platform.claude.com/docs/en/api/versioning: what every client but the newest SDK sends, and what our decoder knows.
const ANTHROPIC_VERSION = "2023-06-01";

type Names = ReturnType<typeof oneOf>;

/** On the native lane the caller speaks to the vendor itself: what the vendor's protocol defines goes as it came. */
const NATIVE: Readonly<Record<DialectId, Names>> = {
  "anthropic-messages": oneOf(["anthropic-*", "idempotency-key"]),
  "openai-responses": oneOf([
    "openai-beta",
    "idempotency-key",
    "x-client-request-id",
    "x-openai-internal-codex-responses-lite",
  ]),
  "openai-chat": oneOf(["openai-beta", "idempotency-key", "x-client-request-id"]),
};
/** A translated body may still hold fields of a beta, where it was a Messages body that only carried a wrapped seal. */
const TRANSLATED: Readonly<Record<DialectId, Names>> = {
  "anthropic-messages": oneOf(["anthropic-beta"]),
  "openai-responses": oneOf([]),
  "openai-chat": oneOf([]),
};
/** Claude Code's session and agent ids are for its own vendor only. */
const isClaudeCode = oneOf(["x-claude-code-*"]);

/** Never, whatever a list above should say one day; nor what tells where the caller is. */
const SECRET =
  /^(authorization|proxy-|x-api-key|api-key|x-goog-api-key|cookie|set-cookie|host|openai-organization|openai-project)/;

/** What of the caller's headers goes upstream. The endpoint's own headers are laid over these. */
export function upstreamHeaders(
  caller: Headers,
  provider: Pick<ProviderConfig, "kind">,
  dialect: DialectId,
  lane: "native" | "translated",
): Record<string, string> {
  const isAllowed = lane === "native" ? NATIVE[dialect] : TRANSLATED[dialect];
  const isOwnVendor = lane === "native" && provider.kind === "anthropic" && dialect === "anthropic-messages";
  const headers: Record<string, string> =
    dialect === "anthropic-messages" ? { "anthropic-version": ANTHROPIC_VERSION } : {};
  caller.forEach((value, name) => {
    if (SECRET.test(name) || isForwarding(name)) return;
    if (isAllowed(name) || (isOwnVendor && isClaudeCode(name))) headers[name] = value;
  });
  return headers;
}

/** Waits, limits and the ids that a vendor's support asks for. */
const isForClient = oneOf([
  ...["retry-after", "retry-after-ms", "x-should-retry", "x-ratelimit-*", "anthropic-ratelimit-*", "ratelimit-*"],
  ...["request-id", "x-request-id", "apim-request-id", "openai-processing-ms", "openai-version"],
]);

/** What of the upstream's headers goes back to the caller. */
export function clientHeaders(upstream: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  upstream.forEach((value, name) => {
    if (isForClient(name)) headers[name] = value;
  });
  return headers;
}
