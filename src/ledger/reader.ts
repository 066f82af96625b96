/** Follows a journal for one who wants its rows: the database, or the outbox. What is not taken waits in the journal, not in memory. */
import { orLate } from "../time/limit.ts";
import type { Journal } from "./journal.ts";
import type { JournalRow } from "./recent-rows.ts";

export interface Reader {
  readonly name: string;
  /** Everything before it was taken. */
  position(): number;
  /** A row that the journal could not take. */
  offer(json: string): void;
  /** Bytes that wait in memory for want of a journal. */
  offeredBytes(): number;
  /** There is something to read. */
  wake(): void;
  /** Leaves out what is before this position. */
  skipTo(position: number): void;
  /** Reads to the end if it can within so long, and reads no more. true: everything was taken. */
  stop(ms: number): Promise<boolean>;
}

/** Who wants the rows. */
export interface ReaderNeeds {
  readonly name: string;
  readonly rowsAtOnce: number;
  /** Throws while it cannot take any. */
  take(rows: readonly string[]): Promise<void>;
  /** The first failure of several, and the first success after it. */
  away(error: unknown): void;
  back(): void;
  readonly backoffMs?: readonly number[];
}

export interface ReaderOptions extends ReaderNeeds {
  readonly journal: () => Journal | undefined;
  /** The reader moved on, past so many rows. */
  moved(rows: number): void;
  damaged(lines: number): void;
}

const BACKOFF_MS = [250, 500, 1_000, 2_000, 5_000];

export function readerOf(options: ReaderOptions): Reader {
  const { name, journal, rowsAtOnce, take, backoffMs = BACKOFF_MS } = options;
  let position = 0;
  let offered: string[] = [];
  let offeredBytes = 0;
  let waiting: JournalRow[] = [];
  /** Where the journal is read next. */
  let ahead = 0;
  let failures = 0;
  let reading: Promise<void> | undefined;
  let isStopping = false;
  let isWoken = false;
  let cutPause: (() => void) | undefined;

  const readAhead = async (from: Journal): Promise<boolean> => {
    const { rows, next, damaged } = await from.rows(ahead);
    if (damaged > 0) options.damaged(damaged);
    if (next === ahead) return false;
    ahead = next;
    waiting = [...rows];
    return true;
  };
  /** One batch, and how many rows it had. undefined: there is nothing. */
  const step = async (): Promise<number | undefined> => {
    if (offered.length > 0) {
      const rows = offered.slice(0, rowsAtOnce);
      await take(rows);
      offered = offered.slice(rows.length);
      offeredBytes -= rows.reduce((sum, row) => sum + row.length, 0);
      return rows.length;
    }
    const from = journal();
    if (!from) return undefined;
    if (waiting.length === 0) {
      if (!(await readAhead(from))) return undefined;
      if (waiting.length === 0) position = ahead;
      return 0;
    }
    const rows = waiting.slice(0, rowsAtOnce);
    await take(rows.map(({ json }) => json));
    waiting = waiting.slice(rows.length);
    position = Math.max(position, waiting.length === 0 ? ahead : (rows.at(-1)?.end ?? position));
    return rows.length;
  };
  const read = async (): Promise<void> => {
    for (;;)
      try {
        isWoken = false;
        const rows = await step();
        if (rows === undefined && !isWoken) return;
        if (rows === undefined) continue;
        if (rows > 0 && failures > 0) options.back();
        if (rows > 0) failures = 0;
        options.moved(rows);
      } catch (error) {
        if (failures++ === 0) options.away(error);
        if (isStopping) return;
        await pause(backoffMs[Math.min(failures, backoffMs.length) - 1] ?? 0);
      }
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      cutPause = () => (clearTimeout(timer), resolve());
    });
  const wake = (): Promise<void> => {
    isWoken = true;
    return (reading ??= read().finally(() => {
      reading = undefined;
      if (isWoken && !isStopping) void wake();
    }));
  };

  return {
    name,
    position: () => position,
    offer: (json) => {
      offered.push(json);
      offeredBytes += json.length;
    },
    offeredBytes: () => offeredBytes,
    wake: () => void wake(),
    skipTo: (to) => {
      if (to <= position) return;
      position = to;
      if (ahead < to) ahead = to;
      waiting = waiting.filter(({ end }) => end > to);
    },
    stop: async (ms) => {
      isStopping = true;
      cutPause?.();
      // One that was away gets one more try.
      const ended = await orLate(
        (reading ?? Promise.resolve()).then(() => wake()),
        ms,
      );
      const from = journal();
      return ended !== "late" && offered.length === 0 && (from === undefined || position >= from.end);
    },
  };
}
