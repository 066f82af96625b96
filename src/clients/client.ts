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
  | "codeswitch"
  | "sdk"
  | "unknown";

/** How a user-agent begins, or behind "*" what it holds; in lower case, as recorded from the real programs. Order matters: the first match wins. */
const AGENTS: readonly (readonly [mark: string, ClientId])[] = [
  ["cursor/", "cursor"],
  ["curl/", "curl"],
  ["codeswitch", "codeswitch"],
  ["claude-cli/", "claude-code"],
  ["claude-code/", "claude-code"],
  ["codex", "codex"],
  ["opencode/", "opencode"],
  ["geminicli", "gemini-cli"],
  ["*copilot", "copilot"],
  ["qwencode/", "qwen-code"],
  ["cline", "cline"],
  ...["openai/", "anthropic/", "asyncopenai/", "asyncanthropic/", "ai-sdk/", "ai/"].map((sdk) => [sdk, "sdk"] as const),
];

export function clientOf(path: string, userAgent: string): ClientId {
  if (path.startsWith("/cursor/")) return "cursor";
  const agent = userAgent.toLowerCase();
  const isMarked = (mark: string): boolean =>
    mark.startsWith("*") ? agent.includes(mark.slice(1)) : agent.startsWith(mark);
  return AGENTS.find(([mark]) => isMarked(mark))?.[1] ?? "unknown";
}

/** Shows a person the list of models, and keeps of it what is called as its maker's are. */
export const picksOwnNames = (client: ClientId): boolean => client === "claude-code";

/** Replays every thinking block as it came, also across sessions: nothing has to be kept for it. */
export const returnsThoughts = (client: ClientId): boolean => client === "claude-code";
