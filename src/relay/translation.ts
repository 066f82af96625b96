/** The translated lane: frames → events → frames. */
import type { Ask, Dialect } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { Frame } from "../wire/machine.ts";
import { printFrame, utf8Decoder } from "../wire/sse.ts";
import type { Observe, StreamLane } from "./stream-lane.ts";
import { tap } from "./tap.ts";

export function translatedLane(from: Dialect, to: Dialect, ask: Ask, observe: Observe): StreamLane {
  const utf8 = utf8Decoder();
  const encoder = to.stream.encoder(ask);
  let out = "";
  const print = (frame: Frame): void => {
    out += printFrame(frame);
  };
  const encode = (event: StreamEvent): void => {
    observe(event);
    encoder.push(event, print);
  };
  const { decoder, marks } = from.stream;
  const upstream = tap({ decoder: decoder(ask), marks, emit: encode, words: "emitted" });
  const take = (): string => {
    const text = out;
    out = "";
    return text;
  };
  return {
    push: (bytes) => {
      upstream.push(utf8.decode(bytes, STREAM));
      return take();
    },
    end: (cause) => {
      upstream.push(utf8.decode());
      upstream.flush(cause);
      upstream.end(cause);
      encoder.end(cause, print);
      return take();
    },
    fail: (error) => {
      encode({ type: "error", error });
      return take();
    },
    losses: () => encoder.losses(),
    get events() {
      return upstream.events;
    },
  };
}

const STREAM = { stream: true };
