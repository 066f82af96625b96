/**
 * The journal of one process: lines are appended to the last of its files, readers follow, and a file goes when they are
 * all past it and no call that began in it is open. What is appended is with the system at once, so that a killed process
 * loses nothing; a power cut loses what came after the last `sync`.
 */
import { LIMITS } from "../wire/limits.ts";
import { type JournalLine, printLine } from "./journal-line.ts";
import { type JournalRow, recentRows } from "./recent-rows.ts";
import {
  append,
  CHUNK_BYTES,
  closeSegment,
  dropSegment,
  openSegment,
  readSegment,
  type Segment,
  sync,
} from "./segment.ts";

export interface Journal {
  /** The position behind the last line. */
  readonly end: number;
  /** Throws where the disk does not take it. */
  start(id: string, json: string): void;
  /** Several at once, with one write. */
  starts(calls: readonly StartedCall[]): void;
  row(id: string, json: string): void;
  /** The call has ended, and its row is elsewhere. */
  forget(id: string): void;
  /** How far each reader has come. */
  done(positions: Readonly<Record<string, number>>): void;
  /** Rows from a position on, at most so many bytes; `next` is where to go on. */
  rows(
    from: number,
  ): Promise<{ readonly rows: readonly JournalRow[]; readonly next: number; readonly damaged: number }>;
  sync(): Promise<void>;
  /** Where the first file begins that begins at this position or behind it; the end where none does. */
  fileAfter(position: number): number;
  /** No reader needs what is before this position. Files that nobody needs go. */
  release(position: number): void;
  /** The folder was taken by somebody who thought us dead: goes on in another, with the calls that are open. */
  move(dir: string): void;
  /** Nothing is open and everything was released. */
  isEmpty(): boolean;
  close(): void;
}

export interface StartedCall {
  readonly id: string;
  readonly json: string;
}

/** Carried over at a time: each is a write. */
const CARRIED_AT_ONCE = 100;

interface Open {
  segment: Segment;
  readonly json: string;
}

/** Throws where the folder cannot be written. */
export function openJournal(dir: string, segmentBytes: number = LIMITS.journalSegmentBytes): Journal {
  let home = dir;
  let segments: Segment[] = [openSegment(dir, 0)];
  /** Calls without an end, by id. */
  const open = new Map<string, Open>();
  const recent = recentRows();
  let released = 0;
  let isDirty = false;
  let syncing: Promise<void> = Promise.resolve();

  const last = (): Segment => segments.at(-1) as Segment;
  const endOf = ({ base, size }: Segment): number => base + size;
  const lineOf = (kind: JournalLine["kind"], id: string, json: string): Buffer => {
    const line = printLine(kind, id, json);
    if (line.length > LIMITS.journalLineBytesMax)
      throw new Error(`a row of ${line.length} bytes is longer than the journal takes`);
    return line;
  };
  const writeBytes = (bytes: Uint8Array): Segment => {
    if (last().size >= segmentBytes || last().isTorn) rotate();
    append(last(), bytes);
    isDirty = true;
    return last();
  };
  const write = (kind: JournalLine["kind"], id: string, json: string): Segment => writeBytes(lineOf(kind, id, json));
  const rotate = (): void => {
    const full = last();
    segments.push(openSegment(home, endOf(full)));
    void sync(full).catch(() => {});
  };
  /** Those that began in this file begin again in the last one. */
  const carry = (from: Segment): void => {
    let count = 0;
    for (const [id, call] of open) {
      if (call.segment !== from) continue;
      if (count++ === CARRIED_AT_ONCE) return;
      call.segment = write("start", id, call.json);
    }
  };
  const holdsOpen = (segment: Segment): boolean => [...open.values()].some((call) => call.segment === segment);

  return {
    get end() {
      return endOf(last());
    },
    start: (id, json) => void open.set(id, { segment: write("start", id, json), json }),
    starts: (calls) => {
      // Each line is a copy: they are printed into one buffer.
      const segment = writeBytes(Buffer.concat(calls.map(({ id, json }) => Buffer.from(lineOf("start", id, json)))));
      for (const { id, json } of calls) open.set(id, { segment, json });
    },
    row: (id, json) => {
      recent.add(json, endOf(write("row", id, json)));
      open.delete(id);
    },
    forget: (id) => void open.delete(id),
    done: (positions) => void write("done", "-", JSON.stringify(positions)),
    rows: async (from) => {
      const kept = recent.after(from, CHUNK_BYTES);
      if (kept) return { rows: kept, next: kept.at(-1)?.end ?? endOf(last()), damaged: 0 };
      const segment = segments.findLast(({ base }) => base <= from);
      if (!segment) return { rows: [], next: segments[0]?.base ?? from, damaged: 0 };
      const at = from - segment.base;
      if (at >= segment.size) return { rows: [], next: from, damaged: 0 };
      const { lines, used, damaged } = await readSegment(segment, at);
      const rows = lines.flatMap(({ kind, json, end }) => (kind === "row" ? [{ json, end: from + end }] : []));
      return { rows, next: from + used, damaged };
    },
    sync: () => {
      if (!isDirty) return syncing;
      isDirty = false;
      // One after the other, so that none is under way on a file that is closed.
      syncing = syncing.catch(() => {}).then(() => sync(last()));
      return syncing;
    },
    fileAfter: (position) => segments.find(({ base }) => base >= position)?.base ?? endOf(last()),
    release: (position) => {
      released = Math.max(released, position);
      recent.release(released);
      // One after the other: of two files the older one holds the starts of the newer one's ends.
      while (segments.length > 1) {
        const [first] = segments as [Segment];
        if (endOf(first) > released) return;
        if (holdsOpen(first)) carry(first);
        if (holdsOpen(first)) return;
        segments = segments.slice(1);
        dropSegment(first);
      }
    },
    move: (to) => {
      home = to;
      rotate();
      for (const [id, call] of open) call.segment = write("start", id, call.json);
    },
    isEmpty: () => open.size === 0 && released >= endOf(last()),
    close: () => segments.forEach(closeSegment),
  };
}
