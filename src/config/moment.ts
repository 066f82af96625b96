/** A moment as an operator writes it: a day or a time of day, in UTC where no zone stands there. */

/** Milliseconds since 1970; undefined: it is none. */
export function momentOf(written: string): number | undefined {
  const parts = MOMENT.exec(written.trim());
  if (!parts) return undefined;
  const [, day = "", time = "00:00:00", zone = "Z"] = parts;
  const at = Date.parse(`${day}T${time}${zone}`);
  // Date.parse takes the 31st of February for the 3rd of March.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return isDay && !Number.isNaN(at) ? at : undefined;
}

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z|[+-]\d\d:\d\d)?$/;

export const MOMENT_FIX = "Write a day or a moment: 2027-01-31, 2027-01-31T12:00:00Z.";
