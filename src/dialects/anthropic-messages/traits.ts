/** https://platform.claude.com/docs/en/api/messages. Which models know system turns is in their rows (providers/model-rows.ts). */
import type { Range, Traits } from "../traits.ts";
import { OPENAI_TRAITS } from "../openai-traits.ts";

export const traits: Traits = {
  ...OPENAI_TRAITS,
  developerRole: false,
  midSystem: false,
  customTools: false,
  maxTokensField: "max_tokens",
  // "input_schema does not support oneOf, allOf, or anyOf at the top level".
  toolSchemas: { notAtTop: new Set(["oneOf", "anyOf", "allOf"]), needsItems: false },
  imageResults: true,
  effortField: "none",
  cacheKey: false,
  callIdLengthMax: 64,
};

export const range: Range = {
  thinking: "budget",
  summaries: () => ["summarized"],
  verbosity: false,
  truncation: false,
  replaysReasoning: false,
  // What most clients send: room enough for thinking and an answer.
  outputDefault: 32_000,
  temperatureMax: 1,
};
