/** Responses events, of OpenAI, Azure, xAI, LM Studio, Copilot and whoever else claims the dialect, as StreamEvents. */
import type { ReplyContext, Decoder } from "../dialect.ts";
import { connectionLost } from "../../ir/error.ts";
import type { Emit, FinishReason, StreamEvent } from "../../ir/events.ts";
import { isList, isObject, type Json, type JsonObject, parseOr } from "../../wire/json.ts";
import type { Machine } from "../../wire/machine.ts";
import { eventError } from "./error.ts";
import type { DecoderState } from "./item.ts";
import { type Items, itemsOf } from "./items.ts";
import { decodeUsage } from "./usage.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { table } from "./wire.ts";

export function decoder(context: ReplyContext): Decoder {
  const answer = answerReader(context);
  return {
    push: (frame, emit) => {
      if (frame.data === "" || frame.data === "[DONE]") return;
      const event = parseOr(frame.data, null);
      answer.push(isObject(event) ? event : { type: "unreadable", data: frame.data }, emit);
    },
    end: (cause, emit) => answer.end(cause, emit),
    goOn: answer.goOn,
  };
}

interface State {
  readonly reading: DecoderState;
  readonly items: Items;
  started: boolean;
  /** It failed, and its reason may follow. */
  failing: boolean;
  done: boolean;
}

/** The same for a stream's frames and a whole answer's parts. */
export function answerReader(context: ReplyContext): Machine<JsonObject, StreamEvent> & Pick<Decoder, "goOn"> {
  const state = newState(context);
  return {
    push: (event, emit) => {
      if (state.done) return;
      const type = typeof event.type === "string" ? event.type : event.error !== undefined ? "error" : "";
      const handle = HANDLERS.get(type);
      if (state.failing && type !== "error") return;
      if (handle) handle(event, state, emit);
      else other(event, state, emit);
    },
    end: (_cause, emit) => {
      if (state.done) return;
      if (state.failing) return fail(undefined, state, emit);
      state.done = true;
      emit({ type: "error", error: connectionLost("the upstream's answer stopped before its end") });
    },
    goOn: () => state.reading.latest?.took,
  };
}

function newState(context: ReplyContext): State {
  let next = 0;
  const kinds = new Set<string>();
  const reading: DecoderState = {
    context,
    kinds,
    hosted: new Map(),
    latest: undefined,
    get blocks() {
      return next;
    },
    open: (block, emit) => {
      kinds.add(block.kind);
      emit({ type: "block-start", index: next, block });
      return next++;
    },
  };
  return { reading, items: itemsOf(reading), started: false, failing: false, done: false };
}

type Handler = (event: JsonObject, state: State, emit: Emit) => void;

const started: Handler = (event, state, emit) => start(isObject(event.response) ? event.response : {}, state, emit);
const nothing: Handler = () => {};
const toSlot: Handler = (event, state, emit) => {
  start({}, state, emit);
  state.items.at(event).event(event, emit);
};

const HANDLERS = table<Handler>({
  "response.created": started,
  "response.in_progress": started,
  "response.queued": started,
  keepalive: nothing,
  ping: nothing,
  "response.output_item.added": (event, state, emit) => {
    start({}, state, emit);
    if (isObject(event.item)) state.items.of(event, event.item, "added").added(event.item, emit);
  },
  "response.output_item.done": (event, state, emit) => {
    start({}, state, emit);
    if (isObject(event.item)) state.items.of(event, event.item, "done").done(event.item, emit);
  },
  "response.completed": (event, state, emit) => finish(event, state, emit),
  "response.done": (event, state, emit) => finish(event, state, emit),
  "response.incomplete": (event, state, emit) => finish(event, state, emit),
  "response.failed": failed,
  "response.cancelled": (_event, state, emit) => fail({ message: "the upstream cancelled the answer" }, state, emit),
  error: (event, state, emit) => fail(event, state, emit),
});

function start(response: JsonObject, state: State, emit: Emit): void {
  if (state.started) return;
  state.started = true;
  emit({
    type: "start",
    ...(typeof response.id === "string" && { id: response.id }),
    ...(typeof response.model === "string" && { model: response.model }),
  });
}

/** Events about an item go to it, also where they do not say which; the rest (rate limits, what is yet to be invented) is no error. */
function other(event: JsonObject, state: State, emit: Emit): void {
  if (event.output_index !== undefined || event.item_id !== undefined || ABOUT_ITEM.test(String(event.type)))
    return toSlot(event, state, emit);
  emit({ type: "notice", dialect: OPENAI_RESPONSES, raw: event });
}

const ABOUT_ITEM =
  /^response\.(output_text|refusal|reasoning|content_part|function_call_arguments|custom_tool_call_input)/;

function finish(event: JsonObject, state: State, emit: Emit): void {
  const response = isObject(event.response) ? event.response : {};
  if (isObject(response.error)) return fail(response.error, state, emit);
  if (response.status === "failed" || response.status === "cancelled")
    return fail({ message: `the upstream ended the answer as ${response.status}` }, state, emit);
  start(response, state, emit);
  state.items.complete(isList(response.output) ? response.output.filter(isObject) : [], emit);
  state.items.close(emit);
  if (isList(response.content_filters))
    emit({ type: "notice", dialect: OPENAI_RESPONSES, raw: { content_filters: response.content_filters } });
  state.done = true;
  const incomplete = event.type === "response.incomplete" || response.status === "incomplete";
  const details = isObject(response.incomplete_details) ? response.incomplete_details : undefined;
  emit({
    type: "finish",
    reason: incomplete ? cutReason(details?.reason) : endReason(state.reading.kinds),
    usage: decodeUsage(response, Object.fromEntries(state.reading.hosted)),
  });
}

const cutReason = (reason: Json | undefined): FinishReason => (reason === "content_filter" ? "filter" : "length");

function endReason(kinds: ReadonlySet<string>): FinishReason {
  if (kinds.has("call")) return "tool";
  return kinds.has("refusal") && !kinds.has("text") ? "refusal" : "stop";
}

/** Azure says here that a limit refused the call, with an error of null, and in the `error` event behind it which one (earendil-works/pi#7983). */
function failed({ response }: JsonObject, state: State, emit: Emit): void {
  const error = isObject(response) ? response.error : undefined;
  if (isObject(error) || state.reading.blocks > 0) return fail(error, state, emit);
  state.failing = true;
  emit({ type: "notice", dialect: OPENAI_RESPONSES, raw: {}, failing: true });
}

function fail(raw: Json | undefined, state: State, emit: Emit): void {
  state.done = true;
  emit({ type: "error", error: eventError(raw) });
}
