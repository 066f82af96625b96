/** What Anthropic's callers call the fields at the top of a body, where it is not the commonest word. */
import type { FieldNames } from "../../ir/field-names.ts";

export const FIELD_NAMES: FieldNames = {
  parallelCalls: ["tool_choice.disable_parallel_tool_use"],
  stop: ["stop_sequences"],
  reasoning: ["output_config.effort", "thinking.budget_tokens", "thinking"],
  reasoningShown: ["thinking.display"],
  outputShape: ["output_config.format", "output_format"],
};
