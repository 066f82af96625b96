/** A moment as a person types it: so long ago, a day, or a point in time. */
import { UsageError } from "./usage.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const AGO = /^(\d{1,6})\s*([smhdw])$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const POINT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Milliseconds since 1970. A day begins at its midnight in `zone`; absent: in this machine's. */
export function momentOf(flag: string, typed: string, now: number, zone?: string): number {
  const text = typed.trim();
  const [, count, unit = ""] = AGO.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0);
  const at = DAY.test(text) ? midnight(text, zone) : POINT.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw new UsageError(
      `${flag}: "${typed}" is no moment. Write how long ago (30m, 12h, 7d, 2w), a day (2026-11-22), or a point in time (2026-11-22T14:00).`,
    );
  return at;
}

/** The first moment of the day: where clocks are set at midnight, the day may begin at one o'clock. NaN: there is no such day. */
function midnight(day: string, zone: string | undefined): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return NaN;
  // No zone is further from UTC than 15 hours. Quarters of an hour, because zones are offset by those.
  for (let at = utc - 15 * 3_600_000; at <= utc + 15 * 3_600_000; at += 900_000) if (dayAt(at, zone) === day) return at;
  return NaN;
}

/** Sweden writes a day as 2026-11-22. */
const dayAt = (at: number, zone: string | undefined): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(at);

/** Throws where nobody knows the zone. */
export function checkZone(zone: string): string {
  try {
    dayAt(0, zone);
    return zone;
  } catch {
    throw new UsageError(`--zone: "${zone}" is no time zone. Write one as Europe/Berlin, America/New_York or UTC.`);
  }
}
