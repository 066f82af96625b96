/** The native lane: the bytes themselves, tapped. */
import type { ReplyContext, Dialect } from "../dialects/dialect.ts";
import type { GatewayError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import { LIMITS } from "../wire/limits.ts";
import { BLANK_LINES, FrameTooLarge, printFrame, utf8Decoder } from "../wire/sse.ts";
import type { Observe, StreamLane } from "./stream-lane.ts";
import { tap, type TapOptions } from "./tap.ts";
import type { Coding } from "./text-runs.ts";

/** What the client gets of some whole events, which are given as text or as one character for each byte: the same where it gets all of them. */
export type Filter = (events: string) => string;

export const EVERYTHING: Filter = (events) => events;

/** `words`: "emitted" where the vault keeps the text that passes, "passed over" where only the end of the stream matters. */
export function nativeLane(
  dialect: Dialect,
  context: ReplyContext,
  filter: Filter,
  observe: Observe,
  words: TapOptions["words"] = "emitted",
): StreamLane {
  const passage = inWholeEvents();
  const { decoder, encoder, marks } = dialect.stream;
  let failed: GatewayError | undefined;
  let terminal = false;
  /** Of the comments before the first frame: a vendor may send them for as long as it thinks, and they wait for its first word. */
  let commentBytes = 0;
  const note = (event: StreamEvent): void => {
    if (event.type === "error") failed = event.error;
    if (event.type === "error" || event.type === "finish") terminal = true;
    observe(event);
  };
  const watched = tap({ decoder: decoder(context), marks, emit: note, words, coding: BYTES });
  let text = "";
  /** What passes of `text` before `from`. */
  let passed = "";
  let from = 0;
  const look = (start: number, end: number): void => {
    const events = text.slice(start, end);
    const passes = filter(events);
    if (passes === events) return;
    passed += text.slice(from, start) + passes;
    from = end;
  };
  const filtered = (bytes: Uint8Array): Uint8Array => {
    text = oneByteEach(bytes);
    passed = "";
    from = 0;
    watched.push(text, look);
    return from === 0 ? bytes : Buffer.from(passed + text.slice(from), "latin1");
  };
  const broke = (error: GatewayError): string => {
    let out = "";
    encoder(context).push({ type: "error", error }, (frame) => void (out += printFrame(frame)));
    return out;
  };
  return {
    push: (bytes) => {
      const whole = passage.push(bytes);
      if (whole.length === 0) return NOTHING;
      const piece = filtered(whole);
      if (watched.events > 0) return piece;
      commentBytes += piece.length;
      return commentBytes > LIMITS.openingCommentsBytesMax ? NOTHING : piece;
    },
    end: (cause) => {
      const bytes = passage.rest();
      // Half an event must not reach a client.
      const rest = cause === "cut" ? "" : UTF8.decode(bytes);
      watched.push(oneByteEach(bytes));
      watched.flush(cause);
      const isEnded = terminal;
      watched.end(cause);
      // What the upstream ended itself passes as it is; what merely stopped gets an end that no client takes for success.
      return filter(rest) + (!isEnded && failed ? broke(failed) : "");
    },
    fail: (error) => {
      note({ type: "error", error });
      return broke(error);
    },
    losses: () => [],
    unseenTokens: watched.passedOver,
    get events() {
      return watched.events;
    },
  };
}

const NOTHING = new Uint8Array();
const UTF8 = utf8Decoder();
/** Of a Buffer, but it takes every array of bytes; half the price of a Buffer that is made for it. */
const { latin1Slice } = Buffer.prototype as unknown as { latin1Slice(from: number, to: number): string };
const oneByteEach = (bytes: Uint8Array): string => latin1Slice.call(bytes, 0, bytes.length);

/** The text has one character for each byte: an event is decoded only when it is read. */
const BYTES: Coding = {
  encode: (text) => Buffer.from(text).toString("latin1"),
  decode: (coded) => (NOT_ASCII.test(coded) ? UTF8.decode(Buffer.from(coded, "latin1")) : coded),
};
const NOT_ASCII = /[\x80-\xff]/;

interface Passage {
  /** Whole events. */
  push(bytes: Uint8Array): Uint8Array;
  /** What is left behind the last whole event. */
  rest(): Uint8Array;
}

/** Bytes as they are, in whole events: a client cannot read half of one, and what breaks off in the middle of one must not reach it. */
function inWholeEvents(): Passage {
  // Pieces of an event that is still arriving: joined once, for an image can come in thousands.
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let tail: Uint8Array = NOTHING;
  return {
    push: (bytes) => {
      const end = endOfLastEvent(bytes, tail);
      tail = end === bytes.length ? NOTHING : tailOf(end === 0 ? tail : NOTHING, bytes.subarray(end));
      if (end === 0) {
        rest.push(bytes);
        restBytes += bytes.length;
        if (restBytes > LIMITS.frameBytesMax) throw new FrameTooLarge();
        return NOTHING;
      }
      const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
      const all = rest.length === 0 ? whole : Buffer.concat([...rest, whole]);
      rest = end === bytes.length ? [] : [bytes.subarray(end)];
      restBytes = bytes.length - end;
      return all;
    },
    rest: () => Buffer.concat(rest),
  };
}

const LF = 10;
/** The longest blank line without its last sign. */
const TAIL_MAX = 3;

/** The place in `bytes` behind the last blank line; 0 when none ends there. */
function endOfLastEvent(bytes: Uint8Array, tail: Uint8Array): number {
  // Nearly every read ends so.
  const { length } = bytes;
  if (bytes[length - 1] === LF && bytes[length - 2] === LF) return length;
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
