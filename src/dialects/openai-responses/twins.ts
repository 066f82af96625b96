/** Items that look like one another: one that is told twice, or two of one name. Only their words can say, when both are whole. */
import type { Draft } from "../../ir/draft.ts";
import type { Emit } from "../../ir/events.ts";
import { type Json, type JsonObject, without } from "../../wire/json.ts";
import type { DecoderState, Slot } from "./item.ts";
import { itemSlot } from "./slots.ts";

interface Named {
  readonly type?: Json | undefined;
  readonly id?: Json | undefined;
  readonly call_id?: Json | undefined;
}

/** An item's id and call id, each with its type. */
export const namesOf = ({ type, id, call_id }: Named): readonly string[] => [
  ...(isName(id) ? [`${String(type)} id ${id}`] : []),
  ...(isName(call_id) ? [`${String(type)} call ${call_id}`] : []),
];

/** By the call id, else by the id. Undefined: they do not say. */
export function isSame(one: Named, other: Named): boolean | undefined {
  if (differ(one.type, other.type)) return false;
  if (isName(one.call_id) && isName(other.call_id)) return one.call_id === other.call_id;
  return isName(one.id) && isName(other.id) ? one.id === other.id : undefined;
}

/** Ids of items change with every event at Copilot; ids of calls do not, since results name them. */
export const mayBeSame = (one: Named, other: Named): boolean =>
  !differ(one.type, other.type) && !differ(one.call_id, other.call_id);

const differ = (one: Json | undefined, other: Json | undefined): boolean =>
  isName(one) && isName(other) && one !== other;
const isName = (value: Json | undefined): value is string => typeof value === "string" && value !== "";

export const saysTheSame = (one: JsonObject, other: JsonObject): boolean => wordsOf(one) === wordsOf(other);

/** Seals of one thought differ from event to event. */
const BESIDE = new Set(["id", "call_id", "status", "encrypted_content"]);
const wordsOf = (item: JsonObject): string => JSON.stringify(without(item, BESIDE));

/** Makes a slot for each further item of one's name. It waits, and is printed under a name of its own where it says what none of them did. */
export function twins(original: Slot, reading: DecoderState): () => Slot {
  let said: Set<string> | undefined;
  const isNews = (item: JsonObject): boolean => {
    said ??= new Set([wordsOf(original.item ?? {})]);
    const words = wordsOf(item);
    return !said.has(words) && said.add(words) !== undefined;
  };
  return () => {
    const release = (emit: Emit): void => {
      if (slot.closed) return;
      slot.closed = true;
      // What only began says nothing of its own.
      if (!slot.item || !slot.ended) return;
      if (!original.ended) original.done(slot.item, emit);
      else if (isNews(slot.item)) itemSlot(reading).done(without(slot.item, NAMES), emit);
    };
    const slot: Draft<Slot> = {
      get type() {
        return original.type;
      },
      item: undefined,
      ended: false,
      closed: false,
      heard: false,
      added: (item) => void (slot.item ??= item),
      event: () => {},
      done: (item, emit) => {
        if (slot.closed) return;
        slot.item = item;
        slot.ended = true;
        if (original.ended) release(emit);
      },
      close: release,
    };
    return slot;
  };
}
const NAMES = new Set(["id", "call_id"]);
