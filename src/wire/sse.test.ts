import { describe, expect, test } from "bun:test";
import { LIMITS } from "./limits.ts";
import type { Frame } from "./machine.ts";
import { FrameTooLarge, sseReader } from "./sse.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Frames of a stream that arrives in pieces of so many bytes. */
function read(whole: Uint8Array, size: number, cause: "eof" | "cut" = "eof"): Frame[] {
  const frames: Frame[] = [];
  const reader = sseReader();
  for (let at = 0; at < whole.length; at += size)
    reader.push(whole.subarray(at, at + size), (frame) => frames.push(frame));
  reader.end(cause, (frame) => frames.push(frame));
  return frames;
}

const CASES: readonly (readonly [string, string, readonly Frame[]])[] = [
  ["LF", "event: a\ndata: 1\n\ndata: 2\n\n", [{ event: "a", data: "1" }, { data: "2" }]],
  ["CRLF", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", [{ event: "a", data: "1" }, { data: "2" }]],
  ["lone CR", "event: a\rdata: 1\r\rdata: 2\r\r", [{ event: "a", data: "1" }, { data: "2" }]],
  ["comments, id and retry", ": hi\nid: 7\nretry: 5\ndata: 1\n\n: bye\n\n", [{ data: "1" }]],
  ["several data lines", "data: a\ndata: b\n\n", [{ data: "a\nb" }]],
  ["no space behind the colon", "data:1\n\n", [{ data: "1" }]],
  ["a byte order mark", "\uFEFFdata: 1\n\n", [{ data: "1" }]],
  ["no last newline", 'data: 1\n\ndata: {"u":2}', [{ data: "1" }, { data: '{"u":2}' }]],
  ["umlauts and an emoji", "data: äö🚀\n\n", [{ data: "äö🚀" }]],
  ["an empty data line", "data:\n\n", [{ data: "" }]],
];

describe("reading server-sent events", () => {
  for (const [name, text, frames] of CASES)
    test(`${name}, cut anywhere`, () => {
      for (const size of [1, 2, 3, 5, 1000]) expect(read(bytes(text), size)).toEqual([...frames]);
    });

  test("an event may be as large as the limit, and not larger", () => {
    const half = "x".repeat(LIMITS.frameBytesMax / 2);
    const reader = sseReader();
    const frames: Frame[] = [];
    const push = (text: string): void => reader.push(bytes(text), (frame) => frames.push(frame));
    push("data:");
    push(half);
    push(half.slice("data:".length));
    push("\n\n");
    expect(frames.map(({ data }) => data.length)).toEqual([LIMITS.frameBytesMax - "data:".length]);
    push(`data:${half}\n`);
    push(`data:${half.slice("data:".length)}`);
    expect(() => push("x")).toThrow(FrameTooLarge);
  });

  test("a cut drops the event it fell into", () => {
    expect(read(bytes('data: 1\n\ndata: {"half'), 4, "cut")).toEqual([{ data: "1" }]);
  });

  /** A client must not wait for the next event to read this one. */
  for (const [name, end] of [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])
    test(`${name}: an event is told by the bytes that end it, however they are cut`, () => {
      for (const size of [1, 2, 3, 7, 1000]) {
        const frames: Frame[] = [];
        const reader = sseReader();
        for (let count = 1; count <= 3; count++) {
          const event = bytes(`event: a${end}data: ${count}${end}${end}`);
          for (let at = 0; at < event.length; at += size)
            reader.push(event.subarray(at, at + size), (frame) => frames.push(frame));
          expect([size, frames.length]).toEqual([size, count]);
        }
      }
    });

  test("lone CR: the byte after it shows that no LF follows, and then the event is told", () => {
    const frames: Frame[] = [];
    const reader = sseReader();
    reader.push(bytes("data: 1\r\r"), (frame) => frames.push(frame));
    reader.push(bytes("d"), (frame) => frames.push(frame));
    expect(frames).toEqual([{ data: "1" }]);
  });
});
