/** Reasoning that may be kept in memory alone: the supervisor's, so that the next turn finds it at whichever worker it comes to. */
import type { MemoryLevel } from "../vault/memory.ts";
import type { Outline } from "../vault/outline.ts";
import type { Found, Level } from "../vault/vault.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Line, Verbs } from "./line.ts";

export const reasoningOver = (line: Line): Level => ({
  put: (keys, { text }) => line.tell("keep", keys, text),
  get: async (keys) => {
    // One that does not come might have been a clash: nothing is restored then.
    const found = await line.ask("kept", [keys], { withinMs: LIMITS.keptMs }).catch(() => []);
    return new Map(found as readonly (readonly [string, Found])[]);
  },
  stop: async () => line.flush(),
});

/** What a worker may ask of it. */
export const reasoningVerbs = (memory: MemoryLevel): Verbs => ({
  keep: (keys: readonly string[], text: string) =>
    memory.put(keys, { outline: JSON.parse(text) as Outline, text }, "memory"),
  kept: async (keys: readonly string[]) => [...(await memory.get(keys, "memory"))],
});
