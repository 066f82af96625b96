/** What stands still of the dialect: where it is spoken, what its callers call things, how its events look unparsed. */
import type { FieldNames } from "../../ir/field-names.ts";
import type { JsonObject } from "../../wire/json.ts";
import { oneOf } from "../../wire/name-list.ts";
import type { DialectHeaders, ListedModel, Marks, ModelList, Paths, TokenCount } from "../dialect.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

/** Twice /v1: the SDKs of Messages append it themselves. */
const BEGINNINGS = ["/v1/messages", "/messages", "/v1/v1/messages"];

export const paths: Paths = {
  generate: ["/v1/messages", "/messages"],
  bodyDialect: () => ANTHROPIC_MESSAGES,
  isOwn: (path) => BEGINNINGS.some((start) => path.startsWith(start)),
  upstream: (operation) => (operation === "count-tokens" ? "/messages/count_tokens" : "/messages"),
};

/** Which headers of a Messages caller go upstream, and which every upstream gets. */
export const headers: DialectHeaders = {
  // https://platform.claude.com/docs/en/api/versioning: what every client but the newest SDK sends, and what our decoder knows.
  fixed: { "anthropic-version": "2023-06-01" },
  native: oneOf(["anthropic-*", "idempotency-key"]),
  // A translated body may still hold fields of a beta, where it was a Messages body that only carried a wrapped seal.
  translated: oneOf(["anthropic-beta"]),
};

/** What Anthropic's callers call the fields at the top of a body, where it is not the commonest word. */
export const FIELD_NAMES: FieldNames = {
  parallelCalls: ["tool_choice.disable_parallel_tool_use"],
  stop: ["stop_sequences"],
  reasoning: ["output_config.effort", "thinking.budget_tokens", "thinking"],
  reasoningShown: ["thinking.display"],
  outputShape: ["output_config.format", "output_format"],
};

/** How events look before they are parsed. */
export const marks: Marks = {
  answer: /"type"\s*:\s*"(?:message_|content_block_)/,
  inert: new Set(),
};

/** https://docs.claude.com/en/api/models-list */
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

/** The count of a request's tokens. https://platform.claude.com/docs/en/api/messages-count-tokens */
export const tokenCount: TokenCount = {
  paths: ["/v1/messages/count_tokens", "/messages/count_tokens"],
  isAnswer: (body) => typeof body.input_tokens === "number",
  encode: (tokens) => ({ input_tokens: tokens }),
};
