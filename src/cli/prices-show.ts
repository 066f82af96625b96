/** `codeswitch prices show`: what a model costs here, from when on, and who says so. */
import { defineCommand } from "citty";
import { rowAt } from "../cost/compare.ts";
import { namesOf } from "../cost/names.ts";
import type { PriceRow, Rates, Tier } from "../cost/price-table.ts";
import { toggle, word } from "./flags.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { type PricesHere, type PricedTargetHere, pricedTargets, pricesHere } from "./prices-here.ts";
import { table, WIDTH } from "./table.ts";
import { Failure } from "./usage.ts";

export const showCommand = defineCommand({
  meta: {
    name: "show",
    description:
      "What a model costs here, since when, and which table says so. Without MODEL: all of the configuration.",
  },
  args: {
    model: word("MODEL", "A name that callers ask for, or a vendor's own."),
    config: CONFIG_ARG,
    json: toggle("One JSON object a line, which is a file of prices too: pico-dollars (10⁻¹² $) a token."),
  },
  run: async ({ args }) => {
    const here = await pricesHere(args.config);
    const now = Date.now();
    const shown = shownPrices(here, args.model, now);
    if (shown.length === 0) throw new Failure(nothing(args.model));
    if (args.json) {
      for (const { name, row, level, version } of shown)
        if (row) console.log(JSON.stringify({ ...row, target: name, level, version }));
      return;
    }
    const rows = shown.flatMap((one) => lines(one, args.model !== undefined));
    console.log("Dollars per million tokens:");
    console.log(table([HEAD, ...rows], { indent: "  ", width: WIDTH }));
  },
});

const HEAD = ["MODEL", "IN", "OUT", "READ", "WRITE", "SINCE", "FROM"];

interface Shown {
  readonly name: string;
  readonly row?: PriceRow;
  readonly level?: string;
  readonly version?: string;
}

function shownPrices(here: PricesHere, asked: string | undefined, now: number): readonly Shown[] {
  const targets = pricedTargets(here, asked);
  if (targets.length > 0 || asked === undefined) return targets.map((one) => shownTarget(one, now));
  return here.levels().flatMap(({ level, index }) =>
    Object.keys(index.table.vendors).flatMap((vendor) => {
      const found = namesOf(asked).names.flatMap((name) => rowAt(index.rowsOf(vendor, name), now) ?? []);
      return found.slice(0, 1).map((row) => ({ name: `${vendor}: ${row.model}`, row, level, version: index.version }));
    }),
  );
}

function shownTarget({ name, prices }: PricedTargetHere, now: number): Shown {
  const row = rowAt(prices?.rows, now);
  return prices && row ? { name, row, level: prices.level, version: prices.version } : { name };
}

function lines({ name, row, level = "", version = "" }: Shown, isDetailed: boolean): string[][] {
  if (!row) return [[name, "-", "-", "-", "-", "-", "no price: calls are recorded with an unknown cost"]];
  const from = level === version ? `${level}'s prices in the configuration` : `${level} ${version}`;
  const first = [name, ...ratesOf(row), row.from?.slice(0, 10) ?? "-", from];
  return isDetailed ? [first, ...details(row)] : [first];
}

function details(row: PriceRow): string[][] {
  const tier = (one: Tier): string => ("over" in one ? `over ${one.over}` : `from ${one.from}`);
  return [
    ...(row.tiers ?? []).map((one) => [`  ${tier(one)} tokens`, ...ratesOf(one), "", ""]),
    ...Object.entries(row.modes ?? {}).map(([mode, rates]) => [`  ${mode}`, ...ratesOf(rates), "", ""]),
    ...(row.clock ? [[`  × ${row.clock.times} by the hour`, "", "", "", "", "", row.clock.rule]] : []),
    ...Object.entries(row.regions ?? {}).map(([region, times]) => [
      `  × ${times} in ${region}`,
      "",
      "",
      "",
      "",
      "",
      "",
    ]),
  ];
}

const ratesOf = (rates: Rates): string[] => [
  perMillion(rates.in),
  perMillion(rates.out),
  perMillion(rates.read),
  writes(rates),
];

/** 5 minutes / 1 hour / 12 hours, as far as the model has them. */
const writes = ({ w5m, w1h, w12h }: Rates): string =>
  [w5m, w1h, w12h].flatMap((rate) => (rate === undefined ? [] : [perMillion(rate)])).join(" / ") || "-";

export const perMillion = (pico: number | undefined): string => (pico === undefined ? "-" : String(pico / 1e6));

const nothing = (asked: string | undefined): string =>
  asked === undefined
    ? "The configuration names no model. Name one: a vendor's own name will do."
    : `No price is known for ${asked}. Write it at its target: prices: { input: 2, output: 10 } (docs/CONFIG.md).`;
