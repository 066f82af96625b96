/** Which mutants a seed draws: every room its share, in a room every operator alike, of a file only a few. */
import { random, type Random } from "../fuzz/random.ts";
import type { Mutant } from "./mutant.ts";

export interface Share {
  readonly room: string;
  readonly weight: number;
}

const OF_A_FILE = 3;

/** In an order that mixes the rooms: what is missing after a run that was ended early is random. */
export function draw(sites: readonly Mutant[], shares: readonly Share[], count: number, seed: number): Mutant[] {
  const dice = random(seed);
  const all = shares.reduce((sum, { weight }) => sum + weight, 0);
  let owed = 0;
  const drawn = shares.flatMap(({ room, weight }) => {
    // What rounding leaves of one room's share goes to the next.
    owed += (count * weight) / all;
    const now = Math.round(owed);
    owed -= now;
    return drawRoom(
      sites.filter((site) => site.room === room),
      now,
      dice,
    );
  });
  return shuffled(drawn, dice);
}

function drawRoom(sites: readonly Mutant[], count: number, dice: Random): Mutant[] {
  const piles = shuffled([...new Set(sites.map(({ operator }) => operator))], dice).map((operator) =>
    shuffled(
      sites.filter((site) => site.operator === operator),
      dice,
    ),
  );
  const perFile = new Map<string, number>();
  const drawn: Mutant[] = [];
  const rest: Mutant[] = [];
  while (drawn.length < count && piles.some((pile) => pile.length > 0))
    for (const pile of piles) {
      const next = pile.pop();
      if (!next || drawn.length === count) continue;
      const ofFile = perFile.get(next.file) ?? 0;
      perFile.set(next.file, ofFile + 1);
      (ofFile < OF_A_FILE ? drawn : rest).push(next);
    }
  return [...drawn, ...rest.slice(0, count - drawn.length)];
}

function shuffled<T>(list: readonly T[], dice: Random): T[] {
  const out = [...list];
  for (let at = out.length - 1; at > 0; at--) {
    const other = dice.int(at + 1);
    [out[at], out[other]] = [out[other] as T, out[at] as T];
  }
  return out;
}
