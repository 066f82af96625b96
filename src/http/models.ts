/** The list of models, in the shape that the caller's client reads. */
import { readsMessages } from "../clients/client.ts";
import { listedModels, plan } from "../routing/plan.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Exchange, Handler } from "./exchange.ts";

export const listModels: Handler = (exchange) => {
  const names = listedModels(exchange.gateway.config, exchange.caller.key).map((model) => model.name);
  return Response.json(shapeFor(exchange).list(names));
};

export const oneModel: Handler = (exchange) => {
  const name = exchange.captured[0] ?? "";
  plan(exchange.gateway.config, name, exchange.caller.key);
  return Response.json(shapeFor(exchange).one(name));
};

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
const messagesModel = (name: string): JsonObject => ({
  type: "model",
  id: name,
  display_name: name,
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
