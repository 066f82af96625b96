/** The windows of budgets, worked out when they are asked for: nothing resets a budget, its next window is another one. */
import type { Window } from "./counters.ts";

/** A window that holds now. */
export interface BudgetWindow {
  /** Of all windows of this kind, which: `month:2026-11-01@Europe/Berlin`, `30d`. */
  readonly id: string;
  readonly window: Window;
}

/** `per` and `zone` as the configuration has them: `month`, `30d`, `Europe/Berlin`; no zone is UTC. */
export function windowAt(per: string, zone: string | undefined, now: number): BudgetWindow {
  const length = rollingMs(per);
  if (length !== undefined) return rollingOf(per, length);
  if (per === "total") return TOTAL;
  const key = `${per}@${zone ?? UTC}`;
  const known = KNOWN.get(key);
  if (known && known.start <= now && now < known.end) return known;
  const found = calendarWindow(per as CalendarUnit, zone ?? UTC, now);
  if (KNOWN.size >= KNOWN_MAX) KNOWN.clear();
  KNOWN.set(key, found);
  return found;
}

/** Milliseconds of `30d` or `24h`; undefined: another kind of window. */
export function rollingMs(per: string): number | undefined {
  const [, count, unit] = /^(\d{1,4})\s*([hd])$/.exec(per) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === "h" ? HOUR_MS : DAY_MS);
}

export const UTC = "UTC";
const CALENDAR_UNITS = ["day", "week", "month", "year"] as const;
type CalendarUnit = (typeof CALENDAR_UNITS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So many parts of a rolling window come and go whole. */
const BUCKETS = 30;

const TOTAL: BudgetWindow = { id: "total", window: { kind: "fixed", start: 0, end: null } };

const rollingOf = (per: string, length: number): BudgetWindow => ({
  id: per.replaceAll(/\s/g, ""),
  window: { kind: "rolling", bucketMs: length / BUCKETS, buckets: BUCKETS },
});

interface CalendarWindow extends BudgetWindow {
  readonly start: number;
  readonly end: number;
}
/** The windows that held last: a zone's dates are dear to work out. */
const KNOWN = new Map<string, CalendarWindow>();
const KNOWN_MAX = 256;

/** A day of the calendar, without a zone. Months count from 1. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function calendarWindow(unit: CalendarUnit, zone: string, now: number): CalendarWindow {
  const first = firstDay(unit, dayAt(zone, now));
  const start = startOf(first, zone);
  const end = startOf(nextFirst(unit, first), zone);
  const suffix = zone === UTC ? "" : `@${zone}`;
  return { id: `${unit}:${printed(first)}${suffix}`, start, end, window: { kind: "fixed", start, end } };
}

function firstDay(unit: CalendarUnit, { year, month, day }: Day): Day {
  switch (unit) {
    case "day":
      return { year, month, day };
    case "week":
      return moved({ year, month, day }, -daysSinceMonday({ year, month, day }));
    case "month":
      return { year, month, day: 1 };
    case "year":
      return { year, month: 1, day: 1 };
  }
}

function nextFirst(unit: CalendarUnit, first: Day): Day {
  switch (unit) {
    case "day":
      return moved(first, 1);
    case "week":
      return moved(first, 7);
    case "month":
      return fromUtc(Date.UTC(first.year, first.month, 1));
    case "year":
      return { ...first, year: first.year + 1 };
  }
}

const utcOf = ({ year, month, day }: Day): number => Date.UTC(year, month - 1, day);
const moved = (day: Day, by: number): Day => fromUtc(utcOf(day) + by * DAY_MS);
const daysSinceMonday = (day: Day): number => (new Date(utcOf(day)).getUTCDay() + 6) % 7;
const printed = (day: Day): string => new Date(utcOf(day)).toISOString().slice(0, 10);

function fromUtc(at: number): Day {
  const date = new Date(at);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

const dayAt = (zone: string, at: number): Day => fromUtc(at + offsetAt(zone, at));

/** The first moment of a day: midnight, or what stands in its place where the clocks are put forward at midnight. */
function startOf(day: Day, zone: string): number {
  const utc = utcOf(day);
  const offsets = [utc - DAY_MS, utc + DAY_MS].map((at) => offsetAt(zone, at));
  const moments = offsets.map((offset) => utc - offset).sort((one, other) => one - other);
  const begins = moments.find((at) => utcOf(dayAt(zone, at)) === utc && utcOf(dayAt(zone, at - 1)) !== utc);
  return begins ?? (moments[0] as number);
}

/** What the zone's clocks show, less UTC. */
function offsetAt(zone: string, at: number): number {
  if (zone === UTC) return 0;
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(zone);
  if (known) return known;
  const numeric = "numeric" as const;
  const clock = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
  });
  if (CLOCKS.size >= KNOWN_MAX) CLOCKS.clear();
  CLOCKS.set(zone, clock);
  return clock;
}
const CLOCKS = new Map<string, Intl.DateTimeFormat>();
