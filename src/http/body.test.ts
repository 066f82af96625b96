/** A body at the edges of its bounds: bytes told and counted, bytes after decompression, and the least pace of a sender. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { GatewayError } from "../ir/error.ts";
import { discardBody, readBody } from "./body.ts";

const posted = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  headers: Record<string, string> = {},
): Request => new Request("http://localhost/", { method: "POST", body, headers });
const kindOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => "read",
    (error: GatewayError) => error.kind,
  );
const chunked = (...chunks: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (to) => {
      for (const chunk of chunks) to.enqueue(new TextEncoder().encode(chunk));
      to.close();
    },
  });

describe("bytes", () => {
  test("of the body come as they were sent, and as text", async () => {
    const { bytes, text } = await readBody(posted(chunked('{"a":', '"ü"}')), 100);
    expect([text, bytes]).toEqual(['{"a":"ü"}', new TextEncoder().encode('{"a":"ü"}')]);
    expect(await readBody(posted(null), 100)).toMatchObject({ text: "" });
  });

  test("told by content-length may be as many as the limit, and not one more", async () => {
    const told = (length: number): Request => posted("{}", { "content-length": String(length) });
    expect(await kindOf(readBody(told(10), 10))).toBe("read");
    expect(await kindOf(readBody(told(11), 10))).toBe("body-too-large");
  });

  test("counted may be as many as the limit, and not one more", async () => {
    expect(await kindOf(readBody(posted(chunked("12345", "67890")), 10))).toBe("read");
    expect(await kindOf(readBody(posted(chunked("12345", "67890", "1")), 10))).toBe("body-too-large");
  });

  test("beyond the limit are not waited for", async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(8)) });
    expect(await kindOf(readBody(posted(endless), 100))).toBe("body-too-large");
  });

  const ENCODERS = {
    gzip: gzipSync,
    "x-gzip": gzipSync,
    deflate: deflateSync,
    "Deflate ": deflateRawSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  };
  for (const [name, encode] of Object.entries(ENCODERS))
    test(`of ${name} are counted after decompression`, async () => {
      const body = encode("x".repeat(1000));
      const read = (bytesMax: number) => readBody(posted(body, { "content-encoding": name }), bytesMax);
      expect((await read(1000)).text).toBe("x".repeat(1000));
      expect(await kindOf(read(999))).toBe("body-too-large");
    });

  test("that are no UTF-8 are refused", async () => {
    expect(await kindOf(readBody(posted(new Uint8Array([0x22, 0xff, 0x22])), 100))).toBe("invalid-request");
  });

  test("in two encodings, or in one that nobody knows, are refused", async () => {
    for (const name of ["gzip, br", "snappy", "constructor"])
      expect([name, await kindOf(readBody(posted("x", { "content-encoding": name }), 100))]).toEqual([
        name,
        "unsupported-media",
      ]);
    expect(await kindOf(readBody(posted("x", { "content-encoding": "identity" }), 100))).toBe("read");
    expect(await kindOf(readBody(posted(null, { "content-encoding": "gzip" }), 100))).toBe("read");
    expect(await kindOf(readBody(posted("not gzip", { "content-encoding": "gzip" }), 100))).toBe("invalid-request");
  });
});

describe("what a refused client still sends", () => {
  test("is read to its end", async () => {
    expect(await discardBody(posted(chunked("12345", "67890")), 10)).toBe("read");
    expect(await discardBody(posted(null), 10)).toBe("read");
  });

  test("is read up to the limit, and not a piece more", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>(
      { pull: (to) => (sent++, to.enqueue(new Uint8Array(8))) },
      { highWaterMark: 0 },
    );
    expect(await discardBody(posted(body), 80)).toBe("endless");
    expect(sent).toBe(11);
  });
});

/** Half a window after another, on a clock that only the test moves. */
describe("pace", () => {
  const BYTES_PER_SECOND_MIN = 256;
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function sending(headers: Record<string, string> = {}) {
    let control: ReadableStreamDefaultController<Uint8Array> | undefined;
    let stopped = false;
    const body = new ReadableStream<Uint8Array>({
      start: (to) => void (control = to),
      cancel: () => void (stopped = true),
    });
    let outcome = "waits";
    void kindOf(readBody(posted(body, headers), 1_000_000)).then((kind) => void (outcome = kind));
    return {
      send: (count: number) => (stopped ? undefined : control?.enqueue(new Uint8Array(count).fill(0x20))),
      end: () => control?.close(),
      /** Seconds pass, and whoever waited for them runs. */
      pass: async (seconds: number): Promise<string> => {
        await settled();
        jest.advanceTimersByTime(seconds * 1000);
        await settled();
        return outcome;
      },
      stopped: () => stopped,
    };
  }
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };

  test("a sender that falls silent is cut, and told to stop", async () => {
    const sender = sending();
    expect(await sender.pass(5)).toBe("request-timeout");
    expect(sender.stopped()).toBe(true);
  });

  test("a sender of a byte a second is cut", async () => {
    const sender = sending();
    let outcome = "waits";
    for (let second = 0; second < 5; second++) {
      sender.send(1);
      outcome = await sender.pass(1);
    }
    expect(outcome).toBe("request-timeout");
  });

  test("a good beginning is no credit for a later drip", async () => {
    const sender = sending();
    sender.send(100_000);
    expect(await sender.pass(5)).toBe("waits");
    let outcome = "waits";
    for (let second = 0; second < 5; second++) {
      sender.send(1);
      outcome = await sender.pass(1);
    }
    expect(outcome).toBe("request-timeout");
  });

  test("a good beginning is no credit for a later silence", async () => {
    const sender = sending();
    sender.send(2_000);
    expect(await sender.pass(5)).toBe("waits");
    expect(await sender.pass(5)).toBe("request-timeout");
    expect(sender.stopped()).toBe(true);
  });

  test("a sender that keeps the least pace is read to its end, however long it takes", async () => {
    const sender = sending();
    for (let second = 0; second < 600; second++) {
      sender.send(BYTES_PER_SECOND_MIN);
      expect(await sender.pass(1)).toBe("waits");
    }
    sender.end();
    expect(await sender.pass(0)).toBe("read");
  });

  test("a length that is declared has as long as the least pace takes, five seconds at least and fifty at most", async () => {
    for (const [length, seconds] of [
      [100, 5],
      [2_560, 10],
      [256_000, 50],
    ] as const) {
      const sender = sending({ "content-length": String(length) });
      sender.send(length - 1);
      expect(await sender.pass(seconds - 1)).toBe("waits");
      expect(await sender.pass(1)).toBe("request-timeout");
    }
  });

  test("a length that no slow sender could send in that time has the least pace alone", async () => {
    const sender = sending({ "content-length": "300000" });
    for (let second = 0; second < 600; second++) {
      sender.send(BYTES_PER_SECOND_MIN);
      expect(await sender.pass(1)).toBe("waits");
    }
    expect(await sender.pass(10)).toBe("request-timeout");
  });

  test("nothing goes on ticking after the end", async () => {
    for (const headers of [{}, { "content-length": "10" }] as readonly Record<string, string>[]) {
      const sender = sending(headers);
      sender.send(10);
      sender.end();
      expect(await sender.pass(0)).toBe("read");
      expect(jest.getTimerCount()).toBe(0);
    }
  });
});
