/** The way of a stream: bytes in, text out. Native: the bytes themselves, tapped. Translated: frames → events → frames. */
import type { Dialect, Ask } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Framing } from "../wire/framing.ts";
import type { EndCause, Frame } from "../wire/machine.ts";
import { FrameTooLarge, printFrame, SSE, sseReader } from "../wire/sse.ts";
import { outcomeOnly } from "./outcome.ts";

/** One write per upstream read, never one per frame: a flushed write costs five times the translation of its frame. */
export interface StreamLane {
  push(bytes: Uint8Array): Uint8Array | string;
  end(cause: EndCause): string;
  /** Breaks off with the dialect's own error event. */
  fail(error: GatewayError): string;
  losses(): readonly Loss[];
  /** How many events came in. Comments are none, a ping is one. */
  readonly events: number;
}

export type Observe = (event: StreamEvent) => void;

export function translatedLane(
  from: Dialect,
  to: Dialect,
  ask: Ask,
  observe: Observe,
  framing: Framing = SSE,
): StreamLane {
  const reader = framing.reader();
  const decoder = from.stream.decoder(ask);
  const encoder = to.stream.encoder(ask);
  let out = "";
  const print = (frame: Frame): void => {
    out += printFrame(frame);
  };
  const encode = (event: StreamEvent): void => {
    observe(event);
    encoder.push(event, print);
  };
  let events = 0;
  const decode = (frame: Frame): void => {
    events++;
    decoder.push(frame, encode);
  };
  const take = (): string => {
    const text = out;
    out = "";
    return text;
  };
  return {
    push: (bytes) => {
      reader.push(bytes, decode);
      return take();
    },
    end: (cause) => {
      reader.end(cause, decode);
      decoder.end(cause, encode);
      encoder.end(cause, print);
      return take();
    },
    fail: (error) => {
      encode({ type: "error", error });
      return take();
    },
    losses: () => encoder.losses(),
    get events() {
      return events;
    },
  };
}

/** `wanted`: whether somebody keeps the words that pass, or only asks how the stream ended. */
export function nativeLane(
  dialect: Dialect,
  ask: Ask,
  withhold: (text: string) => boolean,
  observe: Observe,
  wanted: "words" | "outcome" = "words",
): StreamLane {
  const reader = sseReader();
  const decoder = wanted === "words" ? dialect.stream.decoder(ask) : outcomeOnly(dialect.stream.decoder(ask));
  const passage = inWholeEvents(withhold);
  let failed: GatewayError | undefined;
  let terminal = false;
  let broken = false;
  let events = 0;
  /** Of the comments before the first frame: a vendor may send them for as long as it thinks, and they wait for its first word. */
  let commentBytes = 0;
  const note = (event: StreamEvent): void => {
    if (event.type === "error" || event.type === "finish") terminal = true;
    observe(event);
  };
  const tap = (frame: Frame): void => {
    events++;
    decoder.push(frame, note);
  };
  const broke = (error: GatewayError): string => {
    const encoder = dialect.stream.encoder(ask);
    let out = "";
    encoder.push({ type: "error", error }, (frame) => void (out += printFrame(frame)));
    return out;
  };
  return {
    push: (bytes) => {
      reader.push(bytes, tap);
      const whole = passage.push(bytes);
      if (events > 0) return whole;
      commentBytes += whole.length;
      return commentBytes > LIMITS.openingCommentsBytesMax ? NOTHING : whole;
    },
    end: (cause) => {
      const rest = passage.end(cause);
      reader.end(cause, tap);
      broken = !terminal;
      decoder.end(cause, (event) => {
        if (event.type === "error") failed = event.error;
        note(event);
      });
      // What the upstream ended itself passes as it is; what merely stopped gets an end that no client takes for success.
      return broken && failed ? rest + broke(failed) : rest;
    },
    fail: (error) => {
      note({ type: "error", error });
      return broke(error);
    },
    losses: () => [],
    get events() {
      return events;
    },
  };
}

interface Passage {
  push(bytes: Uint8Array): Uint8Array;
  /** What is left behind the last whole event. */
  end(cause: EndCause): string;
}

export const NOTHING_WITHHELD = (_event: string): boolean => false;

/** Bytes as they are, in whole events: a client cannot read half of one, and what breaks off in the middle of one must not reach it. */
function inWholeEvents(withhold: (text: string) => boolean): Passage {
  // Pieces of an event that is still arriving: joined once, for an image can come in thousands.
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let tail: Uint8Array = NOTHING;
  const pass =
    withhold === NOTHING_WITHHELD ? (bytes: Uint8Array) => bytes : (bytes: Uint8Array) => without(bytes, withhold);
  return {
    push: (bytes) => {
      const end = endOfLastEvent(bytes, tail);
      tail = end === bytes.length ? NOTHING : tailOf(end === 0 ? tail : NOTHING, bytes.subarray(end));
      if (end === 0) {
        rest.push(bytes);
        restBytes += bytes.length;
        // The reader of frames does not count comments.
        if (restBytes > LIMITS.frameBytesMax) throw new FrameTooLarge();
        return NOTHING;
      }
      const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
      const all = rest.length === 0 ? whole : Buffer.concat([...rest, whole]);
      rest = end === bytes.length ? [] : [bytes.subarray(end)];
      restBytes = bytes.length - end;
      return pass(all);
    },
    end: (cause) => {
      const text = cause === "cut" ? "" : UTF8.decode(Buffer.concat(rest));
      return withhold(text) ? "" : text;
    },
  };
}

const NOTHING = new Uint8Array();
const UTF8 = new TextDecoder();

/** Splits behind each blank line, separators kept. */
export const EVENT_END = /(?<=\n\n|\r\n\r\n|\r\r)/;

/** `withhold` looks for marks: where all events together do not hold them, no single one does. */
function without(bytes: Uint8Array, withhold: (text: string) => boolean): Uint8Array {
  const text = UTF8.decode(bytes);
  if (!withhold(text)) return bytes;
  const kept = text.split(EVENT_END).filter((event) => !withhold(event));
  return Buffer.from(kept.join(""));
}

const BLANK_LINES = ["\n\n", "\r\n\r\n", "\r\r"] as const;
const LF = 10;
/** The longest blank line without its last sign. */
const TAIL_MAX = 3;

/** The place in `bytes` behind the last blank line; 0 when none ends there. */
function endOfLastEvent(bytes: Uint8Array, tail: Uint8Array): number {
  // Nearly every read ends so.
  if (bytes.at(-1) === LF && bytes.at(-2) === LF) return bytes.length;
  const buffer =
    tail.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.concat([tail, bytes]);
  const ends = BLANK_LINES.map((mark) => {
    const at = buffer.lastIndexOf(mark);
    return at < 0 ? 0 : at + mark.length - tail.length;
  });
  return Math.max(0, ...ends);
}

/** As much as a blank line may begin in, over however many reads. */
const tailOf = (before: Uint8Array, bytes: Uint8Array): Uint8Array => {
  const last = bytes.subarray(-TAIL_MAX);
  return before.length === 0 || last.length === TAIL_MAX ? last : Buffer.concat([before, last]).subarray(-TAIL_MAX);
};
