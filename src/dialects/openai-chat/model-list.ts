/** https://platform.openai.com/docs/api-reference/models/list */
import type { JsonObject } from "../../wire/json.ts";
import type { ListedModel, ModelList } from "../dialect.ts";

const model = ({ id, createdMs }: ListedModel): JsonObject => ({
  id,
  object: "model",
  created: createdMs / 1000,
  owned_by: "codeswitch",
});

export const modelList = {
  one: model,
  all: (models) => ({ object: "list", data: models.map(model) }),
} satisfies ModelList;
