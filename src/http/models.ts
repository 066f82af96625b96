/** The list of models, in the shape that the caller's client reads. */
import type { ModelConfig } from "../config/config.ts";
import { listedModels, plan } from "../routing/plan.ts";
import type { Exchange, Handler } from "./exchange.ts";

/** 2026-01-01, for clients that demand a date. A gateway's names have none. */
const CREATED_SECONDS = 1_767_225_600;

export const listModels: Handler = (exchange) => {
  const models = listedModels(exchange.gateway.config, exchange.caller.key);
  return Response.json(wantsAnthropic(exchange) ? anthropicList(models) : openaiList(models));
};

export const oneModel: Handler = (exchange) => {
  const name = exchange.captured[0] ?? "";
  plan(exchange.gateway.config, name, exchange.caller.key);
  return Response.json(wantsAnthropic(exchange) ? anthropicModel(name) : openaiModel(name));
};

/** Anthropic's SDKs always send their version. */
const wantsAnthropic = ({ request, path }: Exchange): boolean =>
  request.headers.has("anthropic-version") && !path.startsWith("/cursor/");

const openaiModel = (id: string) => ({ id, object: "model", created: CREATED_SECONDS, owned_by: "codeswitch" });
const openaiList = (models: readonly ModelConfig[]) => ({
  object: "list",
  data: models.map((model) => openaiModel(model.name)),
});

const anthropicModel = (id: string) => ({
  type: "model",
  id,
  display_name: id,
  created_at: new Date(CREATED_SECONDS * 1000).toISOString(),
});
const anthropicList = (models: readonly ModelConfig[]) => ({
  data: models.map((model) => anthropicModel(model.name)),
  has_more: false,
  first_id: models[0]?.name ?? null,
  last_id: models.at(-1)?.name ?? null,
});
