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
  ...["openai/", "anthropic/", "asyncopenai/", "asyncanthropic/", "ai-sdk", "ai/", "langchain"].map(
    (sdk) => [sdk, "sdk"] as const,
  ),
];

export function clientOf(path: string, headers: Headers): ClientId {
  if (path.startsWith("/cursor/")) return "cursor";
  const agent = (headers.get("user-agent") ?? "").toLowerCase();
  const isMarked = (mark: string): boolean =>
    mark.startsWith("*") ? agent.includes(mark.slice(1)) : agent.startsWith(mark);
  const found = AGENTS.find(([mark]) => isMarked(mark))?.[1] ?? "unknown";
  return found === "sdk" && headers.has(COPILOTS) ? "copilot" : found;
}

/** Copilot's CLI 1.0.102 has the user agents of the SDKs that it uses, and this header beside them. */
const COPILOTS = "x-initiator";

/** What stands behind the name in its user agent: `claude-cli/2.1.329 (external, cli)`, `OpenAI/JS 5.20.1`. */
export function versionOf(client: ClientId, headers: Headers): string | undefined {
  const agent = (headers.get("user-agent") ?? "").slice(0, AGENT_LENGTH_MAX);
  // Of its SDK, which is not its own.
  if (client === "copilot" && !agent.toLowerCase().includes("copilot")) return undefined;
  return VERSION.exec(agent)?.[1];
}
const AGENT_LENGTH_MAX = 256;
const VERSION = /[/ ]v?(\d{1,9}\.[\w.+-]{1,40})/;

/** Shows a person the list of models, and keeps of it what is called as its maker's are. */
export const picksOwnNames = (client: ClientId): boolean => client === "claude-code";

/** Replays every thinking block as it came, also across sessions: nothing has to be kept for it. */
export const returnsThoughts = (client: ClientId): boolean => client === "claude-code";
