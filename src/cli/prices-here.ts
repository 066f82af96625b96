/** The prices of this folder's configuration, as a gateway started here would have them. */
import type { Config } from "../config/config.ts";
import { openPrices, type OpenPrices, pricesPath } from "../cost/price-files.ts";
import type { ModelPrices } from "../cost/model-prices.ts";
import { pricedOf } from "../relay/close.ts";
import { reached } from "../routing/plan.ts";
import type { Target } from "../routing/target.ts";
import { dataHere } from "./data.ts";
import { complain, paint } from "./paint.ts";
import { loadHere } from "./surroundings.ts";
import { Failure } from "./usage.ts";

export interface PricesHere extends OpenPrices {
  readonly config: Config;
  readonly dataDir: string;
}

export async function pricesHere(file: string | undefined): Promise<PricesHere> {
  const config = loadHere(file, {});
  const { dataDir } = dataHere(file);
  const warn = (message: string): void => complain(`${paint("!", process.stderr)} ${message}`);
  const open = await openPrices({ ...pricesPath(config), dataDir }, warn).catch((error: Error) => {
    throw new Failure(error.message);
  });
  return { ...open, config, dataDir };
}

export interface PricedTargetHere {
  readonly target: Target;
  /** provider/model */
  readonly name: string;
  readonly prices: ModelPrices | undefined;
}

/** Each target that a name of the configuration leads to, once. Patterns lead to as many as callers ask for. */
export function pricedTargets({ config, book }: PricesHere, asked?: string): readonly PricedTargetHere[] {
  const names =
    asked === undefined ? config.models.map(({ name }) => name).filter((name) => !name.includes("*")) : [asked];
  const found = new Map<string, PricedTargetHere>();
  for (const target of names.flatMap((name) => reached(config, name))) {
    const name = `${target.provider.name}/${target.model}`;
    if (!found.has(name)) found.set(name, { target, name, prices: book.of(pricedOf(target)).own });
  }
  return [...found.values()];
}
