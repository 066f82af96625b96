/** https://docs.claude.com/en/api/models-list */
import type { JsonObject } from "../../wire/json.ts";
import type { ListedModel, ModelList } from "../dialect.ts";

const model = ({ id, title, createdMs }: ListedModel): JsonObject => ({
  type: "model",
  id,
  display_name: title,
  created_at: new Date(createdMs).toISOString(),
});

export const modelList: ModelList = {
  // Anthropic's SDKs always send their version.
  isAsked: (headers) => headers.has("anthropic-version"),
  one: model,
  all: (models) => ({
    data: models.map(model),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
};
