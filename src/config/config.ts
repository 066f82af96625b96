/**
 * The configuration as the gateway reads it: a file's, with what follows from it filled in. Made by load.ts from a file
 * or by env/environment.ts from the environment. What a field means is said in schema.ts, here only what differs.
 */
import type { FileConfig, FileModel, FileProvider, FileSearch, FileTarget } from "./schema/file-config.ts";

export interface Config {
  readonly server: ServerConfig;
  readonly keys: readonly KeyConfig[];
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  /** In the order of the file: the first model listed is what a demo asks for. */
  readonly models: readonly ModelConfig[];
  /** What was meant to answer and cannot: reported to a caller that asks for one of these models. Absent: nothing. */
  readonly switchedOff?: readonly SwitchedOff[];
  /** What would answer with a key that is stored beside the file. Absent: nothing. */
  readonly awaiting?: Awaiting;
  /** Where the gateway searches the web for models whose vendor runs no search. Absent: nowhere. */
  readonly search?: SearchConfig;
  readonly log: FileConfig["log"];
  /** Of all calls together. */
  readonly limits: LimitsConfig;
  readonly budgets: readonly TaggedBudget[];
  readonly alerts: FileConfig["alerts"];
  readonly pricesFile?: string;
  readonly storage: FileConfig["storage"];
  readonly redis?: NonNullable<FileConfig["redis"]>;
  readonly outbox?: NonNullable<FileConfig["outbox"]>;
  readonly ownerKey?: string;
  /** Where it came from, for the start message: a file's path, or the environment. */
  readonly source: string;
  /** One sentence each, printed once at the start. */
  readonly warnings: readonly string[];
}

export type ServerConfig = FileConfig["server"];
export type KeyConfig = FileConfig["auth"]["keys"][number];
/** What a key may do, wherever it lives: a made key has the same settings as one of the file, and its secret nowhere. */
export type KeySettings = Omit<KeyConfig, "key">;
export type ReasoningStyle = NonNullable<KeyConfig["showReasoning"]>;
export type LimitsConfig = FileConfig["limits"];
export type TaggedBudget = FileConfig["budgets"][number];
export type BudgetConfig = NonNullable<KeyConfig["budgets"]>[number];
export type PricesConfig = NonNullable<FileProvider["prices"]>;
export type ProviderKind = FileProvider["kind"];

/** What a file says of providers that have no api_key and need one. Plain values, since workers are sent their configuration. */
export interface Awaiting {
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  /** All of the file, with the targets of providers that are on or await a key. */
  readonly models: readonly ModelConfig[];
}

export interface SwitchedOff {
  /** Its name in the file. */
  readonly provider?: string;
  /** A whole sentence: "Azure is switched off: AZURE_API_KEY is not set." */
  readonly why: string;
  /** Names and patterns, as in ModelConfig. */
  readonly models: readonly string[];
}

export interface SearchConfig extends FileSearch {
  /** No trailing slash. */
  readonly baseUrl: string;
}

export interface ProviderConfig extends FileProvider {
  readonly name: string;
  /** No trailing slash. "": the simulator inside the gateway. */
  readonly baseUrl: string;
  /** Where a person looks for what the vendor may refuse. Absent: it is in no file and no variable. */
  readonly writtenAt?: { readonly apiKey: string; readonly apiVersion: string };
}

export interface ModelConfig extends Omit<FileModel, "targets"> {
  /** As callers ask for it; `*` matches any run of characters. */
  readonly name: string;
  readonly targets: readonly TargetConfig[];
  /** No operator said that its deployment is there. It is answered all the same, and offered once the deployment was seen. */
  readonly onceSeen?: true;
}

export interface TargetConfig extends Omit<FileTarget, "reasoning">, NonNullable<FileTarget["reasoning"]> {
  /** Where a person changes the model's name: a variable, or a place in the file. */
  readonly writtenAt?: string;
}
