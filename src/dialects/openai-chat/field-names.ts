/** What Chat callers call the fields at the top of a body, Cursor's mixtures included; in the order in which they are read. */
import type { FieldNames } from "../../ir/field-names.ts";

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
