/** The list of models, in the shape that the caller's client reads. */
import { picksOwnNames } from "../clients/client.ts";
import { listedIds, nameListed } from "../clients/claude-code.ts";
import { catalogueRow, type Known } from "../clients/codex.ts";
import type { Config, KeySettings } from "../config/config.ts";
import type { ListedModel, ModelList } from "../dialects/dialect.ts";
import { DIALECTS, FALLBACK } from "../dialects/index.ts";
import { listedModels, type Plan, plan } from "../routing/plan.ts";
import type { Target } from "../routing/target.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Exchange, Handler } from "./exchange.ts";

export const listModels: Handler = (exchange) => {
  const { config, sightings } = exchange.gateway;
  const { key } = exchange.caller;
  const names = listedModels(config, key, sightings).map((model) => model.name);
  const list = listFor(exchange).all((picksOwnNames(exchange.client) ? listedIds(names) : names).map(listed));
  return Response.json(asksForCatalogue(exchange) ? { ...list, models: catalogueOf(config, names, key) } : list);
};

export const oneModel: Handler = (exchange) => {
  const name = exchange.captured;
  plan(exchange.gateway.config, name, exchange.caller.key);
  return Response.json(listFor(exchange).one(listed(name)));
};

/** Codex sends its version, and gets its own list beside the one for SDKs: `GET /models?client_version=0.169.0`. */
const asksForCatalogue = ({ request }: Exchange): boolean => new URL(request.url).searchParams.has("client_version");

export const catalogueOf = (config: Config, names: readonly string[], key?: KeySettings): readonly JsonObject[] =>
  names.map((name, at) => catalogueRow(knownOf(name, plan(config, name, key)), at + 1));

function knownOf(name: string, { targets, forcedEffort }: Plan): Known {
  // A plan is never without a target.
  const { capabilities, config } = targets[0] as Target;
  // Clients size their context by what may go in.
  const contextTokens = capabilities.inputTokens ?? capabilities.contextTokens;
  return {
    name,
    efforts: forcedEffort === undefined ? capabilities.efforts : [forcedEffort],
    usual: [forcedEffort, config.effort, capabilities.effortDefault],
    verbosities: capabilities.verbosities,
    ...(contextTokens !== undefined && { contextTokens }),
    images: capabilities.traits.images,
  };
}

const listFor = ({ request }: Exchange): ModelList =>
  MODEL_LISTS.find(({ isAsked }) => isAsked?.(request.headers)) ?? FALLBACK.modelList;
const MODEL_LISTS = Object.values(DIALECTS).flatMap(({ modelList }) => modelList ?? []);

/** Clients require a date, and the gateway's names have none. */
const CREATED_MS = Date.UTC(2026, 0, 1);

const listed = (id: string): ListedModel => ({ id, title: nameListed(id), createdMs: CREATED_MS });
