/** Blocks that overlap are put in a row, for dialects whose blocks stand strictly one after another. */
import { LIMITS } from "../wire/limits.ts";
import type { Machine } from "../wire/machine.ts";
import { GatewayError } from "./error.ts";
import type { Emit, StreamEvent } from "./events.ts";

type BlockEvent = Extract<StreamEvent, { index: number }>;

/**
 * One block is live and flows as it comes. Blocks that open meanwhile wait, in opening order, until it closes. The price
 * of a dialect without overlap: where an upstream interleaves two calls, the second reaches the client in one burst.
 * More than the bound waiting is an error, not an answer with a hole. Indices pass unchanged; gaps in them are allowed.
 */
export function sequence(bytesMax: number = LIMITS.queuedBlockBytesMax): Machine<StreamEvent, StreamEvent> {
  const waiting = new Map<number, BlockEvent[]>();
  let live: number | undefined;
  let waitingBytes = 0;
  let done = false;

  const pass = (event: BlockEvent, emit: Emit): void => {
    emit(event);
    live = event.type === "block-end" ? undefined : event.index;
  };
  /** A block that ended while it waited makes room for the next at once. */
  const flush = (emit: Emit): void => {
    for (const [index, events] of waiting) {
      if (live !== undefined) return;
      waiting.delete(index);
      for (const event of events) {
        waitingBytes -= sizeOf(event);
        pass(event, emit);
      }
    }
  };
  const hold = (event: BlockEvent, emit: Emit): void => {
    waitingBytes += sizeOf(event);
    if (waitingBytes > bytesMax) {
      done = true;
      return emit({ type: "error", error: tooMuch(bytesMax) });
    }
    const queued = waiting.get(event.index);
    if (queued) queued.push(event);
    else waiting.set(event.index, [event]);
  };

  return {
    push: (event, emit) => {
      if (done) return;
      if (!("index" in event)) {
        done = event.type === "finish" || event.type === "error";
        emit(event);
      } else if (live === undefined || live === event.index) {
        pass(event, emit);
        if (live === undefined) flush(emit);
      } else hold(event, emit);
    },
    end: () => void (done = true),
  };
}

/** Characters, close enough to bytes for a bound. */
function sizeOf(event: BlockEvent): number {
  if (event.type !== "block-delta") return EVENT_SIZE;
  if ("text" in event.delta) return EVENT_SIZE + event.delta.text.json.length;
  if ("input" in event.delta) return EVENT_SIZE + event.delta.input.json.length;
  if ("seal" in event.delta) return EVENT_SIZE + event.delta.seal.value.length;
  return EVENT_SIZE + ("raw" in event.delta ? JSON.stringify(event.delta.raw).length : 0);
}
const EVENT_SIZE = 64;

const tooMuch = (bytesMax: number): GatewayError =>
  new GatewayError(
    "upstream-failed",
    `the upstream sent more than ${bytesMax} bytes of parts that overlap, and this protocol can only show one after another`,
  );
