/** A price table of the operator's, read and checked: what a person writes, or `codeswitch prices` wrote. */
import { z } from "zod";
import { LIMITS } from "../wire/limits.ts";
import { escaped, shortened } from "../wire/printable.ts";
import { type PriceIndex, priceIndex } from "./price-index.ts";
import type { PriceTable } from "./price-table.ts";

/** Pico-dollars a token: $1,000 a token is no price. */
const rate = z.int().min(0).max(1e15);
const times = z.number().positive().max(1_000);
const name = z.string().min(1).max(200);
const moment = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "is no date");
const rates = {
  in: rate,
  out: rate,
  read: rate.optional(),
  w5m: rate.optional(),
  w1h: rate.optional(),
  w12h: rate.optional(),
};
const bound = z.int().min(1).max(1e12);
const tier = z.union([z.object({ ...rates, over: bound }), z.object({ ...rates, from: bound })]);
const tiered = { ...rates, tiers: z.array(tier).min(1).max(16).optional() };
const row = z.object({
  vendor: name,
  model: name.transform((text) => text.toLowerCase()),
  from: moment.optional(),
  until: moment.optional(),
  ...tiered,
  modes: z.record(name, z.object(tiered)).optional(),
  regions: z.record(name, times).optional(),
  tools: z.record(name, rate).optional(),
  clock: z.object({ rule: name, times }).optional(),
});
const table = z.object({ made: moment.optional(), rows: z.array(row).max(LIMITS.priceRowsMax) });

/** Throws an Error whose message finishes the sentence "FILE …". Rules of vendors and hours stay the bundled table's. */
export function readPriceFile(text: string, rules: PriceTable): PriceIndex {
  const parsed = table.safeParse(parsedOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path.map(String).join(".") ?? "";
    throw new Error(
      `is no price table: ${escaped(shortened(at === "" ? "it" : at))} is wrong (${escaped(shortened(issue?.message ?? ""))}).`,
    );
  }
  const rows = parsed.data.rows as PriceTable["rows"];
  return priceIndex({ ...rules, made: parsed.data.made?.slice(0, 10) ?? rules.made, rows }, text);
}

/** One object with `rows`, or a row a line. */
function parsedOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    // One line is one row.
    return row.safeParse(parsed).success ? { rows: [parsed] } : parsed;
  } catch {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    try {
      return { rows: lines.map((line) => JSON.parse(line) as unknown) };
    } catch {
      throw new Error("is neither JSON nor a JSON object a line.");
    }
  }
}
