/** What Responses callers call the fields at the top of a body, Cursor's mixtures included; in the order in which they are read. */
import type { FieldNames } from "../../ir/field-names.ts";

export const FIELD_NAMES: FieldNames = {
  conversation: ["input", "messages"],
  maxTokens: ["max_output_tokens", "max_completion_tokens", "max_tokens"],
  stop: ["stop", "stop_sequences"],
  reasoning: ["reasoning.effort", "reasoning_effort", "reasoning"],
  outputShape: ["text.format", "response_format"],
  verbosity: ["text.verbosity"],
};
