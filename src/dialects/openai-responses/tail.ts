/** Text that comes as deltas and once more as a whole. */
import type { Draft } from "../../ir/draft.ts";
import type { Emit } from "../../ir/events.ts";
import { type JsonLiteral, literal } from "../../wire/json.ts";
import { literals } from "../../wire/literals.ts";
import type { DecoderState, Flow } from "./item.ts";

type Send = (piece: JsonLiteral, emit: Emit) => void;

/** Lone halves of surrogate pairs survive, since a literal escapes them. `send`: as text, if nothing else is said. */
export function flow(reading: DecoderState, index: number, send: Send = asText(index)): Flow {
  const sent = literals();
  const self: Draft<Flow> = {
    index,
    open: true,
    push: (text, emit) => {
      if (!self.open || typeof text !== "string" || text === "") return;
      const piece = literal(text);
      sent.add(piece);
      reading.latest = self;
      send(piece, emit);
    },
    whole: (text, emit) => {
      if (!self.open || typeof text !== "string") return;
      const before = sent.text();
      if (text.length > before.length && text.startsWith(before)) self.push(text.slice(before.length), emit);
    },
    end: (emit) => {
      if (self.open) emit({ type: "block-end", index });
      self.open = false;
    },
    took: sent.add,
  };
  return self;
}

const asText =
  (index: number): Send =>
  (text, emit) =>
    emit({ type: "block-delta", index, delta: { text } });
