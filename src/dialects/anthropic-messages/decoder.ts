/** A Messages stream, read. Tolerant of every vendor that claims the dialect; ends in a terminal event in any case. */
import type { ReplyContext, Decoder } from "../dialect.ts";
import { distinctCalls } from "../../ir/distinct-calls.ts";
import { connectionLost, GatewayError } from "../../ir/error.ts";
import type { Emit } from "../../ir/events.ts";
import {
  defined,
  isList,
  isObject,
  type Json,
  type JsonObject,
  literal,
  lookup,
  objectIn,
  parseObject,
  textIn,
} from "../../wire/json.ts";
import type { EndCause, Machine } from "../../wire/machine.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { type OpenBlock, openBlock } from "./blocks-decode.ts";
import { decodeErrorEvent } from "./error.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";
import { finishReasonOf, isKnownStop, numberIn } from "./wire.ts";
import { usageReader } from "./usage.ts";

export function decoder(context: ReplyContext): Decoder {
  const reading = eventReader(context);
  return {
    push: (frame, emit) => {
      // Proxies that speak Chat to everybody end with it.
      if (frame.data === "[DONE]" || frame.data === "") return;
      const event = parseObject(frame.data);
      if (event) reading.push(event, emit);
      else reading.fail(new GatewayError("upstream-failed", "the upstream sent a frame that is no JSON object"), emit);
    },
    end: (cause, emit) => reading.end(cause, emit),
    goOn: () => nothing,
  };
}

const nothing = (): void => {};

export interface EventReader extends Machine<JsonObject, StreamEvent> {
  fail(error: GatewayError, emit: Emit): void;
}

interface DecoderState {
  readonly context: ReplyContext;
  readonly usage: ReturnType<typeof usageReader>;
  /** By the vendor's index, which may have gaps and come in any order. */
  readonly open: Map<number, OpenBlock>;
  messageId: string | undefined;
  started: boolean;
  /** Also the next free index of ours. */
  blocks: number;
  latest: number;
  /** Some text or refusal has been sent. */
  spoke: boolean;
  /** The client is to run a tool. */
  called: boolean;
  /** delta of message_delta, or the same fields of message_start. */
  stop: JsonObject;
  carry: Record<string, Json>;
  done: boolean;
}

/** Events are told apart by the JSON's own `type`: data-only proxies have no event line. */
export function eventReader(context: ReplyContext): EventReader {
  const reading: DecoderState = {
    context,
    usage: usageReader(),
    open: new Map(),
    messageId: undefined,
    started: false,
    blocks: 0,
    latest: -1,
    spoke: false,
    called: false,
    stop: {},
    carry: {},
    done: false,
  };
  const machine = distinctCalls<JsonObject>(
    {
      push: (event, emit) => {
        if (reading.done) return;
        const type = textIn(event, "type");
        const handler = lookup(HANDLERS, type) ?? (isObject(event.error) ? onError : onUnknown);
        handler(event, reading, emit);
      },
      end: (cause, emit) => endOf(cause, reading, emit),
    },
    context.replyId,
  );
  return { ...machine, fail: (error, emit) => fail(error, reading, emit) };
}

type Handler = (event: JsonObject, reading: DecoderState, emit: Emit) => void;

const HANDLERS: Readonly<Record<string, Handler | undefined>> = Object.assign(
  Object.create(null) as Record<string, Handler>,
  {
    message_start: onStart,
    content_block_start: onBlockStart,
    content_block_delta: onBlockDelta,
    content_block_stop: onBlockStop,
    message_delta: onMessageDelta,
    message_stop: (_event: JsonObject, reading: DecoderState, emit: Emit) => finish(reading, emit),
    ping: () => undefined,
    error: onError,
  },
);

/**
 * Proxies splice a second answer in when their own upstream failed (recorded: spliced-message-start). The same id again is
 * a repetition; another id before any block is the answer that counts; after that nothing can be taken back.
 */
function onStart(event: JsonObject, reading: DecoderState, emit: Emit): void {
  const message = objectIn(event, "message") ?? {};
  const id = textIn(message, "id");
  if (reading.started && reading.messageId === id) return;
  if (reading.blocks > 0)
    return fail(
      new GatewayError("upstream-cut", "the upstream began a second answer in the middle of the first"),
      reading,
      emit,
    );
  reading.messageId = id;
  reading.usage.read(message.usage);
  keepCarry(message, reading);
  ensureStarted(reading, emit, message);
  // Answers to programmatic calls arrive whole, in the start (recorded: programmatic-tool-calling).
  if (isList(message.content))
    message.content.filter(isObject).forEach((block, index) => wholeBlock(block, index, reading, emit));
  if (typeof message.stop_reason === "string") reading.stop = message;
}

function ensureStarted(reading: DecoderState, emit: Emit, message: JsonObject = {}): void {
  if (reading.started) return;
  reading.started = true;
  const id = textIn(message, "id");
  const model = textIn(message, "model");
  const usage = reading.usage.usage();
  emit({
    type: "start",
    ...(id !== "" && { id }),
    ...(model !== "" && { model }),
    ...(usage.source === "reported" && { usage }),
  });
}

function wholeBlock(block: JsonObject, index: number, reading: DecoderState, emit: Emit): void {
  onBlockStart({ index, content_block: block }, reading, emit);
  onBlockStop({ index }, reading, emit);
}

function onBlockStart(event: JsonObject, reading: DecoderState, emit: Emit): void {
  ensureStarted(reading, emit);
  const index = numberIn(event, "index") ?? reading.latest + 1;
  const block = objectIn(event, "content_block") ?? { type: "text", text: "" };
  onBlockStop({ index }, reading, emit);
  reading.open.set(index, openBlock(block, reading.blocks++, reading.context, emit));
  reading.latest = index;
  reading.spoke ||= textIn(block, "text") !== "";
  reading.called ||= block.type === "tool_use";
}

/** A delta goes to its own block, never to the latest, unless the proxy sends no index at all. */
function onBlockDelta(event: JsonObject, reading: DecoderState, emit: Emit): void {
  const delta = objectIn(event, "delta");
  if (!delta) return;
  const index = numberIn(event, "index") ?? reading.latest;
  const block = reading.open.get(index) ?? begun(index, delta, reading, emit);
  reading.spoke ||= textIn(delta, "text") !== "";
  block?.delta(delta, emit);
}

/** Hosts that translate from Bedrock leave out the start of text blocks. */
function begun(index: number, delta: JsonObject, reading: DecoderState, emit: Emit): OpenBlock | undefined {
  const wire = lookup(IMPLIED, textIn(delta, "type"));
  if (wire === undefined) {
    fail(
      new GatewayError("upstream-failed", `the upstream sent arguments for block ${index}, which it never began`),
      reading,
      emit,
    );
    return undefined;
  }
  onBlockStart({ index, content_block: { type: wire } }, reading, emit);
  return reading.open.get(index);
}
const IMPLIED: Readonly<Record<string, string>> = {
  text_delta: "text",
  citations_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "thinking",
};

function onBlockStop(event: JsonObject, reading: DecoderState, emit: Emit): void {
  const index = numberIn(event, "index") ?? reading.latest;
  const block = reading.open.get(index);
  reading.open.delete(index);
  block?.close(emit);
}

function onMessageDelta(event: JsonObject, reading: DecoderState, _emit: Emit): void {
  const delta = objectIn(event, "delta") ?? {};
  reading.usage.read(event.usage);
  if (typeof delta.stop_reason === "string") reading.stop = delta;
  keepCarry(delta, reading);
  keepCarry(event, reading);
}

/** What the next request needs (container) or what became of this one: for the client's own dialect. */
const CARRIED = ["container", "context_management", "input_transformations"];
function keepCarry(from: JsonObject, reading: DecoderState): void {
  for (const key of CARRIED) {
    const value = from[key];
    if (value !== undefined && value !== null) reading.carry[key] = value;
  }
}

function finish(reading: DecoderState, emit: Emit): void {
  if (reading.done) return;
  ensureStarted(reading, emit);
  for (const block of reading.open.values()) block.close(emit);
  reading.open.clear();
  const reason = textIn(reading.stop, "stop_reason");
  const details = detailsOf(reading.stop, reason);
  explainRefusal(details, reading, emit);
  reading.done = true;
  emit({
    type: "finish",
    // Some hosts end an answer without a word for why.
    reason: reason === "" && reading.called ? "tool" : finishReasonOf(reason),
    ...(details && { details }),
    usage: reading.usage.usage(),
    ...(Object.keys(reading.carry).length > 0 && { carry: reading.carry }),
  });
}

function detailsOf(stop: JsonObject, reason: string): JsonObject | undefined {
  const details = defined({
    ...objectIn(stop, "stop_details"),
    stop_sequence: typeof stop.stop_sequence === "string" ? stop.stop_sequence : undefined,
    stop_reason: reason === "" || isKnownStop(reason) ? undefined : reason,
  });
  return Object.keys(details).length > 0 ? details : undefined;
}

/** A refusal that says why only beside the answer is said in it for clients of other dialects. */
function explainRefusal(details: JsonObject | undefined, reading: DecoderState, emit: Emit): void {
  const explanation = details && textIn(details, "explanation");
  if (!explanation || reading.spoke) return;
  const index = reading.blocks++;
  emit({ type: "block-start", index, block: { kind: "refusal", inDetails: true } });
  emit({ type: "block-delta", index, delta: { text: literal(explanation) } });
  emit({ type: "block-end", index });
}

function onError(event: JsonObject, reading: DecoderState, emit: Emit): void {
  fail(decodeErrorEvent(event), reading, emit);
}

function onUnknown(event: JsonObject, _reading: DecoderState, emit: Emit): void {
  emit({ type: "notice", dialect: ANTHROPIC_MESSAGES, raw: event });
}

function fail(error: GatewayError, reading: DecoderState, emit: Emit): void {
  if (reading.done) return;
  reading.done = true;
  emit({ type: "error", error });
}

/** Without message_stop an answer is whole only if it told its stop reason and closed every block. */
function endOf(cause: EndCause, reading: DecoderState, emit: Emit): void {
  if (reading.done) return;
  const isWhole = textIn(reading.stop, "stop_reason") !== "" && (cause === "eof" || reading.open.size === 0);
  if (isWhole) return finish(reading, emit);
  const what = reading.started ? "in the middle of its answer" : "before its answer began";
  fail(connectionLost(`the upstream ended the stream ${what}`), reading, emit);
}
