/** Skips events that only continue a text: an event that is like two that were read is not parsed. */
import type { Decoder, Marks } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { JsonLiteral } from "../wire/json.ts";
import { type Alike, alike, type Sample } from "../wire/alike.ts";

export interface TextRuns {
  /** The place behind the event that begins at `from`, if that event only continues the text; -1: it has to be read. */
  end(events: string, from: number): number;
  /** How long the literal of the event found last is. */
  readonly length: number;
  /** The literal of the event found last, as it is written there. */
  literal(events: string): string;
  /** The text that the event found last adds. Call it for each one: it also hands the text to the decoder. */
  delta(events: string): StreamEvent;
  /** `event` was read, and the decoder emitted `said` alone; undefined: something else. */
  read(event: string, said: StreamEvent | undefined): void;
}

/** How the stream is written where it is looked at, when that is not its text. */
export interface Coding {
  encode(text: string): string;
  decode(coded: string): string;
}

export function textRuns({ answer, inert }: Marks, decoder: Decoder, coding: Coding = AS_IT_IS): TextRuns {
  /** The pattern that this stream's text events follow; kept while other events come between. */
  let known: Known | undefined;
  /** The event that was read last follows the pattern, so that the next one may be skipped. */
  let running = false;
  let goOn: ((text: JsonLiteral) => void) | undefined;
  let last: (Sample & { readonly block: number }) | undefined;
  let lessons = LESSONS_MAX;

  const learn = (sample: Sample & { readonly block: number }): void => {
    running = false;
    if (known?.block === sample.block && known.alike.end(coding.encode(sample.event), 0) >= 0) running = true;
    else if (last?.block === sample.block && lessons > 0) {
      lessons--;
      const found = alike(last, sample, inert, coding.encode);
      if (found) known = { block: sample.block, alike: found, uses: 0 };
      running = found !== undefined;
    }
    last = running ? undefined : sample;
  };
  return {
    end: (events, from) => {
      if (!running || !known) return -1;
      const end = known.alike.end(events, from);
      // A stream that pays for its lessons may have more of them.
      if (end >= 0 && ++known.uses % USES_PAID === 0) lessons = LESSONS_MAX;
      return end;
    },
    get length() {
      return (known as Known).alike.length;
    },
    literal: (events) => (known as Known).alike.literal(events),
    delta: (events) => {
      const { alike: like, block } = known as Known;
      const text = plain(coding.decode(like.literal(events)));
      goOn?.(text);
      return { type: "block-delta", index: block, delta: { text } };
    },
    read: (event, said) => {
      const text = textOf(said);
      goOn = text && event.length <= EVENT_LENGTH_MAX ? decoder.goOn?.() : undefined;
      if (said?.type === "block-delta" && text && goOn && (lessons > 0 || known)) {
        const decoded = coding.decode(event);
        if (answer.test(decoded)) return learn({ event: decoded, literal: text.json, block: said.index });
      }
      running = false;
      last = undefined;
    },
  };
}

interface Known {
  readonly block: number;
  readonly alike: Alike;
  uses: number;
}

const AS_IT_IS: Coding = { encode: (text) => text, decode: (text) => text };

/** Streams whose events are never alike are not compared for ever. */
const LESSONS_MAX = 32;
const USES_PAID = 64;
/** Larger ones are too few to be worth it. */
const EVENT_LENGTH_MAX = 8 * 1024;

const textOf = (said: StreamEvent | undefined): JsonLiteral | undefined =>
  said?.type === "block-delta" && "text" in said.delta ? said.delta.text : undefined;

/** The literal as JSON.stringify prints it: vendors may escape more. */
const plain = (json: string): JsonLiteral => ({
  json: json.includes("\\") && UNUSUAL.test(json) ? JSON.stringify(JSON.parse(json)) : json,
});
/** Also finds the end of an escaped backslash: then nothing changes. */
const UNUSUAL = /\\[u/]/;
