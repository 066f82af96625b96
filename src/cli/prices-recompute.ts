/** `codeswitch prices recompute`: past calls at the prices that are known now, each at the moment when it ended. */
import { defineCommand } from "citty";
import { shownDollars } from "../cost/money.ts";
import { repriced } from "../cost/reprice.ts";
import type { RepricedRow } from "../store/store.ts";
import type { CallRow } from "../store/call-row.ts";
import { vendorOf } from "../providers/catalog.ts";
import { withCalls } from "./calls-here.ts";
import { flag, toggle } from "./flags.ts";
import { momentOf } from "./moment.ts";
import { type PricesHere, pricesHere } from "./prices-here.ts";
import { CONFIG_ARG } from "./surroundings.ts";

export const recomputeCommand = defineCommand({
  meta: { name: "recompute", description: "Price remembered calls again, after prices were corrected." },
  args: {
    config: CONFIG_ARG,
    since: flag("MOMENT", "Calls from then on: 12h, 7d, 2026-11-01. Default: all."),
    until: flag("MOMENT", "Up to then. Default: now."),
    "dry-run": toggle("Say what would change, and change nothing."),
  },
  run: async ({ args }) => {
    const here = await pricesHere(args.config);
    const now = Date.now();
    const span = {
      from: args.since === undefined ? 0 : momentOf("--since", args.since, now),
      to: args.until === undefined ? now + 1 : momentOf("--until", args.until, now),
    };
    const change = { rows: 0, nano: 0, unknown: 0 };
    const priced = (row: CallRow): RepricedRow | undefined => {
      const next = repricedHere(here, row);
      if (!next || (next.cost_nano === row.cost_nano && next.priced === row.priced)) return undefined;
      change.rows++;
      change.nano += (next.cost_nano ?? 0) - (row.cost_nano ?? 0);
      if (next.cost_nano === null) change.unknown++;
      return args["dry-run"] ? undefined : next;
    };
    const { seen } = await withCalls(args.config, (calls) => calls.reprice(span, priced));
    const sign = change.nano < 0 ? "-" : "+";
    const by = `${sign}${shownDollars(Math.abs(change.nano))}`;
    const words = args["dry-run"] ? "would change" : "changed";
    console.log(`${change.rows} of ${seen} calls ${words}, by ${by} together.`);
    if (change.unknown > 0) console.log(`The price of ${change.unknown} of them is not known any more.`);
  },
});

/** undefined: its provider is not in the configuration any more, or nothing was reported: what was recorded stays. */
function repricedHere({ config, book }: PricesHere, row: CallRow): RepricedRow | undefined {
  const provider = config.providers[row.provider ?? ""];
  if (!provider || row.model_served === null) return undefined;
  const entry = config.models.find(({ name }) => name === row.model_entry);
  const target = entry?.targets.find(
    (one) => one.provider === provider.name && (one.model === row.model_served || one.model === "*"),
  );
  const of = {
    provider,
    vendor: vendorOf(provider).id,
    model: row.model_served,
    ...(target?.baseModel !== undefined && { baseModel: target.baseModel }),
    ...(target?.prices && { prices: target.prices }),
  };
  return repriced(row, book.of(of));
}
