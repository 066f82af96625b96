/** One item of the output while it arrives. Its kind shows with the first event that tells it. */
import type { Emit } from "../../ir/events.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { callSlot, isOurCall } from "./call-slot.ts";
import type { Reading } from "./decoder.ts";
import { lateCallSlot, vendorSlot } from "./vendor-slot.ts";
import { messageSlot } from "./message-slot.ts";
import { reasoningSlot } from "./reasoning-slot.ts";
import { builtinByCall, runsAtClient } from "./wire.ts";

export interface Slot {
  /** The wire type, once it is known. */
  readonly type: Json | undefined;
  /** Its latest form, and whether that is its last. */
  readonly item: JsonObject | undefined;
  readonly ended: boolean;
  readonly closed: boolean;
  added(item: JsonObject, emit: Emit): void;
  event(event: JsonObject, emit: Emit): void;
  done(item: JsonObject, emit: Emit): void;
  /** The answer ends: what is open is closed with what is known of it. */
  close(emit: Emit): void;
}

/** What a kind of item does; the slot around it keeps it from going on after its end. */
export interface Kind {
  added(item: JsonObject, emit: Emit): void;
  event(event: JsonObject, emit: Emit): void;
  /** `item`: its last form, or its first where there was none. Closes every block. */
  done(item: JsonObject, emit: Emit): void;
}

export function itemSlot(reading: Reading): Slot {
  let kind: Kind | undefined;
  let first: JsonObject | undefined;
  let last: JsonObject | undefined;
  let type: Json | undefined;
  let closed = false;
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
    added: (item, emit) => {
      if (closed || first) return;
      first = item;
      type = item.type;
      kind ??= become(kindOf(item, reading), emit);
      kind.added(item, emit);
    },
    event: (event, emit) => {
      if (closed) return;
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

function kindOf(item: JsonObject, reading: Reading): Kind {
  if (item.type === "message") return messageSlot(reading, item);
  if (item.type === "reasoning") return reasoningSlot(reading);
  if (isOurCall(item, reading)) return callSlot(reading);
  const builtin = typeof item.type === "string" ? builtinByCall(item.type) : undefined;
  return builtin && runsAtClient(item) ? lateCallSlot(builtin, reading) : vendorSlot(reading, item);
}

/** Some servers leave `output_item.added` out. Text and reasoning can do without it; a call needs its name. */
function impliedKind(event: JsonObject, reading: Reading): Kind | undefined {
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
