/** Reasoning in the memory that the supervisor keeps for all workers: the next turn finds it at whichever of them it comes to. */
import { keepShared } from "../vault/beside.ts";
import type { MemoryLevel } from "../vault/memory.ts";
import type { Outline } from "../vault/outline.ts";
import type { Found, Level } from "../vault/vault.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Line, Verbs } from "./line.ts";

export const reasoningOver = (line: Line): Level => ({
  put: (keys, { text }, keeps) => {
    line.tell("keep", keys, text, keeps);
    // Before the client has its answer: its next turn may come to another worker at once.
    line.flush();
  },
  get: async (keys) => {
    // What does not come might have been a clash.
    const found = await line.ask("kept", [keys], { withinMs: LIMITS.keptMs }).catch(() => keys.map(clashAt));
    return new Map(found as readonly (readonly [string, Found])[]);
  },
  stop: async () => line.flush(),
});

const clashAt = (key: string): readonly [string, Found] => [key, "clash"];

/** What a worker may ask of it. */
export const reasoningVerbs = (memory: MemoryLevel, clock: () => number): Verbs => ({
  keep: (keys: readonly string[], text: string, keeps: "memory" | "disk") =>
    keepShared(memory, clock, keys, { outline: JSON.parse(text) as Outline, text }, keeps),
  kept: async (keys: readonly string[]) => [...(await memory.get(keys, "memory"))],
});
