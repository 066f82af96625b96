/** The sink that remembers: a record becomes a line of the journal at once, and a row of the database soon. */
import { LIMITS } from "../wire/limits.ts";
import { adopting } from "./adopting.ts";
import type { Journal } from "./journal.ts";
import { BEAT_MS, type Holder, thisHolder } from "./journal-folder.ts";
import { journalHome } from "./journal-home.ts";
import type { CallRecord, Sink } from "./ledger.ts";
import { type Reader, type ReaderNeeds, readerOf } from "./reader.ts";
import { endText, startText } from "./row-text.ts";
import { tellOnce } from "./tell-once.ts";

export interface Writer extends Sink {
  begin(record: CallRecord): void;
  /** No more rows can be kept safe: a call that a budget watches must not be let in. */
  full(): boolean;
  /** Looks for what dead processes left; again by itself, now and then. */
  adopt(): Promise<void>;
  stop(): Promise<void>;
}

export interface WriterOptions {
  /** The folder of all journals of this data folder. */
  readonly root: string;
  /** What it does not have yet fills the journal. */
  readonly store: ReaderNeeds;
  readonly outbox?: ReaderNeeds;
  readonly warn: (message: string) => void;
  readonly bounds?: Partial<WriterBounds>;
  readonly holder?: Holder;
}

export interface WriterBounds {
  readonly journalBytesMax: number;
  readonly journalSegmentBytes: number;
  readonly journalSpillBytesMax: number;
  readonly outboxBytesMax: number;
  /** How long a stop waits for each reader. */
  readonly stopMs: number;
}

/** What a power cut may cost. */
const SYNC_MS = 100;
const ADOPT_MS = 15_000;
const STOP_MS = 3_000;

export function writerOf({ root, store, outbox, warn, bounds: given, holder = thisHolder() }: WriterOptions): Writer {
  const bounds: WriterBounds = { ...LIMITS, stopMs: STOP_MS, ...given };
  const home = journalHome({ root, holder, segmentBytes: bounds.journalSegmentBytes, warn });
  const tell = tellOnce(warn);
  let lostRows = 0;
  let hasMoved = false;
  let isStopping = false;
  let ticking: Timer | undefined;
  let stopped: Promise<void> | undefined;

  const readerFor = (needs: ReaderNeeds): Reader =>
    readerOf({
      ...needs,
      journal: home.journal,
      moved: (rows) => {
        if (rows === 0) return;
        hasMoved = true;
        tickSoon();
      },
      damaged: (lines) => warn(`The journal in ${root} has damaged lines, which were left out: ${lines}.`),
    });
  const toStore = readerFor(store);
  const readers = outbox ? [toStore, readerFor(outbox)] : [toStore];
  const positions = (): Record<string, number> =>
    Object.fromEntries(readers.map((reader) => [reader.name, reader.position()]));

  const behindBytes = (): number => (home.journal()?.end ?? 0) - toStore.position();
  const isFull = (): boolean =>
    behindBytes() >= bounds.journalBytesMax || toStore.offeredBytes() >= bounds.journalSpillBytesMax / 2;
  const isOver = (): boolean => behindBytes() >= bounds.journalBytesMax + bounds.journalBytesMax / 8;
  const tellFull = (): void => {
    if (isFull())
      return tell.begun(
        "full",
        `The journal of calls is full (${behindBytes() + toStore.offeredBytes()} bytes): the database has not taken rows for long. Calls under a budget are refused until it does.`,
      );
    const lost = lostRows > 0 ? ` Rows lost meanwhile: ${lostRows}.` : "";
    tell.over("full", `The journal of calls has room again.${lost}`);
    lostRows = 0;
  };

  /** Calls that were let in within this turn of the loop: they are written at its end, together, while their vendors think. */
  const begun = new Map<string, CallRecord>();
  const writeBegun = (): void => {
    if (begun.size === 0) return;
    const calls = Array.from(begun.values(), (record) => ({ id: record.id, json: startText(record) }));
    begun.clear();
    const [first] = calls;
    if (first && calls.length === 1) home.write((to) => to.start(first.id, first.json));
    else home.write((to) => to.starts(calls));
  };
  const keep = (id: string, json: string): void => {
    if (!isOver() && home.write((to) => to.row(id, json))) return;
    home.journal()?.forget(id);
    if (isOver() || !offered(toStore, json)) {
      lostRows++;
      if (lostRows > 1) return;
      return warn("The row of a call is lost: neither the journal nor memory has room for it. More may follow.");
    }
    for (const reader of readers.slice(1)) offered(reader, json);
  };
  const offered = (reader: Reader, json: string): boolean => {
    if (reader.offeredBytes() + json.length > bounds.journalSpillBytesMax) return false;
    reader.offer(json);
    return true;
  };
  const trimOutbox = (to: Journal): void => {
    for (const reader of readers.slice(1)) {
      if (to.end - reader.position() <= bounds.outboxBytesMax) continue;
      reader.skipTo(to.fileAfter(to.end - bounds.outboxBytesMax));
      tell.begun(
        "outbox",
        `The outbox is more than ${bounds.outboxBytesMax} bytes behind: the oldest rows are left out there. The store has them.`,
      );
    }
  };
  /** Files go that no reader needs. */
  const release = (to: Journal): void => to.release(Math.min(...readers.map((reader) => reader.position())));

  const tick = (): void => {
    ticking = undefined;
    if (home.journal())
      home.write((to) => {
        if (hasMoved) to.done(positions());
        hasMoved = false;
        trimOutbox(to);
        release(to);
      });
    home.sync();
    tellFull();
    for (const reader of readers) reader.wake();
  };
  const tickSoon = (): void => {
    if (ticking !== undefined || isStopping) return;
    ticking = setTimeout(tick, SYNC_MS);
    ticking.unref();
  };

  const dead = adopting({
    home,
    readers: readers.map(({ name }) => name),
    isFar: () => behindBytes() > 2 * bounds.journalSegmentBytes,
    took: tickSoon,
    warn,
  });
  const timers = [setInterval(home.beat, BEAT_MS), setInterval(() => void dead.all(), ADOPT_MS)];
  for (const timer of timers) timer.unref();

  const halt = async (): Promise<void> => {
    isStopping = true;
    writeBegun();
    for (const timer of timers) clearInterval(timer);
    clearTimeout(ticking);
    await dead.stop();
    const ends = await Promise.all(readers.map((reader) => reader.stop(bounds.stopMs)));
    home.write(release);
    const isDone = ends.every(Boolean) && home.journal()?.isEmpty() === true;
    if (!isDone) home.write((to) => to.done(positions()));
    await home
      .journal()
      ?.sync()
      .catch(() => {});
    home.close(isDone);
  };

  return {
    begin: (record) => {
      if (isFull()) return;
      if (begun.size === 0) setImmediate(writeBegun);
      begun.set(record.id, record);
      tickSoon();
    },
    write: (record) => {
      begun.delete(record.id);
      keep(record.id, endText(record));
      tickSoon();
    },
    full: isFull,
    adopt: dead.all,
    stop: () => (stopped ??= halt()),
  };
}
