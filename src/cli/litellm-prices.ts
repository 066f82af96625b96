/** Entries of LiteLLM's price file as rows of ours. */
import type { PriceRow, Rates, Tier, TieredRates } from "../cost/price-table.ts";
import { boundOf, boundsOf, RATES, scaled, scaledTiers } from "../cost/rates.ts";

export type Entry = Readonly<Record<string, unknown>>;

/** Its providers, and ours. The later give way to the earlier where both have a model. */
export const VENDOR_OF: Readonly<Record<string, string>> = {
  openai: "openai",
  azure: "azure",
  azure_ai: "azure",
  anthropic: "anthropic",
  moonshot: "kimi",
  deepseek: "deepseek",
  groq: "groq",
  mistral: "mistral",
  xai: "xai",
  gemini: "gemini",
};

const FIELDS: Readonly<Record<keyof Rates, string>> = {
  in: "input_cost_per_token",
  out: "output_cost_per_token",
  read: "cache_read_input_token_cost",
  w5m: "cache_creation_input_token_cost",
  w1h: "cache_creation_input_token_cost_above_1hr",
  w12h: "cache_creation_input_token_cost_above_12hr",
};
const MODES: Readonly<Record<string, string>> = {
  batch: "_batches",
  flex: "_flex",
  priority: "_priority",
  ultrafast: "_ultrafast",
};
/** Its prices are doubles of dollars a token: 1.25e-07 is 125,000 pico-dollars. */
const pico = (dollars: number): number => Math.round(dollars * 1e12);

function rowOfEntry(name: string, entry: Entry): PriceRow | undefined {
  const vendor = VENDOR_OF[String(entry.litellm_provider)];
  if (vendor === undefined || !["chat", "responses"].includes(String(entry.mode))) return undefined;
  const base = ratesOf(entry, "");
  // An experiment, or a thing that is billed otherwise. What costs nothing is not known to cost nothing.
  if (!base || base.in === 0 || base.out === 0) return undefined;
  const model = name
    .toLowerCase()
    .replace(/^(azure|azure_ai|anthropic|moonshot|deepseek|groq|mistral|xai|gemini|openai)\//, "")
    .replace(/^(global|global-standard)\//, "");
  const plain = tiered(entry, vendor, base, "");
  const off = entry.off_peak_pricing as Entry | undefined;
  const row: PriceRow = { vendor, model, ...plain };
  return {
    ...row,
    ...(off && {
      ...offPeak(row, off),
      clock: { rule: "peak", times: row.in / pico(off.input_cost_per_token as number) },
    }),
    ...modesOf(entry, row),
    ...regionsOf(entry),
    ...toolsOf(entry),
  };
}

function ratesOf(entry: Entry, suffix: string): Rates | undefined {
  const found: Partial<Record<keyof Rates, number>> = {};
  for (const rate of RATES) {
    const dollars = entry[`${FIELDS[rate]}${suffix}`];
    // A write at 0 is a write that is not billed apart: it is not reported either, and if it is, it was input.
    if (typeof dollars === "number" && (dollars > 0 || rate === "in" || rate === "out")) found[rate] = pico(dollars);
  }
  // A write that is cheaper than reading nothing from a cache is a read under the wrong name (gpt-4o of a data zone).
  for (const write of ["w5m", "w1h", "w12h"] as const)
    if (found.in !== undefined && (found[write] ?? Infinity) < found.in) delete found[write];
  return found.in === undefined || found.out === undefined ? undefined : (found as Rates);
}

const THRESHOLDS = [100, 128, 200, 272];

/** "≥ 200k" at one vendor, "> 200k" at every other: the table keeps which. */
function tiered(entry: Entry, vendor: string, base: Rates, suffix: string): TieredRates {
  const tiers = THRESHOLDS.flatMap((thousands): Tier[] => {
    const rates = ratesOf(entry, `_above_${thousands}k_tokens${suffix}`);
    if (!rates) return [];
    const at = thousands * 1000;
    return [{ ...(vendor === "xai" ? { from: at } : { over: at }), ...filled(rates, base, base) }];
  });
  return tiers.length > 0 ? { ...base, tiers } : base;
}

/** A rate that `rates` lacks and `model` has, in the ratio of what goes in. */
function filled(rates: Rates, of: Rates, model: Rates): Rates {
  const full: Partial<Record<keyof Rates, number>> = {};
  for (const rate of RATES) {
    const [own, base] = [rates[rate], of[rate]];
    if (model[rate] === undefined && own === undefined) continue;
    if (base === undefined) {
      if (own !== undefined) full[rate] = own;
      continue;
    }
    const exact = (base * rates.in) / of.in;
    // 0.13 printed for 0.125.
    full[rate] = own === undefined || isRounded(own, exact) ? Math.round(exact) : own;
  }
  return full as Rates;
}

const isRounded = (own: number, exact: number): boolean =>
  Number(exact.toPrecision(2)) === own ||
  (Math.abs(own - exact) <= 5_000 && own % 10_000 === 0 && exact % 10_000 !== 0);

function modesOf(entry: Entry, row: PriceRow): Pick<PriceRow, "modes"> {
  const modes: Record<string, TieredRates> = {};
  for (const [mode, suffix] of Object.entries(MODES)) {
    const rates = ratesOf(entry, suffix);
    if (!rates) continue;
    const base = filled(rates, row, row);
    const own = tiered(entry, row.vendor, base, suffix).tiers ?? [];
    // A mode whose long calls have no price of their own: in the ratio of the standard ones.
    const tiers = (row.tiers ?? []).map(
      (tier): Tier =>
        own.find((one) => boundOf(one) === boundOf(tier)) ?? { ...boundsOf(tier), ...scaled(tier, base.in / row.in) },
    );
    modes[mode] = tiers.length > 0 ? { ...base, tiers } : base;
  }
  const fast = (entry.provider_specific_entry as Entry | undefined)?.fast;
  if (typeof fast === "number") modes.fast = scaledTiers(row, fast);
  return Object.keys(modes).length > 0 ? { modes } : {};
}

/** Its price is the one of the peak, ours the one outside. */
function offPeak(row: PriceRow, off: Entry): Rates {
  const rates = ratesOf(off, "");
  if (!rates) throw new Error(`${row.model}: off-peak without rates`);
  return rates;
}

function regionsOf(entry: Entry): Pick<PriceRow, "regions"> {
  const named = (entry.provider_specific_entry ?? {}) as Entry;
  const found: Record<string, number> = {};
  for (const region of ["us", "eu"])
    for (const value of [named[region], entry[`regional_processing_uplift_multiplier_${region}`]])
      if (typeof value === "number") found[region] = value;
  return Object.keys(found).length > 0 ? { regions: found } : {};
}

function toolsOf(entry: Entry): Pick<PriceRow, "tools"> {
  const search = entry.search_context_cost_per_query as Entry | undefined;
  const each = search?.search_context_size_medium;
  return typeof each === "number" ? { tools: { web_search_requests: pico(each) } } : {};
}

/** Whether a JSON file is LiteLLM's: entries by name, each with its provider. */
export const isLitellm = (parsed: unknown): parsed is Readonly<Record<string, Entry>> =>
  typeof parsed === "object" &&
  parsed !== null &&
  !Array.isArray(parsed) &&
  !("rows" in parsed) &&
  Object.values(parsed).some((entry) => typeof entry === "object" && entry !== null && "litellm_provider" in entry);

/** Rows without dates: the file says what holds now. */
export function litellmRows(entries: Readonly<Record<string, Entry>>): readonly PriceRow[] {
  const order = Object.keys(VENDOR_OF);
  const found = new Map<string, PriceRow>();
  const sorted = Object.entries(entries).sort(
    ([, one], [, other]) => order.indexOf(String(one.litellm_provider)) - order.indexOf(String(other.litellm_provider)),
  );
  for (const [name, entry] of sorted) {
    const row = rowOfEntry(name, entry);
    if (row && !found.has(`${row.vendor}/${row.model}`)) found.set(`${row.vendor}/${row.model}`, row);
  }
  return [...found.values()];
}
