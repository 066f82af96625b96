/** The vault's first level, and its only one where nothing may be written: in memory, bounded. */
import { LIMITS } from "../wire/limits.ts";
import type { Outline } from "./outline.ts";
import { type Level, type Vault, vaultOf } from "./vault.ts";

export interface MemoryLevel extends Level {
  /** undefined: not there. "conflict": two different ones came under this key. */
  find(key: string): Outline | "conflict" | undefined;
  put(key: string, outline: Outline): void;
  conflict(key: string): void;
}

interface Kept {
  readonly outline: Outline | "conflict";
  readonly bytes: number;
  readonly until: number;
}

export const memoryVault = (clock: () => number): Vault => vaultOf(memoryLevel(clock));

export function memoryLevel(clock: () => number): MemoryLevel {
  const kept = new Map<string, Kept>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  const find = (key: string): Outline | "conflict" | undefined => {
    const found = kept.get(key);
    if (found && found.until > clock()) return found.outline;
    drop(key);
    return undefined;
  };
  const set = (key: string, outline: Outline | "conflict", size: number): void => {
    drop(key);
    kept.set(key, { outline, bytes: size, until: clock() + LIMITS.vaultTtlMs });
    bytes += size;
    for (const oldest of kept.keys()) {
      if (kept.size <= LIMITS.vaultEntriesMax && bytes <= LIMITS.vaultBytesMax) break;
      drop(oldest);
    }
  };
  return {
    find,
    put: (key, outline) => {
      const text = JSON.stringify(outline);
      const before = find(key);
      const isSame = before === undefined || (before !== "conflict" && JSON.stringify(before) === text);
      set(key, isSame ? outline : "conflict", isSame ? text.length : 0);
    },
    conflict: (key) => set(key, "conflict", 0),
    get: async (keys) => {
      const found = new Map<string, Outline>();
      for (const key of keys) {
        const outline = find(key);
        if (outline !== undefined && outline !== "conflict") found.set(key, outline);
      }
      return found;
    },
    stop: async () => {},
  };
}
