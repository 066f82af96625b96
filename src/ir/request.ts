/** One call in nobody's dialect. Checked against every request body in the captures of real clients. */
import type { Raw } from "../wire/json.ts";
import type { Seal } from "./seal.ts";
import type { DialectId } from "./dialect-id.ts";
import type { Fields, Placed } from "./field-names.ts";
import type { Summary } from "./choices.ts";

export interface ModelRequest {
  readonly model: string;
  readonly stream: boolean;
  /** false: Codex's WebSocket prewarm, which wants no answer. */
  readonly generate: boolean;
  /** Flat and ordered, not turns: Codex interleaves items. `turns.ts` groups them for dialects that have turns. */
  readonly entries: readonly Entry[];
  /** Declared at the top; more may stand among the entries. */
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** May the model call several tools in one turn. Anthropic says the opposite inside tool_choice. */
  readonly parallelCalls?: boolean;
  readonly sampling: Sampling;
  readonly reasoning?: Reasoning;
  readonly output?: OutputShape;
  readonly state: StoredState;
  /** What the vendor shall do with a conversation that is too long: auto | disabled. OpenAI only. */
  readonly truncation?: string;
  readonly cache: CacheHints;
  /** Read by the reply encoder, not by the upstream. */
  readonly wants: Wants;
  readonly caller: CallerHints;
  /** Every top-level key that its decoder does not read: its own dialect gets it back, for others it is a Loss. */
  readonly extra: Extra;
  /** The fields at the top as the caller wrote them; absent in a request that was never a body. */
  readonly fields?: Fields;
}
export interface Extra {
  readonly dialect: DialectId;
  readonly fields: Readonly<Record<string, Raw>>;
  /** The object that held the hints of `reasoning`; absent: `reasoning`. */
  readonly hintsAt?: string;
}

export type Role = "system" | "developer" | "user" | "assistant";

/** A thing of the caller's body that may hold more than its decoder reads. */
export interface Unread extends Placed {
  /** The keys that nobody here reads (Anthropic's citations switch, toolset_name, clear_at). Its own dialect gets them back, others are told. */
  readonly hints?: Readonly<Record<string, Raw>>;
}

/** What an item carries beside its content: ids of Responses items, and what else only its own dialect reads. */
export interface Meta extends Unread {
  /** Made by the client; only its own dialect gets it back. */
  readonly id?: string;
  readonly status?: string;
  /** The item had no `type` (opencode, pi). Its own dialect prints it without. */
  readonly bare?: true;
}

/**
 * One step of a conversation, in its order. A question, a call and its result:
 *
 *     { kind: "message", role: "user", content: "What is here?" }
 *     { kind: "call", callId: "call_a", tool: { via: "function", name: "ls" }, input: { json: "{}" } }
 *     { kind: "result", callId: "call_a", via: "function", content: "README.md" }
 */
export type Entry =
  /** The top-level `system` or `instructions`: not the same as a first message. */
  | (Placed & { readonly kind: "instructions"; readonly content: Content })
  | MessageEntry
  | ReasoningEntry
  | CallEntry
  | ResultEntry
  /** Codex's `additional_tools`: its only tool list on some models. */
  | (Meta & { readonly kind: "tools"; readonly role: string; readonly tools: readonly Tool[] })
  /** Compaction, items of vendor-run tools, item references: for its own dialect only. */
  | (Placed & { readonly kind: "opaque"; readonly dialect: DialectId; readonly raw: Raw });

/** A system turn may stand anywhere and carry an effort of its own (Claude Code). A string and a list differ in the bytes of a cached prefix. */
export interface MessageEntry extends Meta {
  readonly kind: "message";
  readonly role: Role;
  readonly content: Content;
  readonly effort?: string;
  /** OpenAI's commentary | final_answer. */
  readonly phase?: string;
  /** Chat's participant name. */
  readonly name?: string;
  /** An answer in words may be signed too (Gemini). */
  readonly seal?: Seal;
}
/** `raw: null` is not the same as absent: Codex sends an explicit `content: null`. */
export interface ReasoningEntry extends Meta {
  readonly kind: "reasoning";
  /** Summary parts, or the thinking text as one section. May be empty when there is a seal. */
  readonly sections: readonly string[];
  readonly raw?: readonly string[] | null;
  readonly seal?: Seal;
  /** The text is hidden by the vendor; only the seal holds it. */
  readonly redacted?: true;
}
export interface CallEntry extends Meta {
  readonly kind: "call";
  readonly callId: string;
  readonly tool: ToolRef;
  readonly input: CallInput;
  /** Who called: programmatic tool calling. Its own dialect only. */
  readonly caller?: Raw;
  readonly seal?: Seal;
  readonly mark?: CacheMark;
}
export interface ResultEntry extends Meta {
  readonly kind: "result";
  readonly callId: string;
  /** What was called, as far as the item's type says; `turns.ts` knows better from the call. */
  readonly via: ToolRef["via"];
  /** The tool's name where the dialect states it beside the result. */
  readonly name?: string;
  /** `tools`: the answer of a client-run tool search. */
  readonly content: Content | { readonly tools: readonly Tool[] };
  readonly isError?: boolean;
  readonly mark?: CacheMark;
}

export type Content = string | readonly Part[];
export type Part =
  | TextPart
  | (Unread & { readonly kind: "refusal"; readonly text: string })
  | MediaPart
  /** Anthropic's tool_reference: a deferred tool is loaded by name. */
  | (Unread & { readonly kind: "tool-ref"; readonly name: string })
  | (Placed & { readonly kind: "opaque"; readonly dialect: DialectId; readonly raw: Raw });
export interface TextPart extends Unread {
  readonly kind: "text";
  readonly text: string;
  readonly mark?: CacheMark;
  readonly annotations?: Raw;
}
export interface MediaPart extends Unread {
  readonly kind: "media";
  readonly media: "image" | "document" | "audio" | "video";
  readonly source: MediaSource;
  /** OpenAI's image detail. */
  readonly detail?: string;
  /** File name or title. */
  readonly name?: string;
  readonly mark?: CacheMark;
  /** What Anthropic's callers say about a document; elsewhere a text beside it. */
  readonly context?: string;
  /** The whole block, where `source` holds only its text: search results, documents of blocks. Its own dialect gets it back. */
  readonly raw?: Raw;
}
export type MediaSource = Placed &
  (
    | { readonly data: string; readonly mime: string }
    | { readonly url: string }
    | { readonly fileId: string }
    | { readonly text: string; readonly mime: string }
  );

/** A breakpoint of the prompt cache. `ttl` as the vendor writes it: 5m, 1h. */
export interface CacheMark extends Placed {
  readonly ttl?: string;
  readonly raw: Raw;
}

export interface ToolRef {
  readonly via: "function" | "custom" | "builtin";
  readonly name: string;
  readonly namespace?: string;
}
/** Arguments as they were written, or the free text of a custom tool. */
export type CallInput = { readonly json: string } | { readonly text: string };

export type Tool =
  | FunctionTool
  | CustomTool
  | (Unread & {
      readonly kind: "namespace";
      readonly name: string;
      readonly description?: string;
      readonly tools: readonly Tool[];
    })
  /** Run by the client: tool_search, apply_patch, shell, local_shell, computer, bash_20250124… `wire` is its type. */
  | (Placed & {
      readonly kind: "builtin";
      readonly dialect: DialectId;
      readonly name: string;
      readonly wire: string;
      readonly raw: Raw;
    })
  /** Run by the vendor: web_search, code_interpreter… */
  | (Placed & { readonly kind: "hosted"; readonly dialect: DialectId; readonly name: string; readonly raw: Raw });
/** Its hints: eager_input_streaming, input_examples, allowed_callers… */
export interface FunctionTool extends Unread {
  readonly kind: "function";
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
  /** JSON Schema of the input. Absent: the tool takes none. */
  readonly schema?: Raw;
  /** LangChain sends null, which is not the same as absent. */
  readonly strict?: boolean | null;
  /** Sent to the model only once referenced. */
  readonly defer?: boolean;
  readonly mark?: CacheMark;
  /** How a Chat path received it: Cursor mixes shapes in one list. The reply encoder does not care. */
  readonly flat?: true;
}
/** A freeform tool: its input is text, which a grammar may constrain. */
export interface CustomTool extends Unread {
  readonly kind: "custom";
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
  /** `{type:"grammar", syntax, definition}` or `{type:"text"}`, in the Responses shape. */
  readonly format?: Raw;
  readonly defer?: boolean;
  /** Declared as `{type:"custom", name}` on a Chat path (Cursor), not as `{type:"custom", custom:{…}}`. */
  readonly flat?: true;
}

export type ToolChoice =
  | { readonly mode: "auto" | "none" | "required" }
  | { readonly mode: "one"; readonly tool: ToolRef }
  | { readonly mode: "allowed"; readonly required: boolean; readonly tools: readonly ToolRef[] }
  | { readonly mode: "opaque"; readonly dialect: DialectId; readonly raw: Raw };

export interface Sampling {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop?: readonly string[];
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
}

/** One of EFFORTS, or whatever a vendor adds. */
export type Effort = string;
export interface Reasoning {
  readonly effort?: Effort;
  readonly budgetTokens?: number;
  readonly mode?: "adaptive" | "on" | "off";
  /** What the caller wants to see. `omitted`: nothing. A Summary is OpenAI's word; summarized is Anthropic's. */
  readonly show?: "omitted" | Summary | "summarized" | "full";
  /** Codex's `context: all_turns` and what else a dialect puts beside the effort. */
  readonly hints?: Readonly<Record<string, Raw>>;
}
export interface OutputShape {
  /** `name` is required by OpenAI and absent at Anthropic. */
  readonly schema?: {
    readonly name?: string;
    readonly description?: string;
    readonly schema: Raw;
    readonly strict?: boolean | null;
  };
  /** Chat's `{type:"json_object"}`. */
  readonly jsonObject?: true;
  readonly verbosity?: string;
}
export interface StoredState {
  readonly store?: boolean;
  /** previous_response_id, conversation: expanded by us or refused, never dropped. */
  readonly previous?: { readonly field: string; readonly value: string };
  /** Messages: a conversation that its vendor holds. continued: the rest of it is not in the body, so nobody else can answer. */
  readonly thread?: "begun" | "continued";
  readonly container?: Raw;
}
export interface CacheHints {
  /** prompt_cache_key */
  readonly key?: string;
  /** prompt_cache_retention */
  readonly retention?: string;
  /** Anthropic's top-level automatic cache_control. */
  readonly automatic?: Raw;
}
export interface Wants {
  /** stream_options.include_usage */
  readonly usageChunk?: boolean;
  /** include: ["reasoning.encrypted_content"] */
  readonly sealedReasoning?: boolean;
}
export interface CallerHints {
  readonly user?: string;
  readonly safetyId?: string;
  /** `metadata`, as it came. */
  readonly metadata?: Raw;
  readonly serviceTier?: string;
}
