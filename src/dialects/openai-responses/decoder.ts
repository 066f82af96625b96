/**
 * Responses events, of OpenAI, Azure, xAI, LM Studio, Copilot and whoever else claims the dialect, as StreamEvents.
 * Items are told apart by `output_index`, never by id: Copilot changes the ids with every event.
 */
import type { Ask } from "../dialect.ts";
import { connectionLost } from "../../ir/error.ts";
import type { Emit, FinishReason, StreamEvent } from "../../ir/events.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import type { Frame, Machine } from "../../wire/machine.ts";
import { eventError } from "./error.ts";
import { itemSlot, namesOf, type Slot } from "./slots.ts";
import { decodeUsage } from "./usage.ts";
import { DIALECT, parseOr, table } from "./wire.ts";

export function decoder(ask: Ask): Machine<Frame, StreamEvent> {
  const answer = answerReader(ask);
  return {
    push: (frame, emit) => {
      if (frame.data === "" || frame.data === "[DONE]") return;
      const event = parseOr(frame.data, null);
      answer.push(isObject(event) ? event : { type: "unreadable", data: frame.data }, emit);
    },
    end: (cause, emit) => answer.end(cause, emit),
  };
}

/** What the slots of one answer share. */
export interface Reading {
  readonly ask: Ask;
  /** Opens a block and returns its index. */
  open(block: Extract<StreamEvent, { type: "block-start" }>["block"], emit: Emit): number;
  /** Kinds of the blocks that were opened: they decide how the answer ended. */
  readonly kinds: Set<string>;
  /** Calls of tools that the vendor ran. */
  readonly hosted: Map<string, number>;
}

interface State extends Reading {
  readonly slots: Map<string, Slot>;
  started: boolean;
  done: boolean;
}

/** The same for a stream's frames and a whole answer's parts. */
export function answerReader(ask: Ask): Machine<JsonObject, StreamEvent> {
  const state = newState(ask);
  return {
    push: (event, emit) => {
      if (state.done) return;
      const type = typeof event.type === "string" ? event.type : event.error !== undefined ? "error" : "";
      const handle = HANDLERS.get(type);
      if (handle) handle(event, state, emit);
      else other(event, state, emit);
    },
    end: (_cause, emit) => {
      if (state.done) return;
      state.done = true;
      emit({ type: "error", error: connectionLost("the upstream's answer stopped before its end") });
    },
  };
}

function newState(ask: Ask): State {
  let next = 0;
  const kinds = new Set<string>();
  return {
    ask,
    kinds,
    hosted: new Map(),
    slots: new Map(),
    started: false,
    done: false,
    open: (block, emit) => {
      kinds.add(block.kind);
      emit({ type: "block-start", index: next, block });
      return next++;
    },
  };
}

type Handler = (event: JsonObject, state: State, emit: Emit) => void;

const started: Handler = (event, state, emit) => start(isObject(event.response) ? event.response : {}, state, emit);
const nothing: Handler = () => {};
const toSlot: Handler = (event, state, emit) => {
  start({}, state, emit);
  slotOf(event, state).event(event, emit);
};

const HANDLERS = table<Handler>({
  "response.created": started,
  "response.in_progress": started,
  "response.queued": started,
  keepalive: nothing,
  ping: nothing,
  "response.output_item.added": (event, state, emit) => {
    start({}, state, emit);
    if (isObject(event.item)) slotOf(event, state).added(event.item, emit);
  },
  "response.output_item.done": (event, state, emit) => {
    start({}, state, emit);
    if (isObject(event.item)) slotOf(event, state).done(event.item, emit);
  },
  "response.completed": (event, state, emit) => finish(event, state, emit),
  "response.done": (event, state, emit) => finish(event, state, emit),
  "response.incomplete": (event, state, emit) => finish(event, state, emit),
  "response.failed": (event, state, emit) =>
    fail(isObject(event.response) ? event.response.error : undefined, state, emit),
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

/** Events about an item go to it; the rest (rate limits, what is yet to be invented) is no error. */
function other(event: JsonObject, state: State, emit: Emit): void {
  if (event.output_index !== undefined || event.item_id !== undefined) return toSlot(event, state, emit);
  emit({ type: "notice", dialect: DIALECT, raw: event });
}

function slotOf(event: JsonObject, state: State): Slot {
  const key = slotKey(event);
  let slot = state.slots.get(key);
  if (!slot) {
    slot = itemSlot(state);
    state.slots.set(key, slot);
  }
  return slot;
}

/** An id only where there is no index. */
function slotKey(event: JsonObject): string {
  if (typeof event.output_index === "number") return `#${event.output_index}`;
  const id = isObject(event.item) ? event.item.id : event.item_id;
  return typeof id === "string" ? id : "";
}

function finish(event: JsonObject, state: State, emit: Emit): void {
  const response = isObject(event.response) ? event.response : {};
  if (isObject(response.error)) return fail(response.error, state, emit);
  if (response.status === "failed" || response.status === "cancelled")
    return fail({ message: `the upstream ended the answer as ${response.status}` }, state, emit);
  start(response, state, emit);
  completeFrom(isList(response.output) ? response.output : [], state, emit);
  for (const slot of state.slots.values()) slot.close(emit);
  if (isList(response.content_filters))
    emit({ type: "notice", dialect: DIALECT, raw: { content_filters: response.content_filters } });
  state.done = true;
  const incomplete = event.type === "response.incomplete" || response.status === "incomplete";
  const details = isObject(response.incomplete_details) ? response.incomplete_details : undefined;
  emit({
    type: "finish",
    reason: incomplete ? cutReason(details?.reason) : endReason(state.kinds),
    usage: decodeUsage(response, Object.fromEntries(state.hosted)),
  });
}

const cutReason = (reason: Json | undefined): FinishReason => (reason === "content_filter" ? "filter" : "length");

function endReason(kinds: ReadonlySet<string>): FinishReason {
  if (kinds.has("call")) return "tool";
  return kinds.has("refusal") && !kinds.has("text") ? "refusal" : "stop";
}

/**
 * The last event may hold items, or ends of items, that were never streamed; or nothing at all. Indices have gaps, so an
 * item is known by its id or call id, and is new only when there are more of its type than were streamed.
 */
function completeFrom(output: readonly Json[], state: State, emit: Emit): void {
  const streamed = [...state.slots.values()];
  const items = output.filter(isObject);
  const byName = new Map(streamed.toReversed().flatMap((slot) => slot.names().map((name) => [name, slot])));
  const [whole, seen] = [countsOf(items), countsOf(streamed)];
  items.forEach((item, at) => {
    const named = namesOf(item).map((name) => byName.get(name));
    const known = named.find((slot) => slot !== undefined) ?? state.slots.get(`#${at}`);
    if (known && known.type === item.type) return known.done(item, emit);
    if ((whole.get(item.type) ?? 0) <= (seen.get(item.type) ?? 0)) return;
    const slot = itemSlot(state);
    state.slots.set(`completed ${at}`, slot);
    slot.done(item, emit);
  });
}

function countsOf(list: readonly { readonly type?: Json | undefined }[]): ReadonlyMap<Json | undefined, number> {
  const counts = new Map<Json | undefined, number>();
  for (const { type } of list) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function fail(raw: Json | undefined, state: State, emit: Emit): void {
  state.done = true;
  emit({ type: "error", error: eventError(raw) });
}
