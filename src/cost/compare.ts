/** Two tables of prices, model by model: what differs at a moment. */
import type { PriceIndex } from "./price-index.ts";
import type { PriceRow, Rates, Tier } from "./price-table.ts";
import { RATES } from "./rates.ts";

export interface Difference {
  readonly vendor: string;
  readonly model: string;
  /** in, out, read …; with the bound of a tier behind it: `in >200000`. */
  readonly rate: string;
  /** Pico-dollars a token. undefined: there is none. */
  readonly ours: number | undefined;
  readonly theirs: number | undefined;
}

/** Of the models that both have, and of what the other says. What it does not say is no contradiction. */
export function differences(ours: PriceIndex, theirs: PriceIndex, at: number): readonly Difference[] {
  return modelsOf(theirs).flatMap(({ vendor, model }) => {
    const [here, there] = [ours, theirs].map((index) => rowAt(index.rowsOf(vendor, model), at));
    return here && there ? between(here, there).map((found) => ({ vendor, model, ...found })) : [];
  });
}

export function modelsOf({ table }: PriceIndex): readonly Pick<PriceRow, "vendor" | "model">[] {
  const seen = new Map(table.rows.map(({ vendor, model }) => [`${vendor}/${model}`, { vendor, model }]));
  return [...seen.values()];
}

export const rowAt = (rows: readonly PriceRow[] | undefined, at: number): PriceRow | undefined =>
  rows?.findLast(
    ({ from, until }) =>
      (from === undefined || Date.parse(from) <= at) && (until === undefined || at < Date.parse(until)),
  );

type Found = Omit<Difference, "vendor" | "model">;

function between(ours: PriceRow, theirs: PriceRow): readonly Found[] {
  const found = rates(ours, theirs, "");
  for (const tier of theirs.tiers ?? []) {
    const twin = ours.tiers?.find((one) => shownBound(one) === shownBound(tier));
    if (twin) found.push(...rates(twin, tier, ` ${shownBound(tier)}`));
    else found.push({ rate: `in ${shownBound(tier)}`, ours: undefined, theirs: tier.in });
  }
  return found;
}

const shownBound = (tier: Tier): string => ("over" in tier ? `>${tier.over}` : `≥${tier.from}`);

function rates(ours: Rates, theirs: Rates, behind: string): Found[] {
  return RATES.filter((rate) => theirs[rate] !== undefined && theirs[rate] !== ours[rate]).map((rate) => ({
    rate: `${rate}${behind}`,
    ours: ours[rate],
    theirs: theirs[rate],
  }));
}
