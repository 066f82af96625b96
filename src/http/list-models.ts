/** The list of models, in the shape that the caller's client reads. */
import { picksOwnNames, readsMessages } from "../clients/client.ts";
import { listedIds, nameListed } from "../clients/claude-code.ts";
import { catalogueRow, type Known } from "../clients/codex.ts";
import type { Config, KeyConfig } from "../config/config.ts";
import { listedModels, type Plan, plan } from "../routing/plan.ts";
import type { Target } from "../routing/target.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Exchange, Handler } from "./exchange.ts";

export const listModels: Handler = (exchange) => {
  const { config, sightings } = exchange.gateway;
  const { key } = exchange.caller;
  const names = listedModels(config, key, sightings).map((model) => model.name);
  const list = shapeFor(exchange).list(picksOwnNames(exchange.client) ? listedIds(names) : names);
  return Response.json(asksForCatalogue(exchange) ? { ...list, models: catalogueOf(config, names, key) } : list);
};

export const oneModel: Handler = (exchange) => {
  const name = exchange.captured;
  plan(exchange.gateway.config, name, exchange.caller.key);
  return Response.json(shapeFor(exchange).one(name));
};

/** Codex says its version when it wants its own list beside the one of the SDKs: `GET /models?client_version=0.169.0`. */
const asksForCatalogue = ({ request }: Exchange): boolean => new URL(request.url).searchParams.has("client_version");

export const catalogueOf = (config: Config, names: readonly string[], key?: KeyConfig): readonly JsonObject[] =>
  names.map((name, at) => catalogueRow(knownOf(name, plan(config, name, key)), at + 1));

function knownOf(name: string, { targets, forcedEffort }: Plan): Known {
  // A plan is never without a target.
  const { capabilities, config } = targets[0] as Target;
  // Clients make room for what goes in.
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

interface Shape {
  one(name: string): JsonObject;
  list(names: readonly string[]): JsonObject;
}

const shapeFor = ({ request }: Exchange): Shape => (readsMessages(request.headers) ? MESSAGES_SHAPE : CHAT_SHAPE);

/** Clients demand a date, and a gateway's names have none. */
const CREATED_MS = Date.UTC(2026, 0, 1);

/** https://platform.openai.com/docs/api-reference/models/list */
const chatModel = (name: string): JsonObject => ({
  id: name,
  object: "model",
  created: CREATED_MS / 1000,
  owned_by: "codeswitch",
});
const CHAT_SHAPE: Shape = { one: chatModel, list: (names) => ({ object: "list", data: names.map(chatModel) }) };

/** https://docs.claude.com/en/api/models-list */
const messagesModel = (id: string): JsonObject => ({
  type: "model",
  id,
  display_name: nameListed(id),
  created_at: new Date(CREATED_MS).toISOString(),
});
const MESSAGES_SHAPE: Shape = {
  one: messagesModel,
  list: (names) => ({
    data: names.map(messagesModel),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
};
