/** Which prices hold for a target: its own, its provider's, the operator's file, the bundled table. Looked up once a target. */
import type { PricesConfig, ProviderConfig } from "../config/config.ts";
import { isPrivate } from "../wire/host.ts";
import { LIMITS } from "../wire/limits.ts";
import { type Around, modelPrices, type ModelPrices, type PriceLevel, type TargetPrices } from "./model-prices.ts";
import { picoOfPerMillion } from "./money.ts";
import { namesOf } from "./names.ts";
import type { PriceIndex } from "./price-index.ts";
import type { PriceRow } from "./price-table.ts";

export interface PricedTarget {
  readonly provider: Pick<ProviderConfig, "name" | "baseUrl" | "prices">;
  /** An id of the catalog. */
  readonly vendor: string;
  /** The name that the upstream knows. */
  readonly model: string;
  /** Which model it is, where the name does not tell; with the data zone in front, where it is in one: us/gpt-5.4. */
  readonly baseModel?: string;
  readonly prices?: PricesConfig;
}

export interface PriceBook {
  of(target: PricedTarget): TargetPrices;
}

export interface LeveledTable {
  readonly level: PriceLevel;
  readonly index: PriceIndex;
}

/** `levels`: tables, from the one that wins on; asked when the first price is looked up. The last one has every vendor's rules. */
export function priceBook(levels: () => readonly LeveledTable[]): PriceBook {
  // By what is written of prices: two targets of one model may differ in them.
  const known = new WeakMap<object, Map<string, TargetPrices>>();
  return {
    of: (target) => {
      const holder = target.prices ?? target.provider;
      let found = known.get(holder);
      if (!found || found.size >= LIMITS.pricedModelsMax) known.set(holder, (found = new Map()));
      const key = `${target.provider.name}\n${target.model}\n${target.baseModel ?? ""}`;
      let prices = found.get(key);
      if (!prices) found.set(key, (prices = pricesOf(target, levels())));
      return prices;
    },
  };
}

function pricesOf(target: PricedTarget, levels: readonly LeveledTable[]): TargetPrices {
  const models = new Map<string, ModelPrices | undefined>();
  const ownNames = [...(target.baseModel === undefined ? [] : [target.baseModel]), target.model];
  return {
    own: found(target, ownNames, levels, target.prices),
    model: (name) => {
      if (models.has(name)) return models.get(name);
      if (models.size >= LIMITS.pricedModelsMax) models.clear();
      const prices = found(target, [name], levels);
      models.set(name, prices);
      return prices;
    },
  };
}

function found(
  target: PricedTarget,
  names: readonly string[],
  levels: readonly LeveledTable[],
  own?: PricesConfig,
): ModelPrices | undefined {
  const rules = levels.at(-1)?.index.table;
  if (!rules) return undefined;
  const around = { table: rules, ...regionOf(target, rules.vendors[target.vendor]?.hosts, names) };
  const rows = rowsOf(target, names, levels);
  const tools = rows?.rows.at(-1)?.tools;
  if (own) return written(own, target, { ...around, version: "target", level: "target" }, tools);
  const { prices } = target.provider;
  if (prices) return written(prices, target, { ...around, version: "provider", level: "provider" }, tools);
  if (rows) return modelPrices(rows.rows, { ...around, ...rows.from, ...(rows.zoned && { region: "" }) });
  if (!isFree(target, rules.vendors[target.vendor]?.free)) return undefined;
  const free: PriceRow = { vendor: target.vendor, model: "*", in: 0, out: 0, read: 0, w5m: 0, w1h: 0, w12h: 0 };
  return modelPrices([free], { ...around, version: levels.at(-1)?.index.version ?? "", level: "bundled" });
}

interface FoundRows {
  readonly rows: readonly PriceRow[];
  readonly from: Pick<Around, "version" | "level">;
  /** Rows of the data zone itself, which are not multiplied again. */
  readonly zoned: boolean;
}

function rowsOf(
  { vendor }: PricedTarget,
  asked: readonly string[],
  levels: readonly LeveledTable[],
): FoundRows | undefined {
  for (const { level, index } of levels)
    for (const model of asked) {
      const { names, zone } = namesOf(model);
      const from = { version: index.version, level };
      for (const name of names) {
        const zoned = zone === undefined ? undefined : index.rowsOf(vendor, `${zone}/${name}`);
        if (zoned) return { rows: zoned, from, zoned: true };
        const rows = index.rowsOf(vendor, name);
        if (rows) return { rows, from, zoned: false };
      }
    }
  return undefined;
}

/** A price list in the configuration is whole: what it leaves out is said to cost as the next shorter one. */
function written(
  prices: PricesConfig,
  { vendor, model }: PricedTarget,
  around: Around,
  tools: PriceRow["tools"],
): ModelPrices {
  const input = picoOfPerMillion(prices.input);
  const write = prices.cacheWrite === undefined ? input : picoOfPerMillion(prices.cacheWrite);
  const hour = prices.cacheWrite1h === undefined ? write : picoOfPerMillion(prices.cacheWrite1h);
  const row: PriceRow = {
    vendor,
    model,
    in: input,
    out: picoOfPerMillion(prices.output),
    read: prices.cacheRead === undefined ? input : picoOfPerMillion(prices.cacheRead),
    w5m: write,
    w1h: hour,
    w12h: prices.cacheWrite12h === undefined ? hour : picoOfPerMillion(prices.cacheWrite12h),
    ...(tools && { tools }),
  };
  const { table, version, level } = around;
  return flat(modelPrices([row], { table, version, level }));
}

/** One price for every tier of service. */
function flat(prices: ModelPrices): ModelPrices {
  return {
    ...prices,
    at: (ms) => {
      const moment = prices.at(ms);
      return moment && { ...moment, mode: () => moment.mode(undefined), times: () => 1 };
    },
  };
}

function regionOf(
  { provider }: PricedTarget,
  hosts: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
): Pick<Around, "region"> {
  const zone = names.map((name) => namesOf(name).zone).find((name) => name !== undefined);
  const region = zone ?? hosts?.[hostOf(provider.baseUrl)];
  return region === undefined ? {} : { region };
}

/** What runs on a machine of one's own costs no vendor's money; the same program at a host of others may. */
function isFree({ provider: { baseUrl } }: PricedTarget, free: "local" | "always" | undefined): boolean {
  if (free === "always") return true;
  return free === "local" && (baseUrl === "" || isPrivate(hostOf(baseUrl)));
}
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");
