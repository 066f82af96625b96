/** A time as people write it: `30s`, `500ms`, `1.5 h`, `1m30s`. */

export const isTimeKey = (name: PropertyKey | undefined): boolean => String(name).endsWith("_ms");

export const TIME_FIX = "Write milliseconds, or a number with its unit: 30000, 500ms, 30s, 2m, 1h.";

/** As JSON Schema has it. */
export const TIME_PATTERN = String.raw`^(\d+(\.\d+)?\s*(ms|s|m|h)\s*)+$`;
const TIME = new RegExp(TIME_PATTERN);

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** undefined: it is no time. Without a unit it is milliseconds. */
export function milliseconds(written: unknown): number | undefined {
  const text = typeof written === "string" ? written.trim() : "";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text.length > 40 || !TIME.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)\s*([a-z]+)/g)];
  return Math.round(parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (MS[unit] ?? 0), 0));
}
