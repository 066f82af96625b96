/** https://platform.openai.com/docs/api-reference/responses/create */
import type { Range, Traits } from "../traits.ts";
import { OPENAI_TRAITS } from "../openai-traits.ts";

// Azure refuses call ids of more than 64 characters.
export const traits: Traits = { ...OPENAI_TRAITS, imageResults: true, callIdLengthMax: 64, stop: false };

export const range: Range = {
  thinking: "effort",
  summaries: (ofModel) => ofModel,
  verbosity: true,
  truncation: true,
  replaysReasoning: false,
  // "integer below minimum value. Expected a value >= 16"; clients probe a key with a limit of 1.
  outputMin: 16,
};
