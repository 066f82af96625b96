/** The way of a stream: bytes in, text out. Native: the bytes themselves, tapped. Translated: frames → events → frames. */
import type { Dialect, Ask } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import type { EndCause, Frame } from "../wire/machine.ts";
import { printFrame, sseReader } from "../wire/sse.ts";

/** One write per upstream read, never one per frame: a flushed write costs five times the translation of its frame. */
export interface StreamLane {
  push(bytes: Uint8Array): Uint8Array | string;
  end(cause: EndCause): string;
  /** Breaks off with the dialect's own error event. */
  fail(error: GatewayError): string;
  losses(): readonly Loss[];
}

export type Observe = (event: StreamEvent) => void;

export function translatedLane(from: Dialect, to: Dialect, ask: Ask, observe: Observe): StreamLane {
  const reader = sseReader();
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
  const decode = (frame: Frame): void => decoder.push(frame, encode);
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
  };
}

export function nativeLane(
  dialect: Dialect,
  ask: Ask,
  withhold: (data: string) => boolean,
  observe: Observe,
): StreamLane {
  const reader = sseReader();
  const decoder = dialect.stream.decoder(ask);
  const passage = withholding(withhold);
  let failed: GatewayError | undefined;
  let terminal = false;
  let broken = false;
  const note = (event: StreamEvent): void => {
    if (event.type === "error" || event.type === "finish") terminal = true;
    observe(event);
  };
  const tap = (frame: Frame): void => decoder.push(frame, note);
  const broke = (error: GatewayError): string => {
    const encoder = dialect.stream.encoder(ask);
    let out = "\n\n";
    encoder.push({ type: "error", error }, (frame) => void (out += printFrame(frame)));
    return out;
  };
  return {
    push: (bytes) => {
      reader.push(bytes, tap);
      return passage.push(bytes);
    },
    end: (cause) => {
      const rest = passage.end();
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
  };
}

interface Passage {
  push(bytes: Uint8Array): Uint8Array | string;
  end(): string;
}

export const NOTHING_WITHHELD = (): boolean => false;

/** Bytes as they are, unless some event must not reach the client: then whole events, held until their blank line. */
function withholding(withhold: (data: string) => boolean): Passage {
  if (withhold === NOTHING_WITHHELD) return { push: (bytes) => bytes, end: () => "" };
  const utf8 = new TextDecoder();
  let rest = "";
  return {
    push: (bytes) => {
      rest += utf8.decode(bytes, { stream: true });
      const end = lastBlankLine(rest);
      const whole = rest.slice(0, end);
      rest = rest.slice(end);
      return whole
        .split(EVENT_END)
        .filter((event) => !withhold(event))
        .join("");
    },
    end: () => (withhold(rest) ? "" : rest),
  };
}

/** Splits behind each blank line, separators kept. */
const EVENT_END = /(?<=\n\n|\r\n\r\n|\r\r)/;

function lastBlankLine(text: string): number {
  const ends = ["\n\n", "\r\n\r\n", "\r\r"].map((mark) => {
    const at = text.lastIndexOf(mark);
    return at < 0 ? 0 : at + mark.length;
  });
  return Math.max(...ends);
}
