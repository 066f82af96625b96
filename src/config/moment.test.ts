import { expect, test } from "bun:test";
import { momentOf } from "./moment.ts";

test("a day begins at midnight in UTC, a moment says its zone", () => {
  expect(momentOf("2027-01-31")).toBe(Date.UTC(2027, 0, 31));
  expect(momentOf("2027-01-31T12:00")).toBe(Date.UTC(2027, 0, 31, 12));
  expect(momentOf(" 2027-01-31 12:00:30Z ")).toBe(Date.UTC(2027, 0, 31, 12, 0, 30));
  expect(momentOf("2027-01-31T12:00:00+02:00")).toBe(Date.UTC(2027, 0, 31, 10));
  expect(momentOf("2028-02-29")).toBe(Date.UTC(2028, 1, 29));
  for (const wrong of ["2027-02-29", "2027-13-01", "31.1.2027", "tomorrow", "", "2027-01-31T25:00", "30d"])
    expect(momentOf(wrong)).toBeUndefined();
});
