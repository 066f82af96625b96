/** Items that look like one another: one that is told twice, or two of one name. Only their words can say, when both are whole. */
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
    let first: JsonObject | undefined;
    let last: JsonObject | undefined;
    let closed = false;
    const release = (emit: Emit): void => {
      if (closed) return;
      closed = true;
      // What only began says nothing of its own.
      if (!last) return;
      if (!original.ended) original.done(last, emit);
      else if (isNews(last)) itemSlot(reading).done(without(last, NAMES), emit);
    };
    return {
      get type() {
        return original.type;
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
      heard: false,
      added: (item) => void (first ??= item),
      event: () => {},
      done: (item, emit) => {
        if (closed) return;
        last = item;
        if (original.ended) release(emit);
      },
      close: release,
    };
  };
}
const NAMES = new Set(["id", "call_id"]);
