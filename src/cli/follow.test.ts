/** Calls as they end: each once, and none that stands is moved. */
import { expect, test } from "bun:test";
import { callRecord, rowOf } from "../../test/fixtures/call-record.ts";
import type { CallRow } from "../store/call-row.ts";
import type { CallFilter, PageEnd } from "../store/store.ts";
import { eachCall } from "./calls-here.ts";
import { followed } from "./follow.ts";

const rowAt = (id: string, endedAt: number): CallRow => ({ ...rowOf(callRecord(id)), ended_at: endedAt });

function table(rows: CallRow[]) {
  const isBefore = (row: CallRow, { id, ended_at }: PageEnd): boolean =>
    row.ended_at < ended_at || (row.ended_at === ended_at && row.id < id);
  return {
    list: async ({ from = 0 }: CallFilter, { limit, before }: { readonly limit: number; readonly before?: PageEnd }) =>
      rows
        .filter((row) => row.ended_at >= from && (!before || isBefore(row, before)))
        .sort((a, b) => b.ended_at - a.ended_at || (b.id < a.id ? -1 : 1))
        .slice(0, limit),
  };
}

const T = 1_000_000;

test("new rows come in order, late ones when they are found, none twice, and none that the limit cut off", async () => {
  const rows = [rowAt("old", T - 500), rowAt("a", T), rowAt("b", T)];
  const later: CallRow[][] = [[rowAt("d", T + 20), rowAt("c", T + 10)], [rowAt("late", T + 5), rowAt("e", T + 30)], []];
  const seen: string[] = [];
  const wait = async (): Promise<void> => {
    const more = later.shift();
    if (!more) throw new Error("enough");
    rows.push(...more);
  };
  const shown = rows.slice(1);
  await expect(
    (async () => {
      for await (const { id } of followed(table(rows), {}, shown, { clock: () => T, wait })) seen.push(id);
    })(),
  ).rejects.toThrow("enough");
  expect(seen).toEqual(["c", "d", "late", "e"]);
});

test("an empty table is followed from now on", async () => {
  const rows: CallRow[] = [];
  const first = followed(table(rows), {}, [], { clock: () => T, wait: async () => void rows.push(rowAt("a", T + 1)) });
  expect((await first.next()).value?.id).toBe("a");
});

test("pages end where the rows end, and where the limit is", async () => {
  const rows = Array.from({ length: 1_234 }, (_, at) => rowAt(`id-${String(at).padStart(5, "0")}`, T + (at >> 2)));
  const ids = async (limit?: number): Promise<string[]> => {
    const found: string[] = [];
    for await (const { id } of eachCall(table(rows), {}, limit)) found.push(id);
    return found;
  };
  const all = rows.map(({ id }) => id).reverse();
  expect(await ids()).toEqual(all);
  expect(await ids(501)).toEqual(all.slice(0, 501));
});
