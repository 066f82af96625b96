/** The vault's first level, and its only one where nothing may be written: in memory, bounded. */
import { LIMITS } from "../wire/limits.ts";
import type { Stored } from "./outline.ts";
import { type Found, type Level, type Vault, vaultOf } from "./vault.ts";

export interface MemoryLevel extends Level {
  /** What the disk holds; it is forgotten at `until` at the latest. Milliseconds since 1970. */
  learn(key: string, stored: Stored | "clash", until: number): void;
  has(key: string): boolean;
}

interface Kept {
  readonly found: Found;
  readonly bytes: number;
  readonly until: number;
}

export const memoryVault = (clock: () => number): Vault => vaultOf(memoryLevel(clock));

export function memoryLevel(clock: () => number): MemoryLevel {
  const kept = new Map<string, Kept>();
  /** Clashes and empty traces are kept apart: reasoning must not evict what keeps it from reaching another conversation. */
  const bare = new Map<string, Kept>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
    bare.delete(key);
  };
  /** A bare entry becomes the youngest at each look-up. */
  const find = (key: string): Kept | undefined => {
    const found = kept.get(key) ?? bare.get(key);
    if (!found || found.until <= clock()) return void drop(key);
    if (bare.delete(key)) bare.set(key, found);
    return found;
  };
  const set = (key: string, found: Found, size: number, until: number): void => {
    drop(key);
    const isBare = found === "clash" || found.length === 0;
    const one = { found, bytes: isBare ? 0 : size, until: Math.min(until, clock() + LIMITS.vaultTtlMs) };
    (isBare ? bare : kept).set(key, one);
    bytes += one.bytes;
    for (const oldest of kept.keys()) {
      if (kept.size <= LIMITS.vaultEntriesMax && bytes <= LIMITS.vaultBytesMax) break;
      drop(oldest);
    }
    for (const oldest of bare.keys()) {
      if (bare.size <= LIMITS.vaultEntriesMax) break;
      drop(oldest);
    }
  };
  /** A clash keeps the expiry of its first moment. */
  const add = (key: string, found: Found, text: string, until: number): void => {
    const before = find(key)?.found;
    if (before === "clash") return;
    const isWelcome = before === undefined || (found !== "clash" && JSON.stringify(before) === text);
    if (isWelcome) set(key, found, text.length, until);
    else set(key, "clash", 0, until);
  };
  return {
    put: (keys, { outline, text }) => {
      for (const key of keys) add(key, outline, text, Infinity);
    },
    learn: (key, stored, until) => {
      if (stored === "clash") add(key, stored, "", until);
      else add(key, stored.outline, stored.text, until);
    },
    has: (key) => find(key) !== undefined,
    get: async (keys) =>
      new Map(
        keys.flatMap((key): [string, Found][] => {
          const found = find(key);
          return found ? [[key, found.found]] : [];
        }),
      ),
    stop: async () => {},
  };
}
