/**
 * A level of one process beside one that all processes of a port share. What may not go to disk is kept there alone. What
 * goes to disk is there too for a while: it is written a moment after the answer, and the next turn may come to another
 * process before that.
 */
import { LIMITS } from "../wire/limits.ts";
import type { MemoryLevel } from "./memory.ts";
import type { Stored } from "./outline.ts";
import type { Found, Level } from "./vault.ts";

export const besideShared = (own: Level, shared: Level): Level => ({
  put: (keys, stored, keeps) => {
    shared.put(keys, stored, keeps);
    if (keeps === "disk") own.put(keys, stored, keeps);
  },
  get: async (keys, keeps) => {
    // They share no key (lookup-keys.ts).
    if (keeps === "memory") return shared.get(keys, keeps);
    const [kept, written] = await Promise.all([shared.get(keys, keeps), own.get(keys, keeps)]);
    return together(written, kept);
  },
  stop: async () => {
    await Promise.all([own.stop(), shared.stop()]);
  },
});

/** What all share: in the memory of one process. */
export const keepShared = (
  memory: MemoryLevel,
  clock: () => number,
  keys: readonly string[],
  stored: Stored,
  keeps: "memory" | "disk",
): void => {
  if (keeps === "memory") memory.put(keys, stored, keeps);
  else for (const key of keys) memory.learn(key, stored, clock() + LIMITS.vaultSharedMs);
};

function together(one: ReadonlyMap<string, Found>, other: ReadonlyMap<string, Found>): ReadonlyMap<string, Found> {
  if (other.size === 0) return one;
  const all = new Map(one);
  for (const [key, found] of other) {
    const before = all.get(key);
    const isSame = before === undefined || JSON.stringify(before) === JSON.stringify(found);
    all.set(key, isSame ? found : "clash");
  }
  return all;
}
