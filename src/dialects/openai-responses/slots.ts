/** One item of the output while it arrives. Its kind shows with the first event that tells it. */
import type { Emit } from "../../ir/events.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { callSlot, isOurCall } from "./call-slot.ts";
import type { DecoderState, Kind, Slot } from "./item.ts";
import { lateCallSlot, vendorSlot } from "./vendor-slot.ts";
import { messageSlot } from "./message-slot.ts";
import { reasoningSlot } from "./reasoning-slot.ts";
import { builtinByCall, runsAtClient } from "./wire.ts";

export function itemSlot(reading: DecoderState): Slot {
  let kind: Kind | undefined;
  let first: JsonObject | undefined;
  let last: JsonObject | undefined;
  let type: Json | undefined;
  let closed = false;
  let heard = false;
  const waiting: JsonObject[] = [];

  const become = (found: Kind, emit: Emit): Kind => {
    kind = found;
    for (const event of waiting.splice(0)) kind.event(event, emit);
    return kind;
  };
  const close = (item: JsonObject, emit: Emit): void => {
    if (closed) return;
    closed = true;
    (kind ?? become(kindOf(item, reading), emit)).done(item, emit);
  };

  return {
    get type() {
      return type;
    },
    get item() {
      return last ?? first;
    },
    get ended() {
      return last !== undefined;
    },
    get closed() {
      return closed;
    },
    get heard() {
      return heard;
    },
    added: (item, emit) => {
      if (closed || first) return;
      first = item;
      type = item.type;
      kind ??= become(kindOf(item, reading), emit);
      kind.added(item, emit);
    },
    event: (event, emit) => {
      if (closed) return;
      // A part that is announced has no words yet.
      heard ||= !String(event.type).endsWith("_part.added");
      const found = kind ?? impliedKind(event, reading);
      if (!found) return void waiting.push(event);
      if (!kind) become(found, emit);
      type ??= impliedType(event);
      found.event(event, emit);
    },
    done: (item, emit) => {
      if (closed) return;
      last = item;
      type ??= item.type;
      close(item, emit);
    },
    close: (emit) => {
      // A call whose item never came has no name: there is nothing to call.
      if (kind || first) close(first ?? {}, emit);
      closed = true;
    },
  };
}

function kindOf(item: JsonObject, reading: DecoderState): Kind {
  if (item.type === "message") return messageSlot(reading, item);
  if (item.type === "reasoning") return reasoningSlot(reading);
  if (isOurCall(item, reading)) return callSlot(reading);
  const builtin = typeof item.type === "string" ? builtinByCall(item.type) : undefined;
  return builtin && runsAtClient(item) ? lateCallSlot(builtin, reading) : vendorSlot(reading, item);
}

/** Some servers leave `output_item.added` out. Text and reasoning can do without it; a call needs its name. */
function impliedKind(event: JsonObject, reading: DecoderState): Kind | undefined {
  const type = impliedType(event);
  if (type === "message") return messageSlot(reading, {});
  return type === "reasoning" ? reasoningSlot(reading) : undefined;
}

export function impliedType(event: JsonObject): string | undefined {
  const type = String(event.type);
  if (type.startsWith("response.reasoning")) return "reasoning";
  if (type.startsWith("response.output_text") || type.startsWith("response.refusal")) return "message";
  if (!type.startsWith("response.content_part") || !isObject(event.part)) return undefined;
  return event.part.type === "reasoning_text" ? "reasoning" : "message";
}
