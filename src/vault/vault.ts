/** Reasoning that clients drop, kept for the next turn of the same conversation. */
import type { Answer } from "../ir/collect.ts";
import type { Entry } from "../ir/request.ts";
import type { SealReader } from "../ir/seal.ts";
import { turnsOf } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";
import { frontOf, keysOfAnswer, type Seen, type Ways, waysOfTurn } from "./keys.ts";
import {
  holdsReadable,
  isWorthKeeping,
  NOTHING_TOLD,
  type Outline,
  outlineOf,
  type Told,
  withReasoning,
} from "./outline.ts";

/** A key never reads what another stored, and tool ids repeat between conversations (`call_0`). */
export interface Scope {
  readonly caller: string;
  readonly conversation: string;
  /** named: by the client. guessed: from its first words, with which others may have begun too. */
  readonly session: "named" | "guessed";
  /** memory: nothing of this call goes to a disk, or comes from one. */
  readonly keeps: "memory" | "disk";
}

/** A place in a conversation: `front` is what the answer stands behind, as `frontOf` says it. */
export interface Place extends Scope {
  readonly front: string;
}

export interface Vault {
  /**
   * Never waits for a disk. An answer without reasoning leaves its trace too, and so does one of which only a part was
   * seen: another with the same words must not pass its reasoning off as theirs.
   */
  remember(place: Place, answer: Answer, seen: Seen): void;
  /** Puts the reasoning back into the turns that lack it, each piece where it stood, as far as `reader` can read it. */
  restore(scope: Scope, entries: readonly Entry[], reader: SealReader): Promise<readonly Entry[]>;
  /** What is on its way to a disk arrives. */
  stop(): Promise<void>;
}

/** Where a vault keeps things. Different outlines under one key are a clash, and count for nobody. */
export interface Level {
  put(keys: readonly string[], told: Told, keeps: Scope["keeps"]): void;
  get(keys: readonly string[], keeps: Scope["keeps"]): Promise<ReadonlyMap<string, Found>>;
  stop(): Promise<void>;
}
export type Found = Outline | "clash";

export function vaultOf(level: Level): Vault {
  return {
    remember: (place, answer, seen) => {
      const { own, shared, vetoes } = keysOfAnswer(place, answer, seen);
      const told = seen === "whole" ? toldBy(answer) : NOTHING_TOLD;
      const keys = told === NOTHING_TOLD ? shared : [...own, ...shared];
      if (keys.length > 0) level.put(keys, told, place.keeps);
      if (vetoes.length > 0) level.put(vetoes, NOTHING_TOLD, place.keeps);
    },
    restore: async (scope, entries, reader) => {
      const turns = knownTurns(scope, entries, reader);
      const keys = turns.flatMap(({ ways }) => ways.flat().flatMap(({ key, veto }) => (veto ? [key, veto] : [key])));
      if (keys.length === 0) return entries;
      const found = await level.get(keys, scope.keeps);
      return turns.flatMap(({ turn, ways }): readonly Entry[] => {
        if (!("entries" in turn)) return [turn.entry];
        const outline = turn.role === "assistant" ? outlineFor(ways, found) : undefined;
        return turn.role === "assistant" && outline ? withReasoning(turn.entries, outline, reader) : turn.entries;
      });
    },
    stop: () => level.stop(),
  };
}

/** Too large, or without reasoning: then it is known that this answer has none to give. */
function toldBy(answer: Answer): Told {
  const outline = outlineOf(answer);
  if (!isWorthKeeping(outline)) return NOTHING_TOLD;
  const text = JSON.stringify(outline);
  return text.length > LIMITS.vaultTurnBytesMax ? NOTHING_TOLD : { outline, text };
}

/** The turns, and the ways in which those that lack their reasoning are known. */
function knownTurns(scope: Scope, entries: readonly Entry[], reader: SealReader) {
  let front: Entry[] = [];
  return turnsOf(entries).map((turn) => {
    if (turn.role !== "assistant") {
      front.push(...("entries" in turn ? turn.entries : [turn.entry]));
      return { turn, ways: [] as Ways };
    }
    const before = front;
    front = [];
    let digest: string | undefined;
    const read = (): string => (digest ??= frontOf(before));
    return { turn, ways: holdsReadable(turn.entries, reader) ? [] : waysOfTurn(scope, read, turn.entries) };
  });
}

function outlineFor(ways: Ways, found: ReadonlyMap<string, Found>): Outline | undefined {
  for (const way of ways) {
    const told = way.flatMap(({ key, veto }): readonly Found[] => {
      if (veto !== undefined && found.has(veto)) return ["clash"];
      const one = found.get(key);
      return one === undefined ? [] : [one];
    });
    const outline = told.find((one) => one !== "clash" && isWorthKeeping(one));
    if (outline !== undefined && outline !== "clash") return outline;
    if (told.length > 0) return undefined;
  }
  return undefined;
}
