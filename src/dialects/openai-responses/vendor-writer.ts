/** Items and events that only one vendor's clients understand. */
import type { Block } from "../../ir/events.ts";
import { isObject, type JsonObject, type Raw } from "../../wire/json.ts";
import { addItem, type BlockWriter, endItem, json, type Print, type Printing } from "./printing.ts";

/** Items of the vendor's own tools go to its own clients as they are. */
export function vendorWriter(p: Printing, raw: Raw, print: Print): BlockWriter {
  const { at } = p.place();
  addItem(p, at, json(raw), print);
  return {
    delta: (delta, to) => {
      if ("raw" in delta && isObject(delta.raw)) again(p, { ...delta.raw, output_index: at }, to);
    },
    end: (final, to) => endItem(p, at, json(final ?? raw), to),
  };
}

/** An event of the vendor, under our number. */
export function again(p: Printing, raw: JsonObject, print: Print): void {
  const { type, sequence_number: _, ...fields } = raw;
  const inside = json(fields).slice(1, -1);
  if (typeof type === "string" && EVENT_NAME.test(type)) p.event(type, inside === "" ? '"data":null' : inside, print);
}
const EVENT_NAME = /^[\w.-]+$/;

export function droppedWriter(p: Printing, block: Extract<Block, { kind: "hosted" | "opaque" }>): BlockWriter {
  const note = `${block.wire} is known to its own dialect only`;
  p.losses.hint(`answer.${block.wire}`, block.kind === "hosted" ? "hosted-call" : "foreign-item", "dropped", note);
  return { delta: () => {}, end: () => {} };
}
