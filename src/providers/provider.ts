/** A deployment of a vendor: where a call goes and with which credentials. Data; vendors are rows in catalog.ts. */
import type { Operation as DialectOperation } from "../dialects/dialect.ts";
import type { Traits } from "../dialects/traits.ts";
import type { Effort } from "../ir/request.ts";
import type { Framing } from "../wire/framing.ts";
import type { OutgoingRequest, RequestHeaders } from "./auth.ts";

/** What one model of one deployment can do. Made by capabilities.ts from rows, never from tests on names elsewhere. */
export interface Capabilities {
  readonly traits: Traits;
  /** Efforts it accepts, lowest first; empty: it takes none. Others are clamped to the nearest. */
  readonly efforts: readonly Effort[];
  /** How Claude models think: adaptive with an effort, or enabled with a budget. `effort`: OpenAI's way. switch: on or off. none: not at all. always: it thinks and takes no switch. */
  readonly thinking: "effort" | "adaptive" | "budget" | "switch" | "always" | "none";
  readonly verbosities: readonly string[];
  readonly summaries: readonly string[];
  readonly truncations: readonly string[];
  /** Sampling fields it refuses: temperature, topP, topK, stop… by their names in Sampling. */
  readonly refuses: ReadonlySet<string>;
  /** Tokens. Absent: unknown, nothing is clamped. */
  readonly contextTokens?: number;
  /** What may go in, where less than the whole context may. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** The dialect demands an output limit (Anthropic): this one where neither caller nor config names one. */
  readonly outputTokensDefault?: number;
  /** Which models read each other's seals: `gpt-5`, `claude`. */
  readonly family: string;
  /** No row knows the model: what the caller asks for is sent as asked. */
  readonly unknown?: true;
  /** The effort of a request that names none; absent: unknown, it may well think. */
  readonly effortDefault?: Effort;
  /** Adaptive thinking that no field turns off. */
  readonly alwaysThinks?: true;
  /** A budget is accepted beside the adaptive form. */
  readonly budgetToo?: true;
  /** Messages: a thinking block that comes back must carry the signature that it left with. */
  readonly signsThinking?: true;
  /** Sampling fields it refuses only while it thinks. */
  readonly refusesThinking?: ReadonlySet<string>;
  /** Either temperature or top_p, not both. */
  readonly oneOfTemperatureTopP?: true;
  readonly temperatureMax?: number;
  /** A smaller output limit is refused. */
  readonly outputTokensMin?: number;
  /** A tool choice that forces a call is refused: while the model thinks, always, or where it names the tool. */
  readonly forcedToolChoice?: "without-thinking" | "never" | "unnamed";
  /** System turns may carry an effort of their own. */
  readonly turnEffort?: true;
  /** Top-level fields of its dialect, by their wire names, that the vendor answers with a 400. */
  readonly refusesFields?: ReadonlySet<string>;
}

/** Who made a model; a vendor may serve another maker's. */
export type Maker = "openai" | "anthropic" | "other";

export interface Endpoint {
  readonly url: string;
  /** For every request: our name, a static credential, the operator's own. */
  readonly headers: RequestHeaders;
  /** Of a streamed answer. */
  readonly framing: Framing;
  /** Absent: the headers are enough. Its headers are laid over them, and hold for one attempt. */
  readonly sign?: (request: OutgoingRequest) => RequestHeaders | Promise<RequestHeaders>;
}

export type Operation = DialectOperation | "list-models";
