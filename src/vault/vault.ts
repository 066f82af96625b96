/** Reasoning that clients drop, kept for the next turn of the same conversation. */
import type { Answer } from "../ir/collect.ts";
import type { Entry } from "../ir/request.ts";
import type { SealReader } from "../ir/seal.ts";
import { turnsOf } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";
import { keysOfAnswer, keysOfTurn } from "./keys.ts";
import { holdsReadable, isWorthKeeping, type Outline, outlineOf, withReasoning } from "./outline.ts";

/** A key never reads what another stored, and tool ids repeat between conversations (`call_0`). */
export interface Scope {
  readonly caller: string;
  readonly conversation: string;
  /** memory: nothing of this call goes to a disk, or comes from one. */
  readonly keeps: "memory" | "disk";
}

export interface Vault {
  /** Never waits for a disk. */
  remember(scope: Scope, answer: Answer): void;
  /** Puts the reasoning back into the turns that lack it, each piece where it stood, as far as `reader` can read it. */
  restore(scope: Scope, entries: readonly Entry[], reader: SealReader): Promise<readonly Entry[]>;
  /** What is on its way to a disk arrives. */
  stop(): Promise<void>;
}

/** Where a vault keeps things. Different outlines under one key leave none: two equal turns restore neither. */
export interface Level {
  put(key: string, outline: Outline, keeps: Scope["keeps"]): void;
  get(keys: readonly string[], keeps: Scope["keeps"]): Promise<ReadonlyMap<string, Outline>>;
  stop(): Promise<void>;
}

export function vaultOf(level: Level): Vault {
  return {
    remember: (scope, answer) => {
      const outline = outlineOf(answer);
      if (answer.error || !isWorthKeeping(outline)) return;
      if (JSON.stringify(outline).length > LIMITS.vaultTurnBytesMax) return;
      for (const key of keysOfAnswer(scope, answer)) level.put(key, outline, scope.keeps);
    },
    restore: async (scope, entries, reader) => {
      const turns = turnsOf(entries).map((turn) => {
        const isLacking = turn.role === "assistant" && !holdsReadable(turn.entries, reader);
        return { turn, keys: isLacking ? keysOfTurn(scope, turn.entries) : [] };
      });
      const keys = turns.flatMap((one) => one.keys);
      const found = keys.length === 0 ? NOTHING : await level.get(keys, scope.keeps);
      return turns.flatMap(({ turn, keys }): readonly Entry[] => {
        if (!("entries" in turn)) return [turn.entry];
        const outline = keys.map((key) => found.get(key)).find((one) => one !== undefined);
        return turn.role === "assistant" && outline ? withReasoning(turn.entries, outline, reader) : turn.entries;
      });
    },
    stop: () => level.stop(),
  };
}

const NOTHING: ReadonlyMap<string, Outline> = new Map();
