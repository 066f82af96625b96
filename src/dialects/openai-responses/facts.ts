/** What stands still of the dialect: where it is spoken, what its callers call things, how its events look unparsed. */
import type { FieldNames } from "../../ir/field-names.ts";
import { oneOf } from "../../wire/name-list.ts";
import { deploymentPath } from "../deployment.ts";
import type { DialectHeaders, Marks, Paths } from "../dialect.ts";
import { OPENAI_RESPONSES } from "./id.ts";

/** Where Responses callers post, at the gateway and at an upstream. */
const PLAIN = ["/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses"];

export const paths: Paths = {
  generate: [...PLAIN, deploymentPath("/responses")],
  webSocket: PLAIN,
  bodyDialect: () => OPENAI_RESPONSES,
  isOwn: (path) => path.split("/").includes("responses"),
  upstream: () => "/responses",
};

/** Which headers of a Responses caller go upstream. */
export const headers: DialectHeaders = {
  fixed: {},
  native: oneOf(["openai-beta", "idempotency-key", "x-client-request-id", "x-openai-internal-codex-responses-lite"]),
  translated: oneOf([]),
};

/** What Responses callers call the fields at the top of a body, Cursor's mixtures included; in the order in which they are read. */
export const FIELD_NAMES: FieldNames = {
  conversation: ["input", "messages"],
  maxTokens: ["max_output_tokens", "max_completion_tokens", "max_tokens"],
  stop: ["stop", "stop_sequences"],
  reasoning: ["reasoning.effort", "reasoning_effort", "reasoning"],
  outputShape: ["text.format", "response_format"],
  verbosity: ["text.verbosity"],
};

/** How events look before they are parsed. */
export const marks: Marks = {
  answer: /"type"\s*:\s*"response\./,
  // Not item_id: an item is found by it where two share an index.
  inert: new Set(["sequence_number", "obfuscation"]),
};
