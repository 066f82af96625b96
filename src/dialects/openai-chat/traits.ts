/** Chat as most vendors have it: OpenAI's of 2024. A field that only some know is not sent. */
import type { Range, Traits } from "../traits.ts";
import { OPENAI_TRAITS } from "../openai-traits.ts";

export const traits: Traits = {
  ...OPENAI_TRAITS,
  developerRole: false,
  customTools: false,
  maxTokensField: "max_tokens",
  strictTools: false,
  toolSchemas: { notAtTop: new Set(), needsItems: true },
  cacheKey: false,
  callIdLengthMax: 256,
  callIdPattern: /^[^\u0000-\u001f]+$/,
};

export const range: Range = {
  thinking: "effort",
  summaries: () => [],
  verbosity: true,
  truncation: false,
  replaysReasoning: true,
};
