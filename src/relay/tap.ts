/** Reads a stream's events one by one, except those that only continue its text: see text-runs.ts. */
import type { Decoder, Marks } from "../dialects/dialect.ts";
import type { Emit, StreamEvent } from "../ir/events.ts";
import type { EndCause, Frame } from "../wire/machine.ts";
import { eventEnds, frameReader } from "../wire/sse.ts";
import { delivered } from "./delivered.ts";
import { type Coding, textRuns } from "./text-runs.ts";

export interface Tap {
  /** `read` is called with the place of each event that was not skipped. */
  push(text: string, read?: (from: number, to: number) => void): void;
  /** Reads the last event, which came without its blank line. */
  flush(cause: EndCause): void;
  end(cause: EndCause): void;
  /** How many frames came. */
  readonly events: number;
  /** About how many tokens of words were passed over. */
  passedOver(): number;
}

export interface TapOptions {
  readonly decoder: Decoder;
  readonly marks: Marks;
  readonly emit: Emit;
  /** passed over: the words are not kept, so that an event that only continues a text emits nothing. */
  readonly words: "emitted" | "passed over";
  /** How the text is written, when it is no text. */
  readonly coding?: Coding;
}

const EMPTY_LENGTH = '""'.length;

export function tap({ decoder, marks, emit, words, coding }: TapOptions): Tap {
  const frames = frameReader();
  const passed = delivered(coding?.decode);
  const runs = textRuns(marks, decoder, coding);
  let events = 0;
  /** Of what was passed over. */
  let chars = 0;
  /** Of the part that is being read. */
  let emitted = 0;
  let said: StreamEvent | undefined;
  const note = (event: StreamEvent): void => {
    emitted++;
    said = event;
    emit(event);
  };
  const decode = (frame: Frame): void => {
    events++;
    decoder.push(frame, note);
  };
  const readPart = (part: string): void => {
    const before = events;
    const isWhole = frames.atBorder;
    emitted = 0;
    frames.push(coding ? coding.decode(part) : part, decode);
    const isOne = isWhole && frames.atBorder && events === before + 1;
    runs.read(part, isOne && emitted === 1 ? said : undefined);
    said = undefined;
  };
  return {
    push: (text, read) => {
      let ends: ((from: number) => number) | undefined;
      for (let at = 0; at < text.length;) {
        const from = at;
        const end = frames.atBorder ? runs.end(text, at) : -1;
        if (end >= 0) {
          events++;
          if (words === "emitted") emit(runs.delta(text));
          else {
            chars += runs.length - EMPTY_LENGTH;
            if (chars > passed.from) passed.sample(runs.literal(text), chars);
          }
          at = end;
          continue;
        }
        ends ??= eventEnds(text);
        at = ends(from);
        if (at < 0) at = text.length;
        readPart(text.slice(from, at));
        read?.(from, at);
      }
    },
    flush: (cause) => frames.end(cause, decode),
    end: (cause) => decoder.end(cause, emit),
    passedOver: () => passed.tokens(chars),
    get events() {
      return events;
    },
  };
}
