/** A whole body of an upstream, read within bounds of size and time. Where a bound ends it, its connection is released. */
import { readsOf } from "./reads.ts";

export interface WholeBounds {
  readonly bytesMax: number;
  /** The longest silence between two reads. */
  readonly idleMs: number;
  /** In `performance.now()`: before this time silence does not end the read. Absent: it always does. */
  readonly idleFrom?: number;
  /** The deadline, in `performance.now()`: a body that drips would never be silent for long enough. */
  readonly until: number;
}

export interface WholeBody {
  /** The bytes that came until the end. */
  readonly bytes: Uint8Array;
  /** eof: the body is whole. quiet: silent for too long. late: past the deadline. */
  readonly end: "eof" | "cut" | "quiet" | "late" | "too-large";
}

export async function readWhole(body: ReadableStream<Uint8Array> | null, bounds: WholeBounds): Promise<WholeBody> {
  const reads = readsOf(body);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const ended = (end: WholeBody["end"]): WholeBody => {
    if (end !== "eof") reads.cancel();
    return { bytes: pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces), end };
  };
  for (;;) {
    const now = performance.now();
    const leftMs = bounds.until - now;
    if (leftMs <= 0) return ended("late");
    const quietMs = Math.max(bounds.idleMs, (bounds.idleFrom ?? 0) - now);
    const read = await reads.next(Math.min(quietMs, leftMs));
    if (read.kind === "eof" || read.kind === "cut") return ended(read.kind);
    if (read.kind === "quiet") return ended(leftMs <= quietMs ? "late" : "quiet");
    pieces.push(read.bytes);
    size += read.bytes.byteLength;
    if (size > bounds.bytesMax) return ended("too-large");
  }
}
