/** The table that comes with this version. It is read when a price is asked for the first time, not at the start. */
import { readFileSync } from "node:fs";
import { type PriceIndex, priceIndex } from "./price-index.ts";
import type { PriceTable } from "./price-table.ts";

let index: PriceIndex | undefined;

export function bundledPrices(): PriceIndex {
  if (index) return index;
  const text = readFileSync(new URL("./prices.json", import.meta.url), "utf8");
  index = priceIndex(JSON.parse(text) as PriceTable, text);
  return index;
}
