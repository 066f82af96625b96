/** The vault beyond a restart: memory first, a shelf behind it. */
import { readDialectId } from "../ir/dialect-id.ts";
import { isBusy } from "../store/busy.ts";
import type { Bounds } from "../store/store.ts";
import { LIMITS } from "../wire/limits.ts";
import type { MemoryLevel } from "./memory.ts";
import { NOTHING_TOLD, type Outline, type Told } from "./outline.ts";
import type { Note, Shelf } from "./shelf.ts";
import type { Level } from "./vault.ts";

export interface DurableOptions {
  readonly shelf: Shelf;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Once, when the shelf fails: from then on memory alone serves. */
  failed(error: unknown): void;
  readonly bounds?: Bounds;
  /** A write that takes longer will never end. */
  readonly hungMs?: number;
}

/** What is written at once: whoever asks meanwhile waits for it. */
const NOTES_AT_ONCE = 50;
const CHARS_AT_ONCE = 256 * 1024;
/** What comes close behind a write goes with its neighbours: a write costs as much as fifty rows. */
const GATHER_MS = 5;
/** Right behind the start, which has better things to do: until the shelf is open, another gateway cannot read what came here. */
const FIRST_PRUNE_MS = 10;
const PRUNE_MS = 5 * 60 * 1000;
/** Another gateway holds the file for milliseconds; who holds it this often is no gateway. */
const TRIES_MAX = 20;
const RETRY_MS = 100;
/** A disk tells in a millisecond, a thread that starts in some hundred. No call waits longer for either. */
const COMPARE_MS = 1_000;
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
  /** The last state of the disk that we know of. */
  let version: number | undefined;
  /** Comparisons that their calls no longer wait for. */
  let late = 0;

  const giveUp = (error: unknown): void => {
    if (isBroken) return;
    isBroken = true;
    queue = [];
    options.failed(error);
  };
  /** One batch after the other, the first at once. */
  const write = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = take();
      try {
        const put = await within(hungMs, shelf.put(batch, clock()));
        if (!put) return giveUp(new Error(`it did not answer for ${hungMs / 1000} seconds`));
        tries = 0;
        for (const { key } of batch) memory.saw(key, put.version);
        // What was there before a restart, or came from another gateway, may differ from ours.
        for (const key of put.clashes) memory.learn(key, "clash", Infinity);
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

  /** Makes the memory know what the disk knows of these keys. */
  const compare = async (keys: readonly string[]): Promise<void> => {
    const unseen = keys.filter((key) => version === undefined || memory.seenAt(key) !== version);
    const before = version;
    await learn(unseen);
    // Another gateway wrote: what we knew of the rest is old.
    if (version !== before && unseen.length < keys.length) await learn(keys);
  };
  const learn = async (keys: readonly string[]): Promise<void> => {
    const got = await shelf.get(keys, clock());
    for (const { key, text, expiresAt } of got.notes) memory.learn(key, toldIn(text), expiresAt);
    for (const key of keys) memory.saw(key, got.version);
    version = got.version;
  };
  /** False where the disk is held, or does not tell in time: one call waits for that, and those behind it do not. */
  const isCompared = async (keys: readonly string[]): Promise<boolean> => {
    if (late > 0) return false;
    const comparing = compare(keys).then(
      () => true,
      (error: unknown) => {
        if (isBusy(error)) return false;
        giveUp(error);
        return true;
      },
    );
    const compared = await within(COMPARE_MS, comparing);
    if (compared !== undefined) return compared;
    late++;
    void comparing.then(() => void late--);
    return false;
  };
  const close = async (): Promise<void> => {
    do await written();
    while (queue.length > 0);
    await prune();
    await shelf.close();
  };

  return {
    put: (keys, told, keeps) => {
      memory.put(keys, told, keeps);
      if (keeps === "memory" || isBroken || isStopping) return;
      const chars = charsOf(told) * keys.length;
      // A disk that cannot follow keeps less; the memory has it. Traces are small, and what they guard may be there already.
      const charsMax = LIMITS.vaultQueueBytesMax * (told === NOTHING_TOLD ? 2 : 1);
      if (queuedChars + chars > charsMax) return;
      const expiresAt = clock() + LIMITS.vaultDiskTtlMs;
      for (const key of keys) queue.push({ key, text: told.text, expiresAt });
      queuedChars += chars;
      void written();
    },
    get: async (keys, keeps) => {
      // What cannot be compared may be another's.
      if (keeps === "disk" && !isBroken && !(await isCompared([...new Set(keys)]))) return new Map();
      return memory.get(keys, keeps);
    },
    stop: async () => {
      isStopping = true;
      clearTimeout(firstPrune);
      clearInterval(pruning);
      await within(
        STOP_MS,
        close().catch(() => {}),
      );
      if (writing) giveUp(new Error(`what waited for it was not written within ${STOP_MS / 1000} seconds`));
      isBroken = true;
      shelf.end();
    },
  };
}

/** undefined: not so soon. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: Timer | undefined;
  const timeIsUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}

const charsIn = (notes: readonly Note[]): number => notes.reduce((sum, note) => sum + charsOf(note), 0);
/** A key is a hash of 43 characters. */
const charsOf = ({ text }: Pick<Note, "text">): number => text.length + 43;

/** Only we can have sealed it, so its shape is ours, or that of an earlier version. No text: a clash. */
function toldIn(text: string | undefined): Told | "clash" {
  if (text === undefined) return "clash";
  const outline = JSON.parse(text, (name, value: unknown) =>
    name === "dialect" ? readDialectId(value as string) : value,
  ) as Outline;
  return { outline, text: JSON.stringify(outline) };
}
