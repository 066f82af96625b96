/** https://platform.claude.com/docs/en/api/messages. Which models know system turns is in their rows (providers/model-rows.ts). */
import type { Traits } from "../traits.ts";
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
