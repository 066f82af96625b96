/** Which program calls, for the log and for what it does beyond its dialect. */

export type ClientId =
  | "cursor"
  | "claude-code"
  | "codex"
  | "opencode"
  | "gemini-cli"
  | "copilot"
  | "pi"
  | "qwen-code"
  | "cline"
  | "curl"
  | "sdk"
  | "unknown";

/** By user-agent, as recorded from the real programs. Order matters: the first match wins. */
const AGENTS: readonly (readonly [RegExp, ClientId])[] = [
  [/^cursor\//i, "cursor"],
  [/^curl\//i, "curl"],
  [/^claude-cli\//i, "claude-code"],
  [/^claude-code\//i, "claude-code"],
  [/^codex/i, "codex"],
  [/^opencode\//i, "opencode"],
  [/^geminicli/i, "gemini-cli"],
  [/copilot/i, "copilot"],
  [/^qwencode\//i, "qwen-code"],
  [/^cline/i, "cline"],
  [/^(openai|anthropic|asyncopenai|asyncanthropic|ai-sdk|ai)\//i, "sdk"],
];

/** Whether a caller of a path that all dialects share reads Messages: Anthropic's SDKs always send their version. */
export const readsMessages = (headers: Headers): boolean => headers.has("anthropic-version");

export function clientOf(path: string, userAgent: string): ClientId {
  if (path.startsWith("/cursor/")) return "cursor";
  return AGENTS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "unknown";
}

/** Replays every thinking block as it came, also across sessions: nothing has to be kept for it. */
export const returnsThoughts = (client: ClientId): boolean => client === "claude-code";
