/** The seam: everything that the rest of the gateway knows of a wire protocol. */
import type { Frame, Machine } from "../wire/machine.ts";
import type { JsonLiteral, JsonObject } from "../wire/json.ts";
import type { Reply } from "../wire/reply.ts";
import type { GatewayError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { Loss, Translated } from "../ir/loss.ts";
import type { ModelRequest, Wants } from "../ir/request.ts";
import type { DialectId, Seal } from "../ir/seal.ts";
import type { ToolRules } from "../ir/tool-schema.ts";
import type { ToolMap } from "../ir/tools.ts";
import type { FieldNames } from "../ir/field-names.ts";

export interface Dialect {
  readonly id: DialectId;
  /** What its callers call the fields at the top of a body. */
  readonly fieldNames: FieldNames;
  /** True when a body is of this very shape and its deployment takes it as it is, so that its bytes may pass. */
  passes(body: JsonObject, traits: Traits): boolean;
  /** What a router must know before it decides on a lane. Throws a ShapeError where the body is not of this dialect. */
  envelope(body: JsonObject): { readonly model: string | undefined; readonly stream: boolean };
  readonly request: {
    decode(body: JsonObject): Translated<ModelRequest>;
    encode(request: ModelRequest, to: Addressee): Translated<JsonObject>;
  };
  readonly stream: {
    /** Tolerant of every vendor that claims the dialect. Emits a terminal event in any case. */
    decoder(ask: Ask): Decoder;
    /** Cannot print an invalid sequence. After "error" it prints the dialect's own error event and nothing that looks like an end. */
    encoder(ask: Ask): Machine<StreamEvent, Frame> & { losses(): readonly Loss[] };
    readonly marks: Marks;
  };
  readonly response: {
    /** A whole answer runs through the same code as a stream. */
    decode(body: JsonObject, ask: Ask): readonly StreamEvent[];
    /** Throws the GatewayError of an `error` event. */
    encode(events: readonly StreamEvent[], ask: Ask): Translated<JsonObject>;
  };
  readonly error: {
    /** The error of an upstream, with its message, its kind and what must travel on. */
    decode(reply: Reply): GatewayError;
    encode(error: GatewayError): Reply;
  };
}

export interface Decoder extends Machine<Frame, StreamEvent> {
  /**
   * Behind a frame that did nothing but add to a text: takes the texts of further frames that are like it in everything
   * else, and are not pushed. Undefined: the frame changed more than its text.
   */
  goOn(): ((text: JsonLiteral) => void) | undefined;
}

/** How the events of a dialect look as they come, unparsed. No mark is found inside a string: there, quotes are escaped. */
export interface Marks {
  /** Every event of an answer holds it, so that its words are the model's. */
  readonly answer: RegExp;
  /** True of an event that holds usage and nothing of the answer. */
  isUsageOnly(event: string): boolean;
  /** Fields of an event with text that nobody reads behind the first, and that may differ from event to event. */
  readonly inert: ReadonlySet<string>;
}

/** What a coder must know of the request: without it no namespace, custom or builtin tool can be restored, no hosted call told from a call, no id made. */
export interface Ask {
  readonly tools: ToolMap;
  readonly wants: Wants;
  /** Ids of the reply and its items derive from it, so that they are stable and unique per turn. */
  readonly replyId: string;
  readonly createdAtSeconds: number;
  /** A coder has no clock of its own. */
  readonly nowSeconds: () => number;
  /** The model as the caller named it. */
  readonly modelName: string;
  readonly style: ReplyStyle;
  /** Who answers: decoders stamp it on every seal. */
  readonly from: { readonly issuer: string; readonly family: string };
  /** The request as the caller wrote it; Responses clients get some of it echoed. */
  readonly request?: ModelRequest;
}

/** How one client wants what its dialect leaves open. */
export interface ReplyStyle {
  /** The call of a freeform tool. custom: the dialect's own form. function-text: a function envelope with the raw text (Cursor). json: `{"input": "…"}`. */
  readonly customCalls: "custom" | "function-text" | "json";
  /** field: the dialect's own place. think: markup in the text. none: hidden; seals still travel where the dialect has a field for them. */
  readonly reasoning: "field" | "think" | "none";
}

/** Whom a request is written for: one deployment of one model. */
export interface Addressee {
  readonly issuer: string;
  readonly family: string;
  /** The name that the upstream knows. */
  readonly model: string;
  readonly traits: Traits;
}

/** What a deployment takes of its dialect. Rows in providers/capabilities.ts; encoders obey them, nothing else does. */
export interface Traits {
  /** Chat: role `developer` is known; else `system`. */
  readonly developerRole: boolean;
  /** Chat: system turns after the first message are accepted. Anthropic: `role: "system"` inside messages is. */
  readonly midSystem: boolean;
  /** Freeform (grammar) tools exist. Else they are lowered to `{input: string}`. */
  readonly customTools: boolean;
  /** Chat's name of the output limit. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Chat: where reasoning of earlier turns is sent back. reasoning_details: sealed, and text without a seal as `reasoning`. none: it is not accepted. */
  readonly reasoningReplay: "reasoning_content" | "reasoning" | "reasoning_details" | "none";
  /** Chat: who makes the seals that this model reads, as it stands in the `format` of each. Absent: nobody knows. */
  readonly sealMaker?: string;
  /** Chat: `extra_content` is known, in which seals stand on messages and calls. */
  readonly extraContent?: true;
  /** Chat: a turn whose first call comes back without its seal is refused. */
  readonly signedCalls?: true;
  /** Chat: `cache_control` on the body, on text parts and on tools is known. */
  readonly cacheMarks?: true;
  /** Tool turns without their reasoning are refused (Kimi, DeepSeek thinking models). */
  readonly reasoningRequired: boolean;
  /** Images inside a tool result; else they follow in a user message. */
  readonly imageResults: boolean;
  readonly images: boolean;
  /** Chat, Responses: `strict` means what OpenAI means by it. Anthropic: the model knows it. */
  readonly strictTools: boolean;
  readonly toolSchemas: ToolRules;
  readonly parallelSwitch: boolean;
  /** Chat: `stream_options.include_usage` is known. */
  readonly usageChunk: boolean;
  /** Chat: how an effort is said. reasoning: `reasoning:{effort}` or `reasoning:{max_tokens}`. thinking: `thinking:{type}` on or off only. none: not at all. */
  readonly effortField: "reasoning_effort" | "reasoning" | "thinking" | "none";
  /** Chat: `response_format` json_schema; else json_object; else none. */
  readonly jsonSchema: "json_schema" | "json_object" | "none";
  readonly cacheKey: boolean;
  /** Call ids the vendor accepts. Mistral: 9 alphanumerics. */
  readonly callIdLengthMax: number;
  readonly callIdPattern: RegExp;
  readonly stop: boolean;
  /** Messages: false where a conversation must end with the user. Absent: the model goes on with its own last words. */
  readonly prefill?: boolean;
  /** Messages: the vendor holds conversations (`thread`). Absent: it does not. */
  readonly threads?: boolean;
  /** Responses: false where the model does not reason and refuses to seal: "Encrypted content is not supported with this model." Absent: it can. */
  readonly sealedReasoning?: boolean;
}

export type { DialectId, Seal };
