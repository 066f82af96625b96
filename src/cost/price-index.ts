/** A price table with its rows by vendor and model. */
import { createHash } from "node:crypto";
import type { PriceRow, PriceTable } from "./price-table.ts";

export interface PriceIndex {
  readonly table: PriceTable;
  /** The day that the table was made, and the beginning of the digest of its text: 2026-11-22-1a2b3c4d. */
  readonly version: string;
  /** In the order of their times. */
  rowsOf(vendor: string, model: string): readonly PriceRow[] | undefined;
}

/** `text`: what was read. */
export function priceIndex(table: PriceTable, text: string): PriceIndex {
  const byModel = new Map<string, PriceRow[]>();
  for (const row of table.rows) {
    const key = `${row.vendor}/${row.model}`;
    const rows = byModel.get(key);
    if (rows) rows.push(row);
    else byModel.set(key, [row]);
  }
  for (const rows of byModel.values()) if (rows.length > 1) rows.sort((one, other) => startOf(one) - startOf(other));
  return {
    table,
    version: `${table.made}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`,
    rowsOf: (vendor, model) => byModel.get(`${vendor}/${model}`),
  };
}

const startOf = ({ from }: PriceRow): number => (from === undefined ? -Infinity : Date.parse(from));
