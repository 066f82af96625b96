/** A deployment of a vendor: where a call goes and with which credentials. Data; vendors are rows in catalog.ts. */
import type { DialectId, Traits } from "../dialects/dialect.ts";
import type { Effort } from "../ir/request.ts";

/** What one model of one deployment can do. Made by capabilities.ts from rows, never from tests on names elsewhere. */
export interface Capabilities {
  readonly traits: Traits;
  /** Efforts it accepts, lowest first; empty: it takes none. Others are clamped to the nearest. */
  readonly efforts: readonly Effort[];
  /** How Claude models think: adaptive with an effort, or enabled with a budget. `effort`: OpenAI's way. none: not at all. always: it thinks and takes no switch. */
  readonly thinking: "effort" | "adaptive" | "budget" | "always" | "none";
  readonly verbosities: readonly string[];
  readonly summaries: readonly string[];
  readonly truncations: readonly string[];
  /** Sampling fields it refuses: temperature, topP, topK, stop… by their names in Sampling. */
  readonly refuses: ReadonlySet<string>;
  /** Tokens. Absent: unknown, nothing is clamped. */
  readonly contextTokens?: number;
  readonly outputTokens?: number;
  /** The dialect demands an output limit (Anthropic): this one where neither caller nor config names one. */
  readonly outputTokensDefault?: number;
  /** Which models read each other's seals: `gpt-5`, `claude`. */
  readonly family: string;
}

export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Operation = "generate" | "count-tokens" | "list-models";

export type { DialectId };
