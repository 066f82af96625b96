import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { recentRows } from "./recent-rows.ts";

const ends = (rows: readonly { readonly end: number }[] | undefined): readonly number[] | undefined =>
  rows?.map(({ end }) => end);

test("who asks for a position gets the rows behind it, about so many bytes of them", () => {
  const recent = recentRows();
  for (const end of [10, 20, 35]) recent.add("ten bytes.", end);
  expect(ends(recent.after(0, 1_000))).toEqual([10, 20, 35]);
  expect(ends(recent.after(10, 1_000))).toEqual([20, 35]);
  expect(ends(recent.after(12, 11))).toEqual([20, 35]);
  expect(ends(recent.after(12, 10))).toEqual([20]);
  expect(ends(recent.after(35, 10))).toEqual([]);
});

test("what everybody has is let go, and who asks for it all the same reads the file", () => {
  const recent = recentRows();
  for (const end of [10, 20, 30]) recent.add("row", end);
  recent.release(20);
  expect(recent.after(10, 1_000)).toBeUndefined();
  expect(ends(recent.after(20, 1_000))).toEqual([30]);
});

test("so many bytes are kept and no more: who is behind them reads the file", () => {
  const recent = recentRows();
  const row = "r".repeat(1_024);
  const count = LIMITS.journalRecentBytesMax / 1_024;
  for (let at = 1; at <= count; at++) recent.add(row, at);
  expect(recent.after(0, 1_024)?.length).toBe(1);
  recent.add(row, count + 1);
  expect(recent.after(0, 1_024)).toBeUndefined();
  expect(recent.after(count, Infinity)?.length).toBe(1);
});
