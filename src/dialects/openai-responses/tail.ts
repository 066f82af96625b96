/** Text that comes as deltas and once more as a whole. */
import type { Delta, Emit } from "../../ir/events.ts";
import { type Json, type JsonLiteral, literal } from "../../wire/json.ts";
import { literals } from "../../wire/literals.ts";
import type { DecoderState, Flow } from "./item.ts";

/** Lone halves of surrogate pairs survive, since a literal escapes them. */
export function flow(reading: DecoderState, index: number, deltaOf: (text: JsonLiteral) => Delta): Flow {
  const sent = literals();
  let open = true;
  const push = (text: Json | undefined, emit: Emit): void => {
    if (!open || typeof text !== "string" || text === "") return;
    const piece = literal(text);
    sent.add(piece);
    reading.latest = self;
    emit({ type: "block-delta", index, delta: deltaOf(piece) });
  };
  const self: Flow = {
    index,
    push,
    whole: (text, emit) => {
      if (!open || typeof text !== "string") return;
      const before = sent.text();
      if (text.length > before.length && text.startsWith(before)) push(text.slice(before.length), emit);
    },
    end: (emit) => {
      if (open) emit({ type: "block-end", index });
      open = false;
    },
    get open() {
      return open;
    },
    took: sent.add,
  };
  return self;
}
