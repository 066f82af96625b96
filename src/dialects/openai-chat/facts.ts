/** What stands still of the dialect: where it is spoken, what its callers call things, how its events look unparsed. */
import type { DialectId } from "../../ir/dialect-id.ts";
import type { FieldNames } from "../../ir/field-names.ts";
import { isList, type JsonObject } from "../../wire/json.ts";
import { oneOf } from "../../wire/name-list.ts";
import { deploymentPath } from "../deployment.ts";
import type { DialectHeaders, ListedModel, Marks, ModelList, Paths } from "../dialect.ts";
import { OPENAI_CHAT } from "./id.ts";

/** Where Chat callers post, at the gateway and at an upstream. */
export const paths: Paths = {
  generate: [
    "/v1/chat/completions",
    "/chat/completions",
    "/openai/v1/chat/completions",
    "/cursor/chat/completions",
    "/cursor/v1/chat/completions",
    deploymentPath("/chat/completions"),
  ],
  bodyDialect,
  isOwn: (path) => path.endsWith("/chat/completions"),
  upstream: () => "/chat/completions",
};

/** Cursor posts Responses bodies to the Chat path and wants Chat chunks back. Anthropic blocks and tools in a Chat body are read by the Chat decoder. */
function bodyDialect(body: JsonObject): DialectId {
  const isResponses = body.input !== undefined && !(isList(body.messages) && body.messages.length > 0);
  return isResponses ? "openai-responses" : OPENAI_CHAT;
}

/** Which headers of a Chat caller go upstream. */
export const headers: DialectHeaders = {
  fixed: {},
  native: oneOf(["openai-beta", "idempotency-key", "x-client-request-id"]),
  translated: oneOf([]),
};

/** What Chat callers call the fields at the top of a body, Cursor's mixtures included; in the order in which they are read. */
export const FIELD_NAMES: FieldNames = {
  toolChoice: ["tool_choice", "function_call"],
  parallelCalls: ["parallel_tool_calls", "tool_choice.disable_parallel_tool_use"],
  maxTokens: ["max_completion_tokens", "max_tokens", "max_output_tokens"],
  stop: ["stop", "stop_sequences"],
  reasoning: [
    "reasoning_effort",
    "reasoning.effort",
    "output_config.effort",
    "thinking.budget_tokens",
    "reasoning.max_tokens",
    "thinking",
    "reasoning",
  ],
  reasoningShown: ["reasoning.summary", "reasoning.generate_summary", "reasoning.exclude", "thinking.display"],
  outputShape: ["response_format", "text.format", "output_config.format"],
  verbosity: ["verbosity", "text.verbosity"],
};

/** How chunks look before they are parsed. */
const ANSWER = /"choices"\s*:\s*\[\s*\{/;
const USAGE = /"usage"\s*:\s*\{/;

export const marks: Marks = {
  answer: ANSWER,
  isUsageOnly: (event) => USAGE.test(event) && !ANSWER.test(event),
  inert: new Set(["id", "created", "model", "obfuscation", "system_fingerprint"]),
};

/** https://platform.openai.com/docs/api-reference/models/list */
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
