/** `codeswitch prices check`: models without a price, and what another list says otherwise. */
import { defineCommand } from "citty";
import { differences } from "../cost/compare.ts";
import { priceIndex } from "../cost/price-index.ts";
import { word } from "./flags.ts";
import { pricedTargets, pricesHere } from "./prices-here.ts";
import { perMillion } from "./prices-show.ts";
import { priceSource } from "./price-source.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { Failure } from "./usage.ts";

export const checkCommand = defineCommand({
  meta: {
    name: "check",
    description:
      "Say which models of the configuration have no price, and where FILE or URL (ours or LiteLLM's) says another one.",
  },
  args: {
    source: word(
      "FILE",
      "Another list of prices: a file, or an address. Absent: only models without a price are told.",
    ),
    config: CONFIG_ARG,
  },
  run: async ({ args }) => {
    const here = await pricesHere(args.config);
    const now = Date.now();
    const targets = pricedTargets(here);
    const unknown = targets.filter(({ prices }) => prices?.at(now) === undefined);
    const other = args.source === undefined ? undefined : priceIndex(await priceSource(args.source), "");
    // A model that the operator's file has is not asked of the bundled table.
    const found = new Map(
      here
        .levels()
        .toReversed()
        .flatMap(({ index }) => (other ? differences(index, other, now) : []))
        .map((one) => [`${one.vendor}/${one.model} ${one.rate}`, one]),
    );
    for (const { name } of unknown)
      console.log(
        `${name}: no price. Write it at its target: prices: { input: 2, output: 10 }, or name its base_model.`,
      );
    for (const [name, { ours, theirs }] of found)
      console.log(`${name}: ${perMillion(ours)} here, ${perMillion(theirs)} there ($ per million tokens)`);
    if (unknown.length + found.size > 0) throw new Failure("");
    console.log(`${targets.length} targets have a price${other ? ", and nothing differs" : ""}.`);
  },
});
