/** What genai-prices says, as rows of ours: today's prices, and those that it knows of the future. */
import type { PriceRow, Rates, Tier } from "../../src/cost/price-table.ts";

/** As genai_prices_dump.py prints it. */
export type Dump = Readonly<Record<string, Price | readonly Conditional[]>>;
interface Conditional {
  readonly prices: Price;
  readonly constraint?: { readonly _: string; readonly start_date?: string };
}
type Price = Readonly<Record<string, number | Tiered>>;
interface Tiered {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
}

const VENDORS: Readonly<Record<string, string>> = {
  openai: "openai",
  azure: "azure",
  anthropic: "anthropic",
  moonshotai: "kimi",
  deepseek: "deepseek",
  groq: "groq",
  mistral: "mistral",
  "x-ai": "xai",
  google: "gemini",
};
const FIELDS: Readonly<Record<string, keyof Rates>> = {
  input_mtok: "in",
  output_mtok: "out",
  cache_read_mtok: "read",
  cache_write_mtok: "w5m",
  cache_write_1h_mtok: "w1h",
  cache_write_12h_mtok: "w12h",
};

export function witnessRows(dump: Dump, made: string): readonly PriceRow[] {
  return Object.entries(dump).flatMap(([id, prices]) => {
    const at = id.indexOf("/");
    const vendor = VENDORS[id.slice(0, at)] ?? "";
    const model = id.slice(at + 1).toLowerCase();
    const dated = (Array.isArray(prices) ? (prices as readonly Conditional[]) : [{ prices: prices as Price }]).filter(
      // By the hour: what holds outside of the peak is the first of them.
      ({ constraint }) => constraint?._ !== "TimeOfDateConstraint",
    );
    return dated
      .map((one, index): PriceRow | undefined => {
        const from = one.constraint?.start_date;
        const until = (dated[index + 1] as Conditional | undefined)?.constraint?.start_date;
        const rates = ratesOf(vendor, one.prices);
        return (
          rates && {
            vendor,
            model,
            ...(from !== undefined && { from }),
            ...(until !== undefined && { until }),
            ...rates,
          }
        );
      })
      .filter((row) => row !== undefined && (row.until === undefined || row.until > made)) as PriceRow[];
  });
}

function ratesOf(vendor: string, price: Price): (Rates & { readonly tiers?: readonly Tier[] }) | undefined {
  const base: Partial<Record<keyof Rates, number>> = {};
  const tiers = new Map<number, Partial<Record<keyof Rates, number>>>();
  for (const [field, rate] of Object.entries(FIELDS)) {
    const value = price[field];
    if (value === undefined) continue;
    base[rate] = pico(typeof value === "number" ? value : value.base);
    for (const { start, price } of typeof value === "number" ? [] : value.tiers)
      tiers.set(start, { ...tiers.get(start), [rate]: pico(price) });
  }
  if (base.in === undefined || base.out === undefined) return undefined;
  const long = [...tiers].map(([start, rates]): Tier => {
    const bound = vendor === "xai" ? { from: start % 1000 === 999 ? start + 1 : start } : { over: start };
    return { ...bound, ...base, ...rates } as Tier;
  });
  return { ...(base as Rates), ...(long.length > 0 && { tiers: long }) };
}
const pico = (perMillion: number): number => Math.round(perMillion * 1e6);
