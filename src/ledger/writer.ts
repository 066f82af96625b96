/** The sink that remembers: a record becomes a line of the journal at once, and a row of the database soon. */
import { mkdirSync } from "node:fs";
import { LIMITS } from "../wire/limits.ts";
import { adopt } from "./adopt.ts";
import { openJournal, type Journal } from "./journal.ts";
import { BEAT_MS, type Holder, type JournalFolder, newFolder, takeDead, thisHolder } from "./journal-folder.ts";
import type { CallRecord, Sink } from "./ledger.ts";
import { type Reader, type ReaderNeeds, readerOf } from "./reader.ts";
import { reasonOf } from "./reason.ts";
import { endText, startText } from "./row-text.ts";

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
const REOPEN_MS = 1_000;
const STOP_MS = 3_000;

export function writerOf({ root, store, outbox, warn, bounds: given, holder = thisHolder() }: WriterOptions): Writer {
  const bounds: WriterBounds = { ...LIMITS, stopMs: STOP_MS, ...given };
  let folder: JournalFolder | undefined;
  let taken: JournalFolder | undefined;
  let journal: Journal | undefined;
  let reopenAt = 0;
  let lostRows = 0;
  let hasMoved = false;
  let isStopping = false;
  let ticking: Timer | undefined;
  let adopting: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  const tell = teller(warn);

  const readerFor = (needs: ReaderNeeds): Reader =>
    readerOf({
      ...needs,
      journal: () => journal,
      moved: (rows) => {
        if (rows === 0) return;
        hasMoved = true;
        tickSoon();
      },
      damaged: (lines) => warn(`The journal ${folder?.dir} has damaged lines, which were left out: ${lines}.`),
    });
  const toStore = readerFor(store);
  const readers = outbox ? [toStore, readerFor(outbox)] : [toStore];

  const openIt = (): void => {
    if (journal || isStopping || performance.now() < reopenAt) return;
    try {
      mkdirSync(root, { recursive: true, mode: 0o700 });
      folder = newFolder(root, holder);
      journal = openJournal(folder.dir, bounds.journalSegmentBytes);
    } catch (error) {
      journalFailed(error);
    }
  };
  const journalFailed = (error: unknown): void => {
    reopenAt = performance.now() + REOPEN_MS;
    tell.once(
      "journal",
      `The journal of calls in ${root} cannot be written (${reasonOf(error)}). Until it can be, rows wait in memory, and a kill loses them.`,
    );
  };
  /** false: the disk does not take it now. */
  const written = (write: (to: Journal) => void): boolean => {
    if (performance.now() < reopenAt) return false;
    openIt();
    if (!journal) return false;
    try {
      write(journal);
      tell.over("journal", `The journal of calls in ${root} can be written again.`);
      return true;
    } catch (error) {
      journalFailed(error);
      return false;
    }
  };

  const behindBytes = (): number => (journal ? journal.end - toStore.position() : 0);
  const isFull = (): boolean =>
    behindBytes() >= bounds.journalBytesMax || toStore.offeredBytes() >= bounds.journalSpillBytesMax / 2;
  const tellFull = (): void => {
    if (!isFull())
      return tell.over(
        "full",
        `The journal of calls has room again.${lostRows > 0 ? ` Rows lost meanwhile: ${lostRows}.` : ""}`,
      );
    tell.once(
      "full",
      `The journal of calls is full (${behindBytes() + toStore.offeredBytes()} bytes): the database has not taken rows for long. Calls under a budget are refused until it does.`,
    );
  };
  const isOver = (): boolean => behindBytes() >= bounds.journalBytesMax + bounds.journalBytesMax / 8;

  const keep = (id: string, json: string): void => {
    if (!isOver() && written((to) => to.row(id, json))) return;
    journal?.forget(id);
    if (isOver() || toStore.offeredBytes() + json.length > bounds.journalSpillBytesMax) {
      lostRows++;
      return tell.once(
        "lost",
        "Calls are not remembered any more: neither the journal nor memory has room for their rows.",
      );
    }
    for (const reader of readers) reader.offer(json);
  };
  const trimOutbox = (to: Journal): void => {
    for (const reader of readers.slice(1)) {
      if (to.end - reader.position() <= bounds.outboxBytesMax) continue;
      reader.skipTo(to.fileAfter(to.end - bounds.outboxBytesMax));
      tell.once(
        "outbox",
        `The outbox is more than ${bounds.outboxBytesMax} bytes behind: the oldest rows are left out there. The store has them.`,
      );
    }
  };
  const releasable = (): number => Math.min(...readers.map((reader) => reader.position()));
  const positions = (): Record<string, number> =>
    Object.fromEntries(readers.map((reader) => [reader.name, reader.position()]));

  const tick = (): void => {
    ticking = undefined;
    if (hasMoved) written((to) => to.done(positions()));
    hasMoved = false;
    if (journal) {
      void journal.sync().catch(journalFailed);
      journal.release(releasable());
      trimOutbox(journal);
    }
    tellFull();
    for (const reader of readers) reader.wake();
  };
  const tickSoon = (): void => {
    if (ticking !== undefined || isStopping) return;
    ticking = setTimeout(tick, SYNC_MS);
    ticking.unref();
  };

  const beat = (): void => {
    taken?.beat();
    if (!folder || !journal || folder.beat()) return;
    warn(
      `The journal ${folder.dir} was taken by another gateway, which thought this one dead. It goes on in another folder.`,
    );
    const to = newFolder(root, holder);
    journal.move(to.dir);
    folder = to;
  };
  const mustWait = (): boolean => !isStopping && behindBytes() > 2 * bounds.journalSegmentBytes;
  const room = async (): Promise<void> => {
    while (mustWait()) await Bun.sleep(SYNC_MS);
  };
  const takeRow = (id: string, json: string): void | Promise<void> => {
    if (isStopping) throw new Error("the gateway stops");
    if (!journal) throw new Error("there is no journal");
    journal.row(id, json);
    tickSoon();
    if (mustWait()) return room();
  };
  const adoptAll = async (): Promise<void> => {
    openIt();
    for (;;) {
      if (!folder || !journal || isStopping) return;
      folder.beat();
      taken ??= takeDead(root, holder, folder);
      if (!taken) return;
      const { rows, open, damaged } = await adopt(taken, Object.keys(positions()), takeRow, journal.sync);
      taken = undefined;
      if (rows + open + damaged > 0)
        warn(
          `A gateway ended without finishing its journal. Rows taken over: ${rows}; calls whose end nobody saw: ${open}; damaged lines: ${damaged}.`,
        );
    }
  };
  const adoptOnce = (): Promise<void> =>
    (adopting ??= adoptAll()
      .catch((error: unknown) => {
        if (!isStopping)
          tell.once(
            "adopt",
            `What a dead gateway left in ${root} cannot be read (${reasonOf(error)}). It is tried again.`,
          );
      })
      .finally(() => {
        adopting = undefined;
      }));

  const timers = [setInterval(safely(beat, warn), BEAT_MS), setInterval(() => void adoptOnce(), ADOPT_MS)];
  for (const timer of timers) timer.unref();
  openIt();

  const halt = async (): Promise<void> => {
    isStopping = true;
    for (const timer of timers) clearInterval(timer);
    clearTimeout(ticking);
    await adopting;
    const ends = await Promise.all(readers.map((reader) => reader.stop(bounds.stopMs)));
    if (!journal) return;
    journal.release(releasable());
    if (ends.every(Boolean) && journal.isEmpty()) {
      journal.close();
      return folder?.remove();
    }
    try {
      journal.done(positions());
      await journal.sync();
    } catch {}
    journal.close();
  };

  return {
    begin: (record) => {
      if (isFull()) return;
      written((to) => to.start(record.id, startText(record)));
      tickSoon();
    },
    write: (record) => {
      keep(record.id, endText(record));
      tickSoon();
    },
    full: isFull,
    adopt: adoptOnce,
    stop: () => (stopped ??= halt()),
  };
}

/** Says a thing once until it is over, and says that it is over. */
function teller(warn: (message: string) => void): {
  once(what: string, message: string): void;
  over(what: string, message: string): void;
} {
  const told = new Set<string>();
  return {
    once: (what, message) => {
      if (told.has(what)) return;
      told.add(what);
      warn(message);
    },
    over: (what, message) => {
      if (told.delete(what)) warn(message);
    },
  };
}

const safely = (work: () => void, warn: (message: string) => void) => (): void => {
  try {
    work();
  } catch (error) {
    warn(`The journal's heartbeat failed: ${reasonOf(error)}`);
  }
};
