/** What the memory knows of the disk: which keys it holds as the disk has them, until another gateway writes. */
import { withNewIds } from "../ir/dialect-id.ts";
import { isBusy } from "../store/busy.ts";
import type { DataVersion } from "../store/data-version.ts";
import { orLate } from "../time/limit.ts";
import { LIMITS } from "../wire/limits.ts";
import type { MemoryLevel } from "./memory.ts";
import type { Outline, Stored } from "./outline.ts";
import type { Put, Shelf } from "./shelf.ts";

export interface ComparisonOptions {
  readonly memory: MemoryLevel;
  readonly shelf: Shelf;
  /** Absent: the shelf is asked at each look-up whether anybody wrote. */
  readonly dataVersion?: DataVersion;
  clock(): number;
  failed(error: unknown): void;
}

export interface Comparison {
  /** The memory knows what the disk knows of these keys. False where the disk is held, or does not answer in time: one call waits for that, and those behind it do not. */
  isCurrent(keys: readonly string[]): Promise<boolean>;
  /** The memory holds something new under these keys. */
  changed(keys: readonly string[]): void;
  wrote(keys: readonly string[], put: Put): void;
}

/** A disk answers in a millisecond, a thread that starts in some hundred. No call waits longer for either. */
const COMPARE_MS = 1_000;

export function comparison({ memory, shelf, dataVersion, clock, failed }: ComparisonOptions): Comparison {
  /** Compared at `version`: true of a key that the memory held then, false of one that neither held. */
  const compared = new Map<string, boolean>();
  /** Another number once another gateway wrote; it was read from the shelf after `ownVersion` from here, which moves with our own writes too. */
  let version: number | undefined;
  let ownVersion: number | undefined;
  /** Comparisons that their calls no longer wait for. */
  let late = 0;

  const note = (key: string): void => {
    compared.delete(key);
    compared.set(key, memory.has(key));
    if (compared.size <= LIMITS.vaultComparedMax) return;
    const [oldest] = compared.keys();
    if (oldest !== undefined) compared.delete(oldest);
  };
  const isKnown = (key: string): boolean => {
    const was = compared.get(key);
    return was === false || (was === true && memory.has(key));
  };
  const learn = async (keys: readonly string[]): Promise<void> => {
    const before = version === undefined ? undefined : dataVersion?.read();
    const got = await shelf.get(keys, clock());
    if (got.version !== version) compared.clear();
    version = got.version;
    ownVersion = before;
    for (const { key, text, expiresAt } of got.notes) memory.learn(key, storedIn(text), expiresAt);
    for (const key of keys) note(key);
  };
  const compare = async (keys: readonly string[], unknown: readonly string[]): Promise<boolean> => {
    try {
      const before = version;
      await learn(unknown);
      // Another gateway wrote: what was known of the rest is old.
      if (version !== before && unknown.length < keys.length) await learn(keys);
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      failed(error);
      return true;
    }
  };
  return {
    isCurrent: async (keys) => {
      const unknown = keys.filter((key) => !isKnown(key));
      if (unknown.length === 0 && ownVersion !== undefined && dataVersion?.read() === ownVersion) return true;
      if (late > 0) return false;
      const comparing = compare([...new Set(keys)], [...new Set(unknown)]);
      const isCurrent = await orLate(comparing, COMPARE_MS);
      if (isCurrent !== "late") return isCurrent;
      late++;
      void comparing.then(() => void late--);
      return false;
    },
    changed: (keys) => {
      for (const key of keys) compared.delete(key);
    },
    wrote: (keys, put) => {
      // What was there before a restart, or came from another gateway, may differ from ours.
      for (const key of put.clashes) memory.learn(key, "clash", Infinity);
      if (put.version === version) for (const key of keys) note(key);
    },
  };
}

/** Only we can have sealed it, so its shape is ours, or that of an earlier version. No text: a clash. */
function storedIn(text: string | undefined): Stored | "clash" {
  if (text === undefined) return "clash";
  const current = withNewIds(text);
  return { outline: JSON.parse(current) as Outline, text: current };
}
