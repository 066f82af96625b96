/** The slices of time by which calls are summed, and how a span is put together of sums and rows. Milliseconds since 1970. */
import type { Span } from "./store.ts";

/** The days of some zones begin at a quarter of an hour. */
export const QUARTER = 900_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
export type Grain = typeof QUARTER | typeof HOUR | typeof DAY;

export const startOf = (grain: number, at: number): number => Math.floor(at / grain) * grain;

/** What is known of a span. An open hour has rows that are in no sum yet: it has not ended, or got rows afterwards. */
export interface Known {
  readonly openHours: ReadonlySet<number>;
  /** Days whose sums are made of all their hours. */
  readonly madeDays: ReadonlySet<number>;
}

/** [from, to), as pairs: they go to the database as JSON. */
export type Range = readonly [from: number, to: number];
export interface Pieces {
  readonly sums: ReadonlyMap<Grain, readonly Range[]>;
  readonly rows: readonly Range[];
}

/** From the coarsest sums that fit; what none covers is read from the rows. `grains`: coarsest first. */
export function piecesOf({ from, to }: Span, grains: readonly Grain[], known: Known): Pieces {
  const sums = new Map<Grain, Range[]>(grains.map((grain) => [grain, []]));
  const rows: Range[] = [];
  const isSummed = (grain: Grain, at: number): boolean =>
    at % grain === 0 &&
    at + grain <= to &&
    (grain === DAY ? isWholeDay(at, known) : !known.openHours.has(startOf(HOUR, at)));
  const finest = grains.at(-1) ?? HOUR;
  for (let at = from; at < to;) {
    const grain = grains.find((one) => isSummed(one, at));
    const end = grain === undefined ? Math.min(to, startOf(finest, at) + finest) : at + grain;
    extend(grain === undefined ? rows : (sums.get(grain) ?? []), at, end);
    at = end;
  }
  return { sums, rows };
}

function isWholeDay(day: number, { openHours, madeDays }: Known): boolean {
  if (!madeDays.has(day)) return false;
  for (let hour = day; hour < day + DAY; hour += HOUR) if (openHours.has(hour)) return false;
  return true;
}

function extend(ranges: Range[], from: number, to: number): void {
  const last = ranges.at(-1);
  if (last?.[1] === from) ranges[ranges.length - 1] = [last[0], to];
  else ranges.push([from, to]);
}
