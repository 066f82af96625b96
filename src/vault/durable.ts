/** The vault beyond a restart: memory first, a shelf behind it. */
import { isBusy } from "../store/busy.ts";
import type { DataVersion } from "../store/data-version.ts";
import type { Bounds } from "../store/store.ts";
import { orLate } from "../time/limit.ts";
import { LIMITS } from "../wire/limits.ts";
import { comparison } from "./comparison.ts";
import type { MemoryLevel } from "./memory.ts";
import { TRACE } from "./outline.ts";
import type { Note, Shelf } from "./shelf.ts";
import type { Level } from "./vault.ts";

export interface DurableOptions {
  readonly shelf: Shelf;
  /** Of the shelf's file. */
  readonly dataVersion?: DataVersion;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Called once, when the shelf fails: from then on memory alone serves. */
  failed(error: unknown): void;
  readonly bounds?: Bounds;
  /** A write that takes longer will never end. */
  readonly hungMs?: number;
}

/** One batch of writes: look-ups wait while it is written. */
const NOTES_AT_ONCE = 50;
const CHARS_AT_ONCE = 256 * 1024;
/** Answers that end shortly after a write are written together: a transaction costs more than a row. */
const GATHER_MS = 5;
/** Shortly after the start, so that the start does not wait; not later, because another gateway cannot read ours until the shelf is open. */
const FIRST_PRUNE_MS = 10;
const PRUNE_MS = 5 * 60 * 1000;
/** Another gateway locks the file for milliseconds; a lock that lasts this long is not a gateway's. */
const TRIES_MAX = 20;
const RETRY_MS = 100;
const STOP_MS = 2_000;
const HUNG_MS = 60_000;

export function durableLevel(memory: MemoryLevel, options: DurableOptions): Level {
  const { shelf, clock, hungMs = HUNG_MS } = options;
  let queue: Note[] = [];
  let queuedChars = 0;
  let isBroken = false;
  let isStopping = false;
  let tries = 0;
  let writing: Promise<void> | undefined;

  const giveUp = (error: unknown): void => {
    if (isBroken) return;
    isBroken = true;
    queue = [];
    options.failed(error);
  };
  const compared = comparison({ ...options, memory, failed: giveUp });
  /** One batch after the other, the first immediately. */
  const write = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = take();
      try {
        const put = await orLate(shelf.put(batch, clock()), hungMs);
        if (put === "late") return giveUp(new Error(`it did not answer for ${hungMs / 1000} seconds`));
        tries = 0;
        compared.wrote(
          batch.map(({ key }) => key),
          put,
        );
        if (queue.length > 0 && queue.length < NOTES_AT_ONCE && !isStopping) await Bun.sleep(GATHER_MS);
      } catch (error) {
        if (!isBusy(error) || ++tries >= TRIES_MAX) return giveUp(error);
        queue.unshift(...batch);
        queuedChars += charsIn(batch);
        await Bun.sleep(RETRY_MS);
      }
    }
  };
  const take = (): readonly Note[] => {
    let chars = 0;
    const end = queue.findIndex(
      ({ text }, at) => at === NOTES_AT_ONCE || (at > 0 && (chars += text.length) > CHARS_AT_ONCE),
    );
    const batch = queue.splice(0, end < 0 ? queue.length : end);
    queuedChars -= charsIn(batch);
    return batch;
  };
  const written = (): Promise<void> =>
    (writing ??= write().finally(() => {
      writing = undefined;
      if (queue.length > 0) void written();
    }));

  const prune = async (): Promise<void> => {
    if (isBroken) return;
    const bounds = options.bounds ?? { rows: LIMITS.vaultDiskRowsMax, bytes: LIMITS.vaultDiskBytesMax };
    await shelf.prune(clock(), bounds).catch((error: unknown) => (isBusy(error) ? undefined : giveUp(error)));
  };
  const firstPrune = setTimeout(prune, FIRST_PRUNE_MS);
  const pruning = setInterval(prune, PRUNE_MS);
  firstPrune.unref();
  pruning.unref();

  const close = async (): Promise<void> => {
    do await written();
    while (queue.length > 0);
    await prune();
    // The connection that can write closes last: the last one merges the write-ahead log.
    options.dataVersion?.close();
    await shelf.close();
  };

  return {
    put: (keys, stored, keeps) => {
      memory.put(keys, stored, keeps);
      compared.changed(keys);
      if (keeps === "memory" || isBroken || isStopping) return;
      const chars = charsOf(stored) * keys.length;
      // A slow disk keeps less; the memory still has it. Traces are small, and what they guard against may be on disk already.
      const charsMax = LIMITS.vaultQueueBytesMax * (stored === TRACE ? 2 : 1);
      if (queuedChars + chars > charsMax) return;
      const expiresAt = clock() + LIMITS.vaultDiskTtlMs;
      for (const key of keys) queue.push({ key, text: stored.text, expiresAt });
      queuedChars += chars;
      void written();
    },
    get: async (keys, keeps) => {
      // Without the comparison, what memory holds may be another conversation's.
      if (keeps === "disk" && !isBroken && !(await compared.isCurrent(keys))) return new Map();
      return memory.get(keys, keeps);
    },
    stop: async () => {
      isStopping = true;
      clearTimeout(firstPrune);
      clearInterval(pruning);
      await orLate(
        close().catch(() => {}),
        STOP_MS,
      );
      if (writing) giveUp(new Error(`what waited for it was not written within ${STOP_MS / 1000} seconds`));
      isBroken = true;
      shelf.end();
    },
  };
}

const charsIn = (notes: readonly Note[]): number => notes.reduce((sum, note) => sum + charsOf(note), 0);
/** A key is a hash of 43 characters. */
const charsOf = ({ text }: Pick<Note, "text">): number => text.length + 43;
