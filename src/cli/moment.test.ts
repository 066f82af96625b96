/** What a person types for a moment. */
import { expect, test } from "bun:test";
import { countOf } from "./count.ts";
import { checkZone, momentOf } from "./moment.ts";

const NOW = Date.UTC(2026, 10, 22, 14, 30);
const at = (typed: string, zone = "UTC"): string => new Date(momentOf("--since", typed, NOW, zone)).toISOString();

test.each([
  ["30m", "2026-11-22T14:00:00.000Z"],
  ["12h", "2026-11-22T02:30:00.000Z"],
  [" 7 d", "2026-11-15T14:30:00.000Z"],
  ["2w", "2026-11-08T14:30:00.000Z"],
  ["2026-11-01", "2026-11-01T00:00:00.000Z"],
  ["2026-11-01T10:00Z", "2026-11-01T10:00:00.000Z"],
  ["2026-11-01T10:00:30+02:00", "2026-11-01T08:00:30.000Z"],
])("%s", (typed, moment) => {
  expect(at(typed)).toBe(moment);
});

test.each([
  ["2026-11-01", "Europe/Berlin", "2026-10-31T23:00:00.000Z"],
  ["2026-07-01", "America/New_York", "2026-07-01T04:00:00.000Z"],
  ["2026-07-01", "Asia/Kathmandu", "2026-06-30T18:15:00.000Z"],
  ["2026-07-01", "Pacific/Kiritimati", "2026-06-30T10:00:00.000Z"],
  // Clocks go forward at midnight there: the day begins at one o'clock.
  ["2026-09-06", "America/Santiago", "2026-09-06T04:00:00.000Z"],
])("the day %s begins in %s at %s", (day, zone, moment) => {
  expect(at(day, zone)).toBe(moment);
});

test.each(["", "yesterday", "7", "7y", "2026-13-01", "2026-02-30", "-1h", "1h2h"])(
  "%p is none, and the sentence says what is",
  (typed) => {
    expect(() => momentOf("--since", typed, NOW)).toThrow(
      `--since: "${typed}" is no moment. Write how long ago (30m, 12h`,
    );
  },
);

test("a zone that nobody knows is said", () => {
  expect(checkZone("Europe/Berlin")).toBe("Europe/Berlin");
  expect(() => checkZone("Mars/Olympus")).toThrow('--zone: "Mars/Olympus" is no time zone');
});

test("a count is a whole number within its bound", () => {
  expect([countOf("--limit", undefined, 50, 100), countOf("--limit", "100", 50, 100)]).toEqual([50, 100]);
  for (const typed of ["0", "101", "-1", "1.5", "x", "1e1"])
    expect(() => countOf("--limit", typed, 50, 100)).toThrow(`--limit: "${typed}" is not a number from 1 to 100.`);
});
