/** What a valid sequence of events is. Wraps every decoder in tests; costs nothing in production. */
import type { StreamEvent } from "./events.ts";

/** Throws at the first event that breaks the grammar; `end` throws when no terminal event came. */
export function grammar(): { check(event: StreamEvent): void; end(): void } {
  const open = new Map<number, string>();
  let next = 0;
  let started = false;
  let done = false;
  const fail = (why: string): never => {
    throw new Error(`event grammar: ${why}`);
  };
  const checkDelta = (event: Extract<StreamEvent, { type: "block-delta" }>): void => {
    const kind = open.get(event.index) ?? fail(`delta for block ${event.index}, which is not open`);
    const delta = event.delta;
    if ("input" in delta && kind !== "call") fail(`input in a ${kind} block`);
    if ("text" in delta && (kind === "call" || kind === "hosted")) fail(`text in a ${kind} block`);
    if ("section" in delta && kind !== "reasoning") fail(`section in a ${kind} block`);
  };
  return {
    check: (event) => {
      if (done) fail(`${event.type} after the terminal event`);
      if (event.type === "error") return void (done = true);
      if (event.type === "start") return void (started ? fail("a second start") : (started = true));
      if (event.type === "notice") return;
      if (!started) fail(`${event.type} before start`);
      if (event.type === "block-start") {
        if (event.index !== next) fail(`block ${event.index} opened, ${next} was next`);
        next++;
        open.set(event.index, event.block.kind);
      } else if (event.type === "block-delta") checkDelta(event);
      else if (event.type === "block-end") {
        if (!open.delete(event.index)) fail(`block ${event.index} ended, but is not open`);
      } else {
        if (open.size > 0) fail(`finish with open blocks ${[...open.keys()].join(", ")}`);
        done = true;
      }
    },
    end: () => void (done || fail("no terminal event")),
  };
}
