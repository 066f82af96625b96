/** model-prices' snapshot: which price held when, of models that are sold and of those that no longer are. */
import type { PriceRow, Rates, Tier, TieredRates } from "../../src/cost/price-table.ts";
import { boundOf, RATES } from "../../src/cost/rates.ts";

interface Snapshot {
  readonly updated_at: string;
  readonly prices: Readonly<Record<string, Readonly<Record<string, Timelines>>>>;
  readonly status: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly schedules: {
    readonly holidays: Readonly<
      Record<string, { readonly covers_through: string; readonly dates: string[]; readonly source: string }>
    >;
  };
}
type Timelines = Readonly<Record<string, readonly Change[]>>;
interface Change {
  readonly start: string | null;
  readonly rates:
    | (Written & {
        readonly tiers?: readonly (Written & { readonly above: number })[];
        readonly cache_write_1h_multiple?: number;
      })
    | null;
}
interface Written {
  readonly input: number;
  readonly output: number;
  readonly cache_read?: number;
  readonly cache_write?: number;
}
export type { Snapshot };

export const LAB_OF: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  kimi: "moonshotai",
  deepseek: "deepseek",
  mistral: "mistral",
  xai: "xai",
  gemini: "google",
};

const pico = (perMillion: number): number => Math.round(perMillion * 1e6);

/** The periods of each model of a vendor, without those that changed nothing. */
export function periodsOf(snapshot: Snapshot, vendor: string): ReadonlyMap<string, readonly PriceRow[]> {
  const models = snapshot.prices[LAB_OF[vendor] ?? ""] ?? {};
  return new Map(
    Object.entries(models).map(([model, timelines]) => [
      model.toLowerCase(),
      periods(vendor, model.toLowerCase(), timelines),
    ]),
  );
}

function periods(vendor: string, model: string, timelines: Timelines): readonly PriceRow[] {
  const rows: PriceRow[] = [];
  for (const [at, change] of (timelines.standard ?? []).entries()) {
    if (!change.rates || change.rates.input === 0 || change.rates.output === 0) continue;
    const rates = tieredOf(vendor, change.rates);
    const until = timelines.standard?.[at + 1]?.start ?? "9999";
    const batch = during(timelines.batch, change.start ?? "", until);
    const fast = vendor === "anthropic" ? during(timelines.fast, change.start ?? "", until) : undefined;
    const modes = {
      ...(batch && { batch: tieredOf(vendor, batch) }),
      ...(fast && { fast: tieredOf(vendor, fast) }),
    };
    const row: PriceRow = {
      vendor,
      model,
      ...(change.start !== null && { from: change.start.replace("T00:00:00Z", "") }),
      ...rates,
      ...(Object.keys(modes).length > 0 && { modes }),
    };
    const last = rows.at(-1);
    if (last && onlyTellsMore(last, row)) {
      // What was found later held before.
      rows[rows.length - 1] = { ...row, ...(last.from === undefined ? { from: undefined } : { from: last.from }) };
      continue;
    }
    if (last) rows[rows.length - 1] = { ...last, until: row.from ?? "" };
    rows.push(row);
  }
  return rows;
}

/** Rates that were added to a list, or a bound that was mended in it, are no new price. */
const onlyTellsMore = (one: TieredRates, other: TieredRates): boolean =>
  RATES.every((rate) => isRounding(one[rate], other[rate], rate)) &&
  (one.tiers === undefined ||
    other.tiers === undefined ||
    one.tiers.every((tier, at) => tier.in === other.tiers?.[at]?.in && tier.out === other.tiers?.[at]?.out));

/** 0.13 written for 0.125. */
const isRounding = (one: number | undefined, other: number | undefined, rate: keyof Rates): boolean =>
  one === undefined ||
  other === undefined ||
  one === other ||
  (rate === "read" && Math.abs(one - other) <= 0.05 * other);

/** What holds at the start of a period, or begins within it. */
function during(changes: readonly Change[] | undefined, from: string, until: string): Change["rates"] | undefined {
  const before = changes?.findLast(({ start }) => (start ?? "") <= from)?.rates;
  return before ?? changes?.find(({ start, rates }) => rates && (start ?? "") < until)?.rates;
}

export const sameRates = (one: TieredRates, other: TieredRates): boolean =>
  RATES.every((rate) => one[rate] === other[rate]) &&
  (one.tiers?.length ?? 0) === (other.tiers?.length ?? 0) &&
  (one.tiers ?? []).every((tier, at) => {
    const twin = other.tiers?.[at] as Tier;
    return boundOf(tier) === boundOf(twin) && sameRates(tier, twin);
  });

function tieredOf(vendor: string, written: NonNullable<Change["rates"]>): TieredRates {
  const multiple = written.cache_write === undefined ? undefined : written.cache_write_1h_multiple;
  const tiers = (written.tiers ?? []).map((tier): Tier => ({
    ...(vendor === "xai" ? { from: tier.above } : { over: tier.above }),
    ...ratesOf(vendor, tier, multiple),
  }));
  return { ...ratesOf(vendor, written, multiple), ...(tiers.length > 0 && { tiers }) };
}

/** Its one-hour multiple is OpenAI's of twelve hours. */
function ratesOf(vendor: string, written: Written, multiple: number | undefined): Rates {
  const long = multiple === undefined ? undefined : pico(written.input * multiple);
  return {
    in: pico(written.input),
    out: pico(written.output),
    ...(written.cache_read !== undefined && written.cache_read > 0 && { read: pico(written.cache_read) }),
    ...(written.cache_write !== undefined && written.cache_write > 0 && { w5m: pico(written.cache_write) }),
    ...(long !== undefined && (vendor === "openai" ? { w12h: long } : { w1h: long })),
  };
}
