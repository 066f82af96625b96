import { describe, expect, test } from "bun:test";
import { readsOf } from "./reads.ts";

/** A body whose pieces are sent by hand. */
function body() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return {
    stream,
    send: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    breakOff: () => controller?.error(new Error("reset")),
    isCancelled: () => cancelled,
  };
}

const told = async (read: ReturnType<ReturnType<typeof readsOf>["next"]>): Promise<string> => {
  const found = await read;
  return found.kind === "bytes" ? new TextDecoder().decode(found.bytes) : found.kind;
};

describe("reads of a body", () => {
  test("come in order, then its end, again and again", async () => {
    const { stream, send, end } = body();
    const reads = readsOf(stream);
    send("one");
    send("two");
    end();
    for (const expected of ["one", "two", "eof", "eof"]) expect(await told(reads.next(1_000))).toBe(expected);
  });

  test("a limit that passes loses nothing: the read goes on", async () => {
    const { stream, send } = body();
    const reads = readsOf(stream);
    expect(await told(reads.next(1))).toBe("quiet");
    expect(await told(reads.next(1))).toBe("quiet");
    send("late");
    expect(await told(reads.next(1_000))).toBe("late");
    reads.cancel();
  });

  test("what comes between two waits is there at the next", async () => {
    const { stream, send } = body();
    const reads = readsOf(stream);
    expect(await told(reads.next(1))).toBe("quiet");
    send("between");
    await Promise.resolve();
    expect(await told(reads.next(1))).toBe("between");
    reads.cancel();
  });

  test("a shorter limit behind a longer one is kept, and a longer one behind a shorter", async () => {
    const { stream, send } = body();
    const reads = readsOf(stream);
    send("a");
    expect(await told(reads.next(60_000))).toBe("a");
    expect(await told(reads.next(1))).toBe("quiet");
    const long = reads.next(60_000);
    send("b");
    expect(await told(long)).toBe("b");
    reads.cancel();
  });

  test("a connection that breaks is no end", async () => {
    const { stream, breakOff } = body();
    const reads = readsOf(stream);
    const read = reads.next(1_000);
    breakOff();
    expect(await told(read)).toBe("cut");
  });

  test("cancelling ends a read that waits, and the upstream's too", async () => {
    const { stream, isCancelled } = body();
    const reads = readsOf(stream);
    const read = reads.next(60_000);
    reads.cancel();
    expect(await told(read)).toBe("eof");
    expect(isCancelled()).toBe(true);
  });

  test("no body is an end", async () => {
    expect(await told(readsOf(null).next(1))).toBe("eof");
  });
});
