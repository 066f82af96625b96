/** The translated lane: frames → events → frames. */
import type { ReplyContext, Dialect } from "../dialects/dialect.ts";
import type { Emit, StreamEvent } from "../ir/events.ts";
import type { Framing } from "../wire/framing.ts";
import type { EndCause, Frame } from "../wire/machine.ts";
import { printFrame, SSE, utf8Decoder } from "../wire/sse.ts";
import type { Observe, StreamLane } from "./stream-lane.ts";
import { tap } from "./tap.ts";

export function translatedLane(
  from: Dialect,
  to: Dialect,
  context: ReplyContext,
  observe: Observe,
  framing: Framing = SSE,
): StreamLane {
  const encoder = to.stream.encoder(context);
  let out = "";
  const print = (frame: Frame): void => {
    out += printFrame(frame);
  };
  const encode = (event: StreamEvent): void => {
    observe(event);
    encoder.push(event, print);
  };
  const upstream = framing === SSE ? readText(from, context, encode) : readFrames(framing, from, context, encode);
  const take = (): string => {
    const text = out;
    out = "";
    return text;
  };
  return {
    push: (bytes) => {
      upstream.push(bytes);
      return take();
    },
    end: (cause) => {
      upstream.end(cause);
      encoder.end(cause, print);
      return take();
    },
    fail: (error) => {
      encode({ type: "error", error });
      return take();
    },
    losses: () => encoder.losses(),
    unseenTokens: () => 0,
    get events() {
      return upstream.events;
    },
  };
}

/** Bytes of an upstream in, events out. */
interface EventSource {
  push(bytes: Uint8Array): void;
  end(cause: EndCause): void;
  readonly events: number;
}

function readText({ stream: { decoder, marks } }: Dialect, context: ReplyContext, emit: Emit): EventSource {
  const utf8 = utf8Decoder();
  const events = tap({ decoder: decoder(context), marks, emit, words: "emitted" });
  return {
    push: (bytes) => events.push(utf8.decode(bytes, STREAM)),
    end: (cause) => {
      events.push(utf8.decode());
      events.flush(cause);
      events.end(cause);
    },
    get events() {
      return events.events;
    },
  };
}

const STREAM = { stream: true };

function readFrames(framing: Framing, { stream }: Dialect, context: ReplyContext, emit: Emit): EventSource {
  const reader = framing.reader();
  const decoder = stream.decoder(context);
  let events = 0;
  const decode = (frame: Frame): void => {
    events++;
    decoder.push(frame, emit);
  };
  return {
    push: (bytes) => reader.push(bytes, decode),
    end: (cause) => {
      reader.end(cause, decode);
      decoder.end(cause, emit);
    },
    get events() {
      return events;
    },
  };
}
