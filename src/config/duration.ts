/** A time as people write it: `30s`, `500ms`, `1.5 h`. */

export const isTimeKey = (name: PropertyKey | undefined): boolean => String(name).endsWith("_ms");

export const TIME_FIX = "Write milliseconds, or a number with its unit: 30000, 500ms, 30s, 2m, 1h.";

/** As JSON Schema has it. */
export const TIME_PATTERN = String.raw`^\d+(\.\d+)?\s*(ms|s|m|h)$`;

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** undefined: it is no time. Without a unit it is milliseconds. */
export function milliseconds(written: unknown): number | undefined {
  const [, number, unit = "ms"] = /^(\d{1,15}(?:\.\d{1,15})?)\s*(ms|s|m|h)?$/.exec(String(written).trim()) ?? [];
  return typeof written === "string" && number !== undefined ? Math.round(Number(number) * (MS[unit] ?? 1)) : undefined;
}
