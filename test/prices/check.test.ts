/** Our table of today beside what two others say of it (witnesses.json, made by compile.ts). What differs has a reason in explained.json, and no reason stays without a difference. */
import { expect, test } from "bun:test";
import { bundledPrices } from "../../src/cost/bundled.ts";
import { differences, type Difference } from "../../src/cost/compare.ts";
import { priceIndex } from "../../src/cost/price-index.ts";
import type { PriceRow } from "../../src/cost/price-table.ts";
import { VENDORS } from "../../src/providers/catalog.ts";
import explained from "./explained.json" with { type: "json" };
import witnesses from "./witnesses.json" with { type: "json" };

const ours = bundledPrices();
const today = Date.parse(ours.table.made);

const told = Object.entries(witnesses as unknown as Readonly<Record<string, readonly PriceRow[]>>).flatMap(
  ([source, rows]) => {
    const index = priceIndex({ ...ours.table, rows }, source);
    return differences(ours, index, today).map((found) => ({ source, ...found }));
  },
);

const nameOf = ({ source, vendor, model, rate }: Difference & { readonly source: string }): string =>
  `${source} ${vendor}/${model} ${rate}`;

const reasons = explained.flatMap(({ source, models, rates }) =>
  models.flatMap((model) => rates.map((rate) => `${source} ${model} ${rate}`)),
);

test("every difference from another table is explained", () => {
  const open = told.filter((one) => !reasons.includes(nameOf(one)));
  expect(open.map((one) => `${nameOf(one)}: ${one.ours} here, ${one.theirs} there`)).toEqual([]);
});

test("every explanation explains something", () => {
  const found = new Set(told.map(nameOf));
  expect(reasons.filter((name) => !found.has(name))).toEqual([]);
});

test("a price that is a tenth off is found", () => {
  const rows = ours.table.rows.map((row) => (row.model === "gpt-5.1" ? { ...row, out: row.out * 1.1 } : row));
  const other = priceIndex({ ...ours.table, rows }, "a tenth more");
  expect(differences(ours, other, today).map(({ vendor, model, rate }) => `${vendor}/${model} ${rate}`)).toEqual([
    "openai/gpt-5.1 out",
    "azure/gpt-5.1 out",
  ]);
});

test("vendors of the table are vendors of the catalog", () => {
  const known = new Set(VENDORS.map(({ id }) => id));
  const named = [...Object.keys(ours.table.vendors), ...ours.table.rows.map(({ vendor }) => vendor)];
  expect([...new Set(named)].filter((id) => !known.has(id))).toEqual([]);
});

test("every price is a whole number of pico-dollars, above 0, and no write is cheaper than the input", () => {
  const wrong = ours.table.rows.filter((row) =>
    [row, ...Object.values(row.modes ?? {})]
      .flatMap((rates) => [rates, ...(rates.tiers ?? [])])
      .some((rates) => {
        const each = [rates.in, rates.out, rates.read ?? 1, rates.w5m ?? 1, rates.w1h ?? 1, rates.w12h ?? 1];
        const writes = [rates.w5m, rates.w1h, rates.w12h].map((rate) => rate ?? Infinity);
        return each.some((rate) => !Number.isSafeInteger(rate) || rate <= 0) || writes.some((rate) => rate < rates.in);
      }),
  );
  expect(wrong.map(({ vendor, model }) => `${vendor}/${model}`)).toEqual([]);
});

test("the times of a model's prices follow on one another", () => {
  const wrong: string[] = [];
  const byModel = Map.groupBy(ours.table.rows, ({ vendor, model }) => `${vendor}/${model}`);
  for (const [name, rows] of byModel)
    rows.forEach((row, at) => {
      const next = rows[at + 1];
      if (next ? row.until !== next.from : row.until !== undefined) wrong.push(name);
    });
  expect(wrong).toEqual([]);
});

test("the calendars reach beyond today: a month before their end somebody must add the next year", () => {
  const soon = Object.entries(ours.table.calendars).filter(([, { through }]) => Date.parse(through) < today);
  expect(soon).toEqual([]);
});

test("the table is small", async () => {
  expect(Bun.file(new URL("../../src/cost/prices.json", import.meta.url)).size).toBeLessThan(400_000);
});
