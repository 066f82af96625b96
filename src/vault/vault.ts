/** Reasoning that clients drop, kept for the next turn of the same conversation. */
import type { Answer } from "../ir/collect.ts";
import type { Entry } from "../ir/request.ts";
import type { SealReader } from "../ir/seal.ts";
import { type Turn, turnsOf } from "../ir/turns.ts";
import { LIMITS } from "../wire/limits.ts";
import type { Place, Scope } from "./place.ts";
import { behindsOf } from "./behind.ts";
import { type Keys, keysIn, keysOfAnswer, type Seen, type Way, type Ways, waysOfTurn } from "./lookup-keys.ts";
import { holdsAll, isWorthKeeping, TRACE, type Outline, outlineOf, type Stored, withReasoning } from "./outline.ts";

export interface Vault {
  /**
   * Never waits for a disk. An answer without reasoning leaves its trace too, and so does one of which only a part was
   * seen: another with the same words must not pass its reasoning off as theirs.
   */
  remember(place: Place, answer: Answer, seen: Seen): void;
  /** Puts the reasoning back into the turns that lack it, each piece where it stood, as far as `reader` can read it. */
  restore(scope: Scope, entries: readonly Entry[], reader: SealReader): Promise<readonly Entry[]>;
  /** Writes what still waits for the disk. */
  stop(): Promise<void>;
}

/** Where a vault keeps outlines. Different ones under one key are a clash, and neither is restored. */
export interface Level {
  put(keys: readonly string[], stored: Stored, keeps: Scope["keeps"]): void;
  get(keys: readonly string[], keeps: Scope["keeps"]): Promise<ReadonlyMap<string, Found>>;
  stop(): Promise<void>;
}
export type Found = Outline | "clash";

export function vaultOf(level: Level): Vault {
  return {
    remember: (place, answer, seen) => {
      const { own, shared, traces } = keysOfAnswer(place, answer, seen);
      const stored = seen === "whole" ? storedOf(answer) : TRACE;
      const keys = stored === TRACE ? shared : [...own, ...shared];
      if (keys.length > 0) level.put(keys, stored, place.keeps);
      if (traces.length > 0) level.put(traces, TRACE, place.keeps);
    },
    restore: async (scope, entries, reader) => {
      const turns = knownTurns(keysIn(scope), entries, reader);
      const outlines = await outlinesFor(turns, (keys) => level.get(keys, scope.keeps));
      if (outlines.size === 0) return entries;
      return turns.flatMap((known): readonly Entry[] => {
        const { turn } = known;
        if (!("entries" in turn)) return [turn.entry];
        const outline = outlines.get(known);
        return turn.role === "assistant" && outline ? withReasoning(turn.entries, outline, reader) : turn.entries;
      });
    },
    stop: () => level.stop(),
  };
}

/** An answer without reasoning, or with too much, leaves a trace: it has none to restore. */
function storedOf(answer: Answer): Stored {
  const outline = outlineOf(answer);
  if (!isWorthKeeping(outline)) return TRACE;
  const text = JSON.stringify(outline);
  return text.length > LIMITS.vaultTurnBytesMax ? TRACE : { outline, text };
}

interface Known {
  readonly turn: Turn;
  readonly ways: Ways;
}

/** The turns, and the ways in which those that lack their reasoning are known. */
function knownTurns(keys: Keys, entries: readonly Entry[], reader: SealReader): readonly Known[] {
  const behinds = behindsOf(entries).values();
  return turnsOf(entries).map((turn) => {
    const behind = turn.role === "assistant" ? behinds.next().value : undefined;
    if (turn.role !== "assistant" || !behind || holdsAll(turn.entries, reader)) return { turn, ways: [] };
    return { turn, ways: waysOfTurn(keys, behind, turn.entries) };
  });
}

/**
 * All ways are looked up together: most turns have no reasoning to restore and need them all, and each question to a disk
 * costs more than its keys. What would veto them is asked for only where there is reasoning.
 */
async function outlinesFor(
  turns: readonly Known[],
  get: (keys: readonly string[]) => ReturnType<Level["get"]>,
): Promise<ReadonlyMap<Known, Outline>> {
  const outlines = new Map<Known, Outline>();
  const keys = turns.flatMap(({ ways }) => ways.flatMap((way) => way.map(({ key }) => key)));
  if (keys.length === 0) return outlines;
  const found = await get(keys);
  const promising = turns.filter(({ ways }) => ways.some((way) => way.some(({ key }) => isReasoning(found.get(key)))));
  if (promising.length === 0) return outlines;
  // Again with their keys: a disk that does not tell in time must not pass for one without vetoes.
  const all = await get(
    promising.flatMap(({ ways }) => ways.flatMap((way) => way.flatMap(({ key, vetoes }) => [key, ...vetoes()]))),
  );
  for (const known of promising) {
    const outline = firstHits(known.ways, all).find(isReasoning);
    if (outline) outlines.set(known, outline);
  }
  return outlines;
}

const isReasoning = (found: Found | undefined): found is Outline =>
  found !== undefined && found !== "clash" && isWorthKeeping(found);

/** Of the surest way that finds anything. */
function firstHits(ways: Ways, found: ReadonlyMap<string, Found>): readonly Found[] {
  for (const way of ways) {
    const hits = foundBy(way, found);
    if (hits.length > 0) return hits;
  }
  return [];
}

const foundBy = (way: readonly Way[], found: ReadonlyMap<string, Found>): readonly Found[] =>
  way.flatMap(({ key, vetoes }): readonly Found[] => {
    if (vetoes().some((veto) => found.has(veto))) return ["clash"];
    const one = found.get(key);
    return one === undefined ? [] : [one];
  });
