/** Reads of a stream what decides its outcome: start, first words, calls, usage, end, errors. Of text that only goes on it reads a few frames and passes over the rest. */
import type { StreamEvent } from "../ir/events.ts";
import { alike, type Alike } from "../wire/alike.ts";
import type { Frame, Machine } from "../wire/machine.ts";

/** For one who keeps no text: deltas are missing, everything else is there. */
export function outcomeOnly(decoder: Machine<Frame, StreamEvent>): Machine<Frame, StreamEvent> {
  let last: TextFrame | undefined;
  let known: { readonly event: string | undefined; readonly fits: Alike } | undefined;
  let lessons = LESSONS_MAX;
  const learn = (found: TextFrame): void => {
    const fits =
      last &&
      last.block === found.block &&
      last.frame.event === found.frame.event &&
      alike(last.frame.data, found.frame.data);
    if (fits) known = { event: found.frame.event, fits };
    else if (last) lessons--;
    last = found;
  };
  return {
    push: (frame, emit) => {
      if (known && known.event === frame.event && known.fits(frame.data)) return;
      if (lessons === 0) return decoder.push(frame, emit);
      const said: StreamEvent[] = [];
      decoder.push(frame, (event) => {
        said.push(event);
        emit(event);
      });
      const block = textBlock(said);
      // Behind a call, text is a block of its own, however alike its frames are.
      if (block === undefined && said.length > 0) known = last = undefined;
      // Some vendors count the usage in every frame, and then the last one has to be read.
      if (block !== undefined && !USAGE.test(frame.data)) learn({ block, frame });
    },
    end: (cause, emit) => decoder.end(cause, emit),
  };
}

/** A frame that said a piece of text and nothing else. */
interface TextFrame {
  readonly block: number;
  readonly frame: Frame;
}

/** Streams whose frames are never alike are not searched for it for ever. */
const LESSONS_MAX = 32;
/** Inside a string its quotes would be escaped. */
const USAGE = /"usage"\s*:\s*\{/;

function textBlock(said: readonly StreamEvent[]): number | undefined {
  const [event] = said;
  if (said.length !== 1 || event?.type !== "block-delta" || !("text" in event.delta)) return undefined;
  return event.index;
}
