/** An answer as events: `start (block-start block-delta* block-end)* (finish | error)`. `grammar.ts` checks it. */
import type { JsonLiteral, Raw } from "../wire/json.ts";
import type { GatewayError } from "./error.ts";
import type { ToolRef } from "./request.ts";
import type { Seal } from "./seal.ts";
import type { DialectId } from "./dialect-id.ts";
import type { Usage } from "./usage.ts";

/**
 * A block is what Anthropic calls a content block: a text part, a whole reasoning item, a call. `index` is ours: dense,
 * in opening order, never the vendor's. Blocks may overlap. Text that resumes after a call is a new block.
 * The first terminal event wins; what follows is ignored. `finish` comes with every block closed. "It is" and a call:
 *
 *     { type: "start", id: "resp_1", model: "gpt-5" }
 *     { type: "block-start", index: 0, block: { kind: "text" } }
 *     { type: "block-delta", index: 0, delta: { text: { json: '"It is"' } } }
 *     { type: "block-end", index: 0 }
 *     { type: "block-start", index: 1, block: { kind: "call", callId: "call_a", tool: { via: "function", name: "ls" } } }
 *     { type: "block-delta", index: 1, delta: { input: { json: '"{\\"path\\":\\".\\"}"' } } }
 *     { type: "block-end", index: 1 }
 *     { type: "finish", reason: "tool", usage: { lines: [usageLine({ input: 20, output: 9 })], hostedCalls: {}, source: "reported" } }
 */
export type StreamEvent =
  | { readonly type: "start"; readonly id?: string; readonly model?: string; readonly usage?: Usage }
  | { readonly type: "block-start"; readonly index: number; readonly block: Block }
  | { readonly type: "block-delta"; readonly index: number; readonly delta: Delta }
  /** `final`: the whole item of a hosted or opaque block; its first form is a stub. */
  | { readonly type: "block-end"; readonly index: number; readonly final?: Raw }
  /** Belongs to no block and is never an error: Azure's content filter results. `failing`: the answer has failed, and the error that says why may follow. */
  | { readonly type: "notice"; readonly dialect: DialectId; readonly raw: Raw; readonly failing?: true }
  | Finish
  | { readonly type: "error"; readonly error: GatewayError };

export interface Finish {
  readonly type: "finish";
  readonly reason: FinishReason;
  /** Anthropic's stop_details; the matched stop sequence as `{stop_sequence}`. */
  readonly details?: Raw;
  readonly usage: Usage;
  /** What the next request of the same dialect needs: container, applied context edits. */
  readonly carry?: Raw;
}
export type FinishReason =
  | "stop"
  | "tool"
  | "length"
  | "filter"
  | "refusal"
  | "pause"
  | "stop-sequence"
  | "context-full";

export type Block =
  /** phase: OpenAI's commentary | final_answer. */
  | { readonly kind: "text"; readonly phase?: string }
  /** inDetails: its text also stands in the finish's details; a dialect that prints those leaves the block out. */
  | { readonly kind: "refusal"; readonly inDetails?: true }
  /** summary: parts of a summary. raw: the thinking itself. redacted: only a seal will come. */
  | { readonly kind: "reasoning"; readonly channel: "summary" | "raw"; readonly redacted?: true; readonly id?: string }
  /** `tool` is the caller's own tool, looked up in the ToolMap. */
  | { readonly kind: "call"; readonly callId: string; readonly tool: ToolRef; readonly caller?: Raw }
  /** A tool that the vendor runs. Printed only to its own dialect. */
  | { readonly kind: "hosted" | "opaque"; readonly dialect: DialectId; readonly wire: string; readonly raw: Raw };

export type Delta =
  | { readonly text: JsonLiteral }
  /** Of a function: a fragment of its JSON arguments. Of a custom tool: a fragment of its free text. */
  | { readonly input: JsonLiteral }
  /** Another part of a reasoning summary begins; sent before every part but the first. */
  | { readonly section: true }
  /** set: replaces what came before (OpenAI sends different values). append: a fragment (Anthropic). */
  | { readonly seal: Seal; readonly mode: "set" | "append" }
  | { readonly annotation: Annotation }
  | { readonly raw: Raw };

export interface Annotation {
  readonly kind: "url" | "file" | "other";
  readonly url?: string;
  readonly title?: string;
  readonly quote?: string;
  /** Offsets in the block's text, UTF-16 units. */
  readonly start?: number;
  readonly end?: number;
  readonly dialect: DialectId;
  readonly raw: Raw;
}

export type Emit = (event: StreamEvent) => void;
