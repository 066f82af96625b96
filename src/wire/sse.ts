/** Server-sent events: bytes to frames and back. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { LIMITS } from "./limits.ts";
import type { TextFraming } from "./framing.ts";
import type { EndCause, Frame, Machine } from "./machine.ts";

export class FrameTooLarge extends Error {
  constructor() {
    super(`one frame of the stream is larger than ${LIMITS.frameBytesMax} bytes`);
  }
}

export const printFrame = (frame: Frame): string =>
  frame.event === undefined ? `data: ${frame.data}\n\n` : `event: ${frame.event}\ndata: ${frame.data}\n\n`;

/** A comment: every client ignores it, every proxy counts it as traffic. */
export const SSE_COMMENT = ": keep-alive\n\n";

/** Bytes to frames. */
export function sseReader(): Machine<Uint8Array, Frame> {
  const utf8 = utf8Decoder();
  const frames = frameReader();
  return {
    push: (bytes, emit) => frames.push(utf8.decode(bytes, { stream: true }), emit),
    end: (cause, emit) => {
      frames.push(utf8.decode(), emit);
      frames.end(cause, emit);
    },
  };
}

/** The frame reader takes the byte order mark off. */
export const utf8Decoder = (): TextDecoder => new TextDecoder("utf-8", { ignoreBOM: true });

export interface FrameReader extends Machine<string, Frame> {
  /** Everything that was pushed has been emitted or ignored: the next text begins an event. */
  readonly atBorder: boolean;
}

/** LF, CRLF and lone CR, comments, `id:`, `retry:`, a BOM and a missing last newline, as the standard has them. */
export function frameReader(): FrameReader {
  let begun = false;
  let rest = "";
  let waitsForLf = false;
  let event: string | undefined;
  let data: string | undefined;

  const dispatch = (emit: (frame: Frame) => void): void => {
    if (data !== undefined) emit(event === undefined ? { data } : { event, data });
    event = data = undefined;
  };

  const line = (text: string, emit: (frame: Frame) => void): void => {
    if (text === "") return dispatch(emit);
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    if (field !== "data" && field !== "event") return;
    const value = colon < 0 ? "" : text.slice(text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (field === "event") event = value;
    else data = data === undefined ? value : `${data}\n${value}`;
  };

  const lines = (text: string, last: boolean, emit: (frame: Frame) => void): void => {
    // A long line comes in many pieces: appended without looking at its beginning again.
    if (!last && !waitsForLf && !text.includes("\n") && !text.includes("\r")) rest += text;
    else rest = eachLine(rest === "" ? text : rest + text, last, (found) => line(found, emit));
    waitsForLf = text.endsWith("\r");
    if (rest.length + (data?.length ?? 0) > LIMITS.frameBytesMax) throw new FrameTooLarge();
  };

  return {
    push: (text, emit) => {
      if (text === "") return;
      lines(begun ? text : text.replace(BYTE_ORDER_MARK, ""), false, emit);
      begun = true;
    },
    end: (cause: EndCause, emit) => {
      lines("", true, emit);
      // The standard drops a last event without its blank line; vendors' proxies do send one, and it holds the usage.
      if (rest !== "" && cause === "eof") line(rest, emit);
      if (cause === "eof") dispatch(emit);
      rest = "";
    },
    get atBorder() {
      return rest === "" && data === undefined && event === undefined;
    },
  };
}

const BYTE_ORDER_MARK = /^\uFEFF/;

/** Blank lines, as they end events. */
export const BLANK_LINES = ["\n\n", "\r\n\r\n", "\r\r"] as const;

/** Splits behind each blank line, separators kept. */
export const EVENT_END = /(?<=\n\n|\r\n\r\n|\r\r)/;

/** Where the events of a text end: behind the next blank line, or -1. To be asked in ascending order, so that no part of the text is searched twice. */
export function eventEnds(text: string): (from: number) => number {
  const ends = BLANK_LINES.map((mark) => ({ mark, at: text.indexOf(mark) })).filter(({ at }) => at >= 0);
  return (from) => {
    let first = -1;
    for (const end of ends) {
      if (end.at >= 0 && end.at < from) end.at = text.indexOf(end.mark, from);
      if (end.at >= 0 && (first < 0 || end.at + end.mark.length < first)) first = end.at + end.mark.length;
    }
    return first;
  };
}

export const SSE: TextFraming = {
  isStream: (headers) => (headers.get("content-type") ?? "").includes("text/event-stream"),
  reader: sseReader,
  print: printFrame,
};

const SPACE = 32;

/** Calls `found` for each whole line; returns what is left. A CR at the very end waits, for a LF may follow it. */
function eachLine(text: string, last: boolean, found: (line: string) => void): string {
  let from = 0;
  if (text.indexOf("\r") < 0) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      found(text.slice(from, at));
      from = at + 1;
    }
    return from === 0 ? text : text.slice(from);
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== LF && code !== CR) continue;
    if (code === CR && at === text.length - 1 && !last) break;
    found(text.slice(from, at));
    if (code === CR && text.charCodeAt(at + 1) === LF) at++;
    from = at + 1;
  }
  return text.slice(from);
}

const LF = 10;
const CR = 13;
