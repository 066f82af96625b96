/** One file of a journal. Its name is the position of its first byte, so that positions count through all files of a journal. */
import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { LIMITS } from "../wire/limits.ts";
import { type ReadLines, readLines } from "./journal-line.ts";

export interface Segment {
  /** Position of its first byte. */
  readonly base: number;
  readonly path: string;
  readonly fd: number;
  /** Up to here its lines are whole. */
  size: number;
  /** Half a line stands behind them, which could not be cut off: nothing can be appended here. */
  isTorn?: boolean;
}

const NAME = /^(\d{16})\.journal$/;
const nameOf = (base: number): string => `${String(base).padStart(16, "0")}.journal`;

export function openSegment(dir: string, base: number): Segment {
  const path = join(dir, nameOf(base));
  const fd = openSync(path, "a+", 0o600);
  return { base, path, fd, size: fstatSync(fd).size };
}

/** Of a folder, in the order in which they were written. */
export function segmentsIn(dir: string): readonly Segment[] {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => (entry.isSymbolicLink() ? [] : (NAME.exec(entry.name)?.[1] ?? [])))
    .sort()
    .map((base) => openSegment(dir, Number(base)));
}

/** Throws where the disk does not take it, and leaves nothing of it behind. */
export function append(segment: Segment, line: Uint8Array): void {
  try {
    for (let done = 0; done < line.length;) done += writeSync(segment.fd, line, done, line.length - done);
    segment.size += line.length;
  } catch (error) {
    try {
      ftruncateSync(segment.fd, segment.size);
    } catch {
      segment.isTorn = true;
    }
    throw error;
  }
}

const readBytes = promisify(read);
const synced = promisify(fdatasync);

/** Waits until the disk has it, on a thread of the pool. */
export const sync = ({ fd }: Segment): Promise<void> => synced(fd);

/** About `bytes` of whole lines from this position of the segment. What is torn at its end counts as read. */
export async function readSegment(segment: Segment, at: number, bytes = CHUNK_BYTES): Promise<ReadLines> {
  const left = segment.size - at;
  const chunk = Buffer.allocUnsafe(Math.min(left, bytes));
  const { bytesRead } = await readBytes(segment.fd, chunk, 0, chunk.length, at);
  const found = readLines(chunk.subarray(0, bytesRead));
  if (found.used > 0 || bytesRead === 0) return found;
  if (bytesRead < left && bytes < LIMITS.journalLineBytesMax) return readSegment(segment, at, bytes * 4);
  return { lines: [], used: left, damaged: bytesRead < left ? 1 : 0 };
}
/** So that one look is a fraction of a millisecond on the thread of all calls. */
export const CHUNK_BYTES = 128 * 1024;

export function dropSegment({ fd, path }: Segment): void {
  closeSync(fd);
  rmSync(path, { force: true });
}

export const closeSegment = ({ fd }: Segment): void => closeSync(fd);
