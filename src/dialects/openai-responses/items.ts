/**
 * Which item of an answer an event is about. Items are told apart by `output_index`, since Copilot changes the ids with
 * every event. But some vendors number every item 0, and some announce one item under two indices.
 */
import type { Emit } from "../../ir/events.ts";
import type { Json, JsonObject } from "../../wire/json.ts";
import type { DecoderState, Slot } from "./item.ts";
import { impliedType, itemSlot } from "./slots.ts";
import { isSame, mayBeSame, namesOf, saysTheSame, twins } from "./twins.ts";

export interface Items {
  /** Where an item begins or ends. */
  of(event: JsonObject, item: JsonObject, step: Step): Slot;
  /** Where what comes in between belongs. */
  at(event: JsonObject): Slot;
  /** The last event may hold items, or ends of items, that were never streamed; or nothing at all. */
  complete(output: readonly JsonObject[], emit: Emit): void;
  close(emit: Emit): void;
}
type Step = "added" | "done";

interface Entry {
  readonly slot: Slot;
  place: string;
  /** Makes the slot of another item of its name; absent where this is one. */
  readonly twin?: () => Slot;
  /** Of a twin: the first item of its name. */
  readonly original?: Entry;
}

export function itemsOf(reading: DecoderState): Items {
  const all: Entry[] = [];
  const places = new Map<string, Entry>();
  const names = new Map<string, Entry>();
  const ids = new Map<string, Entry>();
  /** Begun by a delta, so that only the type is known. */
  const begun = new Map<Json | undefined, Entry>();

  const put = (entry: Entry): Entry => {
    all.push(entry);
    places.set(entry.place, entry);
    return entry;
  };
  const make = (place: string): Entry => {
    const slot = itemSlot(reading);
    return put({ slot, place, twin: twins(slot, reading) });
  };
  const twinOf = (entry: Entry, place: string): Slot =>
    put({ slot: entry.twin?.() ?? entry.slot, place, original: entry }).slot;
  /** Some vendors announce an item at two places and send its words at the second alone: the place that speaks first becomes the original's. */
  const speaking = (entry: Entry): Slot => {
    const { original } = entry;
    if (!original || original.slot.heard || original.slot.closed) return entry.slot;
    [entry.place, original.place] = [original.place, entry.place];
    places.set(entry.place, entry).set(original.place, original);
    return original.slot;
  };
  const named = (entry: Entry, item: JsonObject): Slot => {
    if (!entry.twin) return entry.slot;
    for (const name of namesOf(item)) names.set(name, entry);
    if (typeof item.id === "string") ids.set(item.id, entry);
    return entry.slot;
  };
  const find = (item: JsonObject): Entry | undefined =>
    namesOf(item)
      .map((name) => names.get(name))
      .find((entry) => entry?.slot.item && isSame(entry.slot.item, item) !== false);
  const begunAt = (place: string, type: Json | undefined): Entry | undefined => {
    const entry = begun.get(type);
    return entry && !isElsewhere(entry.place, place) && !entry.slot.closed && !entry.slot.item ? entry : undefined;
  };

  return {
    of: (event, item, step) => {
      const place = placeOf(event, item.id);
      const here = places.get(place);
      if (here?.slot.item && isSame(here.slot.item, item)) return named(here, item);
      const known = find(item);
      if (known) return isElsewhere(known.place, place) ? twinOf(known, place) : named(known, item);
      if (here && isIts(here.slot, item, step)) return named(here, item);
      return named(begunAt(place, item.type) ?? make(place), item);
    },
    at: (event) => {
      const id = event.item_id;
      const place = placeOf(event, id);
      const here = places.get(place);
      if (typeof id === "string") {
        if (here?.slot.item?.id === id) return speaking(here);
        const known = ids.get(id);
        if (known && !known.slot.closed) return known.slot;
      }
      if (here && isAbout(here.slot, event)) return speaking(here);
      const type = impliedType(event);
      const entry = begunAt(place, type) ?? make(place);
      if (type !== undefined) begun.set(type, entry);
      return entry.slot;
    },
    complete: (output, emit) => {
      const [whole, seen] = [countsOf(output), countsOf(all.flatMap(({ slot, twin }) => (twin ? [slot] : [])))];
      const streamed = output.map(find);
      const known = new Set(streamed);
      const met = new Set<Entry>();
      // Indices have gaps: a place speaks only for an item that no name finds.
      const atPlace = (item: JsonObject, at: number): Entry | undefined => {
        const here = places.get(`#${at}`);
        return here && !known.has(here) && mayBeSame(here.slot.item ?? here.slot, item) ? here : undefined;
      };
      output.forEach((item, at) => {
        const entry = streamed[at] ?? find(item) ?? atPlace(item, at);
        if (entry && met.has(entry)) return twinOf(entry, `completed ${at}`).done(item, emit);
        if (!entry && (whole.get(item.type) ?? 0) <= (seen.get(item.type) ?? 0)) return;
        const found = entry ?? make(`completed ${at}`);
        met.add(found);
        named(found, item).done(item, emit);
      });
    },
    close: (emit) => {
      // A twin may have the end that the first of its name lacks.
      for (const { slot, twin } of all) if (!twin) slot.close(emit);
      for (const { slot } of all) slot.close(emit);
    },
  };
}

/** An id only where there is no index. */
const placeOf = ({ output_index: index }: JsonObject, id: Json | undefined): string =>
  typeof index === "number" ? `#${index}` : typeof id === "string" ? id : "";

const isElsewhere = (one: string, other: string): boolean =>
  one !== other && one.startsWith("#") && other.startsWith("#");

/** Whether an item goes on in the slot at its place. A closed one takes only what it has: another item has its number. */
function isIts(slot: Slot, item: JsonObject, step: Step): boolean {
  const goesOn = step === "done" && !slot.closed;
  if (!mayBeSame(slot.item ?? slot, item)) return false;
  if (!slot.item) return !slot.closed;
  return goesOn || (isSame(slot.item, item) === undefined && saysTheSame(slot.item, item));
}

function isAbout({ type, item, closed }: Slot, event: JsonObject): boolean {
  const implied = impliedType(event);
  if (implied !== undefined && type !== undefined && implied !== type) return false;
  return !closed || typeof event.item_id !== "string" || item?.id === undefined || item.id === event.item_id;
}

function countsOf(list: readonly { readonly type?: Json | undefined }[]): ReadonlyMap<Json | undefined, number> {
  const counts = new Map<Json | undefined, number>();
  for (const { type } of list) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
