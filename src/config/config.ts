/** The configuration as the gateway reads it: defaults filled in, variables replaced, names in our own spelling. Made by load.ts from a file or by env.ts from the environment. */
import type { DialectId } from "../ir/dialect-id.ts";

export interface Config {
  readonly server: ServerConfig;
  readonly keys: readonly KeyConfig[];
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  /** In the order of the file: the first model listed is what a demo asks for. */
  readonly models: readonly ModelConfig[];
  /** What was meant to answer and cannot: told to who asks for one of these models. Absent: nothing. */
  readonly switchedOff?: readonly SwitchedOff[];
  /** Where the gateway searches the web for models whose vendor runs no search. Absent: nowhere. */
  readonly search?: SearchConfig;
  readonly log: { readonly format: "text" | "json" };
  /** Where it came from, for the start message: a file's path, or the environment. */
  readonly source: string;
  /** One sentence each, printed once at the start. */
  readonly warnings: readonly string[];
}

export interface SwitchedOff {
  /** A whole sentence: "Azure is switched off: AZURE_API_KEY is not set." */
  readonly why: string;
  /** Names and patterns, as in ModelConfig. */
  readonly models: readonly string[];
}

export interface SearchConfig {
  readonly kind: "searxng" | "brave" | "tavily";
  /** No trailing slash. */
  readonly baseUrl: string;
  readonly apiKey?: string;
}

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly bodyBytesMax: number;
  readonly corsOrigins: readonly string[];
  /** A comment is sent down a silent stream this often. 0: never. */
  readonly heartbeatMs: number;
  /** How long SIGTERM waits for open calls. */
  readonly drainMs: number;
}

export interface KeyConfig {
  readonly name: string;
  readonly key: string;
  /** Names or patterns with `*`; absent: every model. */
  readonly models?: readonly string[];
  readonly strict?: boolean;
  readonly reasoning?: ReasoningStyle;
  /** Where the reasoning that clients drop is kept. Absent: disk. */
  readonly vault?: "off" | "memory" | "disk";
}

/** How reasoning is shown to clients. `auto`: as the client's dialect has it. */
export type ReasoningStyle = "auto" | "think" | "none";

export type ProviderKind = "azure" | "openai" | "anthropic" | "kimi" | "openai-compatible" | "simulator";

export interface ProviderConfig {
  readonly name: string;
  readonly kind: ProviderKind;
  /** No trailing slash. What the vendor's SDK takes: with /v1 for openai, kimi and openai-compatible, without for azure and anthropic. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** Azure: absent = the v1 API. */
  readonly apiVersion?: string;
  /** Which row of the catalog an openai-compatible host is; absent: found by its host name, else the generic row. */
  readonly vendor?: string;
  /** Where a person looks for what the vendor may refuse; absent: nobody wrote it in a file or the environment. */
  readonly writtenAt?: { readonly apiKey: string; readonly apiVersion: string };
  /** Extra headers, as the operator wrote them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Until the first word of an answer, comments and pings before it included. Long: reasoning models think for minutes. */
  readonly firstByteMs: number;
  /** Between two reads of an answer. A stream has no limit on the whole; a whole answer is there `idleMs` after `firstByteMs` at the latest. */
  readonly idleMs: number;
}

export interface ModelConfig {
  /** As callers ask for it; `*` matches any run of characters. */
  readonly name: string;
  readonly targets: readonly TargetConfig[];
  /** Nobody said that its deployment is there. It is answered all the same, and offered once the deployment was seen. */
  readonly onceSeen?: true;
  readonly strict?: boolean;
  readonly reasoning?: ReasoningStyle;
}

/** What is set here is a default: the caller's own field wins, and an effort in the name that the caller picked wins over both. */
export interface TargetConfig {
  /** A key of `providers`. */
  readonly provider: string;
  /** The name the upstream knows (Azure: the deployment); "*": the name as asked. */
  readonly model: string;
  /** Where a person changes that name: a variable, or a place in the file. */
  readonly writtenAt?: string;
  /** Which model it is, where the upstream's name does not tell (an Azure deployment called `prod`). */
  readonly baseModel?: string;
  readonly dialect?: DialectId;
  readonly effort?: string;
  readonly budgetTokens?: number;
  readonly summary?: "none" | "auto" | "concise" | "detailed";
  readonly verbosity?: string;
  readonly truncation?: string;
  /** Default when the caller names none, and the ceiling. */
  readonly maxTokens?: number;
  readonly store?: boolean;
}
