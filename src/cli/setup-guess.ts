/** Models where no gateway runs that could be asked: as this folder's configuration has them. */
import type { Config } from "../config/config.ts";
import { catalogueOf } from "../http/list-models.ts";
import { GatewayError } from "../ir/error.ts";
import { listedModels, plan } from "../routing/plan.ts";
import type { Connection } from "../setup/setup.ts";
import type { Address } from "./find-gateway.ts";
import { UsageError } from "./usage.ts";

/** Throws UsageError where none can be chosen, or the chosen one is nobody's. */
export function guess(
  config: Config,
  { url, isNamed }: Address,
  model: string | undefined,
): Omit<Connection, "url" | "key"> {
  if (isNamed) {
    if (model !== undefined) return { models: [model], model };
    throw new UsageError(`Nothing answers at ${url}, so that its models are not known. Name one: --model NAME`);
  }
  const models = listedModels(config).map(({ name }) => name);
  const chosen = model ?? models[0];
  if (chosen === undefined)
    throw new UsageError(
      "The configuration lists no model without a *, so that none can be chosen. Name one: --model NAME",
    );
  refuseUnknown(config, chosen);
  return { models, model: chosen, catalogue: catalogueOf(config, models) };
}

function refuseUnknown(config: Config, name: string): void {
  try {
    plan(config, name);
  } catch (error) {
    if (error instanceof GatewayError) throw new UsageError(`--model: ${error.message}`);
    throw error;
  }
}
