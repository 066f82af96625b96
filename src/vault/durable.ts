/** The vault beyond a restart: memory first, sealed rows of the store behind it. */
import { isBusy } from "../store/busy.ts";
import type { Bounds, FoundRow, ReasoningRows } from "../store/store.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Box } from "./box.ts";
import type { MemoryLevel } from "./memory.ts";
import type { Outline } from "./outline.ts";
import type { Level } from "./vault.ts";

export interface DurableOptions {
  readonly rows: ReasoningRows;
  readonly box: Box;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Once, when the store fails: from then on memory alone serves. */
  failed(error: unknown): void;
  readonly bounds?: Bounds;
}

interface Waiting {
  readonly key: string;
  readonly text: string;
  readonly expiresAt: number;
}

const FLUSH_MS = 5;
const PRUNE_MS = 5 * 60 * 1000;
/** Another gateway holds the file for milliseconds; who holds it this often is no gateway. */
const TRIES_MAX = 20;
const RETRY_MS = 100;

export function durableLevel(memory: MemoryLevel, options: DurableOptions): Level {
  const { rows, box, clock } = options;
  let queue: Waiting[] = [];
  let queuedChars = 0;
  let isBroken = false;
  let isStopping = false;
  let tries = 0;
  let timer: Timer | undefined;
  let writing: Promise<void> = Promise.resolve();

  const giveUp = (error: unknown): void => {
    if (isBroken) return;
    isBroken = true;
    clearInterval(pruning);
    queue = [];
    options.failed(error);
  };
  const later = (ms: number): void => {
    if (timer !== undefined || isBroken || isStopping) return;
    timer = setTimeout(() => {
      timer = undefined;
      writing = writing.then(flush);
    }, ms);
    timer.unref();
  };
  const flush = async (): Promise<void> => {
    if (queue.length === 0 || isBroken) return;
    const batch = queue;
    queue = [];
    queuedChars = 0;
    try {
      // Sealed here, off the way of the call.
      const sealed = batch.map(({ key, text, expiresAt }) => ({ ...box.seal(key, text), expiresAt }));
      await rows.put(sealed);
      tries = 0;
      await learnConflicts(batch.map(({ key }, at) => [key, sealed[at]?.key ?? ""]));
    } catch (error) {
      if (!isBusy(error) || ++tries >= TRIES_MAX) return giveUp(error);
      queue = [...batch, ...queue];
      if (isStopping) await Bun.sleep(RETRY_MS);
      else later(RETRY_MS);
    }
  };
  /** What was there before a restart, or came from another gateway, may differ from ours. */
  const learnConflicts = async (written: readonly (readonly [string, string])[]): Promise<void> => {
    const found = await rows.get(
      written.map(([, place]) => place),
      clock(),
    );
    const conflicts = new Set(found.filter(({ sealed }) => sealed === null).map(({ key }) => key));
    for (const [key, place] of written) if (conflicts.has(place)) memory.conflict(key);
  };
  const prune = (): void => {
    const bounds = options.bounds ?? { rows: LIMITS.vaultDiskRowsMax, bytes: LIMITS.vaultDiskBytesMax };
    writing = writing
      .then(() => (isBroken ? undefined : rows.prune(clock(), bounds)))
      .catch((error: unknown) => (isBusy(error) ? undefined : giveUp(error)));
  };
  const pruning = setInterval(prune, PRUNE_MS);
  pruning.unref();
  prune();

  return {
    put: (key, outline, keeps) => {
      memory.put(key, outline);
      const text = JSON.stringify(outline);
      // A disk that cannot follow keeps less; the memory has it.
      if (keeps === "memory" || isBroken || queuedChars + text.length > LIMITS.vaultQueueBytesMax) return;
      queuedChars += text.length;
      queue.push({ key, text, expiresAt: clock() + LIMITS.vaultDiskTtlMs });
      later(FLUSH_MS);
    },
    get: async (keys, keeps) => {
      const missing = keys.filter((key) => memory.find(key) === undefined);
      if (keeps === "disk" && missing.length > 0 && !isBroken)
        try {
          await recall(missing, options, memory);
        } catch (error) {
          if (!isBusy(error)) giveUp(error);
        }
      return memory.get(keys, keeps);
    },
    stop: async () => {
      isStopping = true;
      clearInterval(pruning);
      clearTimeout(timer);
      await writing;
      while (queue.length > 0) await flush();
      prune();
      await writing;
    },
  };
}

/** Rows that open go to memory. What was altered is as if it were not there. */
async function recall(
  keys: readonly string[],
  { rows, box, clock }: DurableOptions,
  memory: MemoryLevel,
): Promise<void> {
  const keyOf = new Map(keys.flatMap((key) => box.places(key).map((place) => [place, key] as const)));
  for (const row of await rows.get([...keyOf.keys()], clock())) {
    const key = keyOf.get(row.key);
    const outline = outlineIn(row, box);
    if (key === undefined || outline === undefined) continue;
    if (outline === "conflict") memory.conflict(key);
    else memory.put(key, outline);
  }
}

function outlineIn(row: FoundRow, box: Box): Outline | "conflict" | undefined {
  const { sealed } = row;
  if (sealed === null) return "conflict";
  const text = box.open({ ...row, sealed });
  // Only we can have sealed it, so its shape is ours.
  return text === undefined ? undefined : (JSON.parse(text) as Outline);
}
