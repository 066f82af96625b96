/** Text that comes as deltas and once more as a whole. */
import type { Delta, Emit } from "../../ir/events.ts";
import { type Json, literal } from "../../wire/json.ts";

/** One open block that text or input flows into. */
export interface Flow {
  readonly index: number;
  push(text: Json | undefined, emit: Emit): void;
  /** The whole: what is missing of it is sent, when it begins with what was sent. */
  whole(text: Json | undefined, emit: Emit): void;
  end(emit: Emit): void;
  readonly open: boolean;
}

/** Lone halves of surrogate pairs survive, since a literal escapes them. */
export function flow(index: number, deltaOf: (text: ReturnType<typeof literal>) => Delta): Flow {
  let sent = "";
  let open = true;
  const push = (text: Json | undefined, emit: Emit): void => {
    if (!open || typeof text !== "string" || text === "") return;
    sent += text;
    emit({ type: "block-delta", index, delta: deltaOf(literal(text)) });
  };
  return {
    index,
    push,
    whole: (text, emit) => {
      if (typeof text === "string" && text.length > sent.length && text.startsWith(sent))
        push(text.slice(sent.length), emit);
    },
    end: (emit) => {
      if (open) emit({ type: "block-end", index });
      open = false;
    },
    get open() {
      return open;
    },
  };
}
