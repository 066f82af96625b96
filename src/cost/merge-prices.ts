/** New prices over those that are there: what an update changes, and what it leaves for calls of before. */
import { differences, modelsOf, rowAt, type Difference } from "./compare.ts";
import { priceIndex, type PriceIndex } from "./price-index.ts";
import type { PriceRow, PriceTable } from "./price-table.ts";

export interface Merged {
  /** Of the models that the source changes or adds, with what they cost before. */
  readonly rows: readonly PriceRow[];
  readonly changed: readonly Difference[];
  readonly added: readonly Pick<PriceRow, "vendor" | "model">[];
}

/** `active`: from the table that wins on. A row without dates says what holds from `now` on; dated rows are a model's whole history. */
export function mergePrices(active: readonly PriceIndex[], source: PriceTable, now: number): Merged {
  const theirs = priceIndex(source, "");
  const rows: PriceRow[] = [];
  const changed: Difference[] = [];
  const added: Pick<PriceRow, "vendor" | "model">[] = [];
  for (const of of modelsOf(theirs)) {
    const told = theirs.rowsOf(of.vendor, of.model) ?? [];
    const before = active.find((index) => index.rowsOf(of.vendor, of.model));
    const known = before?.rowsOf(of.vendor, of.model) ?? [];
    if (!before) {
      added.push(of);
      rows.push(...told);
      continue;
    }
    const found = differences(before, priceIndex({ ...source, rows: told }, ""), now);
    if (found.length === 0) continue;
    changed.push(...found);
    rows.push(...(isUndated(told) ? continued(known, told[0] as PriceRow, now) : told));
  }
  return { rows, changed, added };
}

const isUndated = (rows: readonly PriceRow[]): boolean =>
  rows.length === 1 && rows[0]?.from === undefined && rows[0]?.until === undefined;

/** What was known of the past stays; what was announced for later is overtaken. What the new row does not say, it keeps. */
function continued(known: readonly PriceRow[], next: PriceRow, now: number): readonly PriceRow[] {
  const from = new Date(now).toISOString();
  const last = rowAt(known, now);
  const past = known.filter((row) => row.from === undefined || Date.parse(row.from) < now);
  return [
    ...past.map((row) => (row === last ? { ...row, until: from } : row)),
    { ...(last && { ...last, until: undefined }), ...next, from },
  ].map(withoutAbsent);
}
const withoutAbsent = (row: PriceRow): PriceRow => JSON.parse(JSON.stringify(row)) as PriceRow;
