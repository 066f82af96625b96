/** The seam: everything that the rest of the gateway knows of a wire protocol. */
import type { Frame, Machine } from "../wire/machine.ts";
import type { Json, JsonLiteral, JsonObject } from "../wire/json.ts";
import type { Reply } from "../wire/reply.ts";
import type { GatewayError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { Loss, LossList, Translated } from "../ir/loss.ts";
import type { Entry, ModelRequest, Wants } from "../ir/request.ts";
import type { Settings } from "../ir/settings.ts";
import type { SpanEdit } from "../wire/edit.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { ToolMap } from "../ir/tools.ts";
import type { WebSearches } from "../ir/web-search.ts";
import type { CallerWords, FieldNames } from "../ir/field-names.ts";
import type { PathPattern } from "../wire/path.ts";
import type { LimitHeaders } from "./limit-headers.ts";
import type { Probe } from "./probe.ts";
import type { Range, Traits } from "./traits.ts";

export interface Dialect {
  readonly id: DialectId;
  /** What its callers call the fields at the top of a body. */
  readonly fieldNames: FieldNames;
  readonly conversation: {
    /** The field of a body that holds it, as a list or as the user's own words. */
    readonly field: string;
    /** What that field says, or a part of its list, without what stands beside it in a body. */
    decode(said: Json): readonly Entry[];
  };
  readonly paths: Paths;
  readonly headers: DialectHeaders;
  /** What most deployments that claim the dialect take of it; a vendor's row says what differs. */
  readonly traits: Traits;
  readonly range: Range;
  /** True when a body is of this very shape and its deployment takes it as it is, so that its bytes may pass. */
  passes(body: JsonObject, traits: Traits): boolean;
  /** A look at the reasoning in a body's conversation, before anything is decoded for it. */
  thoughts(body: JsonObject): Thoughts;
  /** Of a body whose bytes pass: the fields that are fitted to its model. A value of the wrong type is read as absent. */
  readonly settings: {
    /** An effort governs the whole answer, and thoughts are asked for apart from it. */
    readonly asksForThoughtsApart?: true;
    read(body: JsonObject, traits: Traits): OwnSettings;
    /** What must change in the body so that it says `after`. */
    edits(body: JsonObject, before: OwnSettings, after: Settings, to: Writing): readonly SpanEdit[];
    /** An effort of a single turn, the last one, and the edits that take all of them out. */
    turnEffort?(body: JsonObject): { readonly effort: string; readonly edits: readonly SpanEdit[] } | undefined;
  };
  /** What else its vendor is known to refuse in a body whose bytes pass, or the gateway needs in it. */
  nativeEdits(body: JsonObject, to: Writing): readonly SpanEdit[];
  /** What a router must know before it decides on a lane. Throws a ShapeError where the body is not of this dialect. */
  envelope(path: string, body: JsonObject): Envelope;
  readonly request: {
    decode(body: JsonObject): Translated<ModelRequest>;
    encode(request: ModelRequest, to: Addressee): Translated<JsonObject>;
  };
  readonly stream: {
    /** Tolerant of every vendor that claims the dialect. Emits a terminal event in any case. */
    decoder(context: ReplyContext): Decoder;
    /** Cannot print an invalid sequence. After "error" it prints the dialect's own error event and nothing that looks like an end. */
    encoder(context: ReplyContext): Encoder;
    readonly marks: Marks;
  };
  readonly response: {
    /** A whole answer runs through the same code as a stream. */
    decode(body: JsonObject, context: ReplyContext): readonly StreamEvent[];
    /** Throws the GatewayError of an `error` event. */
    encode(events: readonly StreamEvent[], context: ReplyContext): Translated<JsonObject>;
  };
  /** How the call of a freeform tool goes to the clients of this dialect. `byName`: this one reads the name of a function on every call. */
  customCalls(body: JsonObject, client: { readonly byName: boolean }): ReplyStyle["customCalls"];
  /** Thoughts go back sealed: their summary is for the eyes of a person, and a hidden one need not be asked for. */
  readonly sealsThoughts?: true;
  /** Vendors of this dialect search the web themselves. */
  readonly hostsWebSearch: boolean;
  /** Its clients ask their vendor for searches in a way that the gateway can answer. */
  readonly webSearch?: WebSearches;
  readonly error: {
    /** The error of an upstream, with its message, its kind and what must travel on. */
    decode(reply: Reply): GatewayError;
    encode(error: GatewayError): Reply;
  };
  /** How its vendor's answers tell what is left of a limit. */
  readonly limitHeaders: LimitHeaders;
  /** Absent: nobody asks for a count in this dialect. */
  readonly tokenCount?: TokenCount;
  /** Absent: its clients read another dialect's list. */
  readonly modelList?: ModelList;
  readonly probe: Probe;
}

/** What an upstream is asked to do. stream: generate, in pieces. */
export type Operation = "generate" | "stream" | "count-tokens";

export interface Paths {
  /** Where the gateway takes its calls. */
  readonly generate: readonly PathPattern[];
  /** Where clients ask for a WebSocket before they post. */
  readonly webSocket?: readonly PathPattern[];
  /** The dialect of a body that was posted to one of them: clients mix them. */
  bodyDialect(body: JsonObject): DialectId;
  /** True for paths of its family, whether the gateway has them or not: errors there are its own. */
  isOwn(path: string): boolean;
  /** Behind an upstream's base URL. */
  upstream(operation: Operation, model: string): string;
}

/** undefined: the caller named no model. */
export interface Envelope {
  readonly model: string | undefined;
  readonly stream: boolean;
}

/** What goes upstream beside credentials: allow-lists over the caller's headers. */
export interface DialectHeaders {
  /** On every request. */
  readonly fixed: Readonly<Record<string, string>>;
  /** On the native lane the caller speaks to the vendor itself: what the vendor's protocol defines goes as it came. */
  native(name: string): boolean;
  translated(name: string): boolean;
}

/** The list of models, at the paths that all dialects share. */
export interface ModelList {
  /** Whether a caller with these headers reads this dialect. Absent: its callers cannot be told by them. */
  isAsked?(headers: Pick<Headers, "has">): boolean;
  one(model: ListedModel): JsonObject;
  all(models: readonly ListedModel[]): JsonObject;
}

export interface ListedModel {
  readonly id: string;
  /** What a person is shown. */
  readonly title: string;
  readonly createdMs: number;
}

export interface TokenCount {
  readonly paths: readonly PathPattern[];
  /** False for an upstream's 200 that counts nothing. */
  isAnswer(body: JsonObject): boolean;
  encode(tokens: number): JsonObject;
}

/** For what an edit is made, and where it reports what could not be kept. */
export interface Writing {
  readonly traits: Traits;
  readonly losses: LossList;
  /** What the caller calls things. */
  readonly said: CallerWords;
}

export interface OwnSettings extends Settings {
  /** What the body says of thinking is left as it is: only an effort in the name of the model is stronger, or, beside a call that it forces, nothing. */
  readonly thinkingStays?: "unless-named" | "beside-forced-call";
}

export interface Thoughts {
  /** A turn of the model calls tools, and no sealed reasoning comes back with it. */
  readonly lacksSeal: boolean;
  /** Reasoning whose signature is empty: a client replays it of a model that does not sign. */
  readonly isUnsigned: boolean;
  /** Anything may be a seal: only the decoder can say whose. */
  readonly mayHoldSeal: boolean;
}

export type Encoder = Machine<StreamEvent, Frame> & { losses(): readonly Loss[] };

export interface Decoder extends Machine<Frame, StreamEvent> {
  /** Behind a frame that did nothing but add to a text: takes the texts of further frames that are like it in everything else, and are not pushed. Undefined: the frame changed more than its text. */
  goOn?(): ((text: JsonLiteral) => void) | undefined;
}

/** How the events of a dialect look as they come, unparsed. No mark is found inside a string: there, quotes are escaped. */
export interface Marks {
  /** Every event of an answer holds it, so that its words are the model's. */
  readonly answer: RegExp;
  /** True of an event that holds usage and nothing of the answer. */
  isUsageOnly?(event: string): boolean;
  /** Fields of an event with text that nobody reads behind the first, and that may differ from event to event. */
  readonly inert: ReadonlySet<string>;
}

/** What a coder must know of the request: without it no namespace, custom or builtin tool can be restored, no hosted call told from a call, no id made. */
export interface ReplyContext {
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
