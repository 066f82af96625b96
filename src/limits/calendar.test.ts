/** Trap: a month is not 30 days, a day not 24 hours, and a window ends by itself. Expected moments are written by hand. */
import { describe, expect, test } from "bun:test";
import { isZone } from "../config/budget-faults.ts";
import { windowAt } from "./calendar.ts";

const at = (iso: string): number => Date.parse(iso);
const span = (per: string, zone: string | undefined, now: string): readonly string[] => {
  const { id, window } = windowAt(per, zone, at(now));
  if (window.kind !== "fixed" || window.end === null) throw new Error("no calendar window");
  return [id, new Date(window.start).toISOString(), new Date(window.end).toISOString()];
};
const hours = (per: string, zone: string, now: string): number => {
  const [, start = "", end = ""] = span(per, zone, now);
  return (at(end) - at(start)) / 3_600_000;
};

describe("calendar windows", () => {
  test.each([
    ["month", undefined, "2028-02-29T23:59:59.999Z", "month:2028-02-01", "2028-02-01T00:00", "2028-03-01T00:00"],
    ["month", undefined, "2027-02-28T12:00:00Z", "month:2027-02-01", "2027-02-01T00:00", "2027-03-01T00:00"],
    ["day", undefined, "2028-02-29T00:00:00Z", "day:2028-02-29", "2028-02-29T00:00", "2028-03-01T00:00"],
    ["week", undefined, "2026-11-22T23:59:59Z", "week:2026-11-16", "2026-11-16T00:00", "2026-11-23T00:00"],
    ["week", undefined, "2027-01-01T00:00:00Z", "week:2026-12-28", "2026-12-28T00:00", "2027-01-04T00:00"],
    ["year", undefined, "2026-12-31T23:59:59Z", "year:2026-01-01", "2026-01-01T00:00", "2027-01-01T00:00"],
    // New Year comes an hour before UTC's in Berlin, fourteen hours before on Kiritimati, eight after in Los Angeles.
    [
      "year",
      "Europe/Berlin",
      "2026-12-31T23:00:00Z",
      "year:2027-01-01@Europe/Berlin",
      "2026-12-31T23:00",
      "2027-12-31T23:00",
    ],
    [
      "day",
      "Pacific/Kiritimati",
      "2026-12-31T10:00:00Z",
      "day:2027-01-01@Pacific/Kiritimati",
      "2026-12-31T10:00",
      "2027-01-01T10:00",
    ],
    [
      "month",
      "America/Los_Angeles",
      "2027-01-01T07:59:59Z",
      "month:2026-12-01@America/Los_Angeles",
      "2026-12-01T08:00",
      "2027-01-01T08:00",
    ],
    // Half an hour's zone.
    [
      "day",
      "Asia/Kolkata",
      "2026-11-22T18:30:00Z",
      "day:2026-11-23@Asia/Kolkata",
      "2026-11-22T18:30",
      "2026-11-23T18:30",
    ],
    // Summer time begins and ends inside the month.
    [
      "month",
      "Europe/Berlin",
      "2026-03-31T12:00:00Z",
      "month:2026-03-01@Europe/Berlin",
      "2026-02-28T23:00",
      "2026-03-31T22:00",
    ],
  ])("%s in %p at %s: %s", (per, zone, now, id, start, end) => {
    expect(span(per, zone, now)).toEqual([id, `${start}:00.000Z`, `${end}:00.000Z`]);
  });

  test("a day has 23 hours when the clocks are put forward, 25 when they are put back", () => {
    expect(hours("day", "Europe/Berlin", "2026-03-29T12:00:00Z")).toBe(23);
    expect(hours("day", "Europe/Berlin", "2026-10-25T12:00:00Z")).toBe(25);
    expect(hours("day", "America/Los_Angeles", "2026-03-08T20:00:00Z")).toBe(23);
    expect(hours("day", "America/Los_Angeles", "2026-11-01T20:00:00Z")).toBe(25);
    // Lord Howe Island moves its clocks by half an hour.
    expect(hours("day", "Australia/Lord_Howe", "2026-10-04T00:00:00Z")).toBe(23.5);
  });

  test("a day whose midnight the clocks jump over begins at one", () => {
    // Cairo goes from 23:59:59 to 01:00 on the last Friday of April.
    expect(span("day", "Africa/Cairo", "2026-04-24T12:00:00Z")).toEqual([
      "day:2026-04-24@Africa/Cairo",
      "2026-04-23T22:00:00.000Z",
      "2026-04-24T21:00:00.000Z",
    ]);
    expect(hours("day", "Africa/Cairo", "2026-04-24T12:00:00Z")).toBe(23);
  });

  test.each(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Apia", "Africa/Cairo"])(
    "every moment of two years is in one window of each kind, and windows meet: %s",
    (zone) => {
      const zoneOr = zone === "UTC" ? undefined : zone;
      for (const per of ["day", "week", "month", "year"]) {
        let last: { id: string; start: number; end: number } | undefined;
        for (let now = at("2027-12-30T00:00:00Z"); now < at("2029-01-03T00:00:00Z"); now += 5 * 3_600_000) {
          const { id, window } = windowAt(per, zoneOr, now);
          if (window.kind !== "fixed" || window.end === null) throw new Error("no calendar window");
          const { start, end } = window;
          expect(start <= now && now < end).toBe(true);
          if (last && last.id === id) expect([start, end]).toEqual([last.start, last.end]);
          else if (last) expect(start).toBe(last.end);
          last = { id, start, end };
        }
      }
    },
  );
});

test("30d and 24h are the last so many, in thirty parts; total is for ever", () => {
  expect(windowAt("30d", undefined, 0)).toEqual({
    id: "30d",
    window: { kind: "rolling", bucketMs: 86_400_000, buckets: 30 },
  });
  expect(windowAt("24 h", "Europe/Berlin", 0)).toEqual({
    id: "24h",
    window: { kind: "rolling", bucketMs: 2_880_000, buckets: 30 },
  });
  expect(windowAt("total", undefined, 5)).toEqual({ id: "total", window: { kind: "fixed", start: 0, end: null } });
});

test("a zone is one that this machine knows", () => {
  expect(["UTC", "Europe/Berlin", "Asia/Kolkata"].map(isZone)).toEqual([true, true, true]);
  expect(["Mars/Olympus", "", "Europe/Berlinn"].map(isZone)).toEqual([false, false, false]);
});
