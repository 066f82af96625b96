/** Which headers travel: allow-lists in both directions. Credentials, cookies and what proxies added never do. */
import type { ProviderConfig } from "../config/config.ts";
import { ANTHROPIC_MESSAGES } from "../dialects/anthropic-messages/id.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { isForwarding } from "../wire/forwarding.ts";
import { oneOf } from "../wire/name-list.ts";
import { VERSION } from "../wire/version.ts";

/** Our own name, never a client's: some vendors decide on it what an account may do. */
export const USER_AGENT = `codeswitch/${VERSION}`;

/** Claude Code's session and agent ids are for its own vendor only. */
const isClaudeCode = oneOf(["x-claude-code-*"]);

/** Never sent, even if a dialect's list allows it one day: what is said to the gateway, credentials, cookies, and what shows where the caller is. */
const SECRET =
  /^(x-codeswitch-|authorization|proxy-|x-api-key|api-key|x-goog-api-key|cookie|set-cookie|host|openai-organization|openai-project)/;

/** What of the caller's headers goes upstream. The endpoint's own headers are laid over these. */
export function upstreamHeaders(
  caller: Headers,
  provider: Pick<ProviderConfig, "kind">,
  dialect: DialectId,
  lane: "native" | "translated",
): Record<string, string> {
  const { fixed, [lane]: isAllowed } = DIALECTS[dialect].headers;
  const isOwnVendor = lane === "native" && provider.kind === "anthropic" && dialect === ANTHROPIC_MESSAGES;
  const headers: Record<string, string> = { ...fixed };
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
