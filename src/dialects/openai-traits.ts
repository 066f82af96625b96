/** What OpenAI's own deployments take: every dialect's usual traits are these and what differs. */
import type { ToolRules } from "../ir/tool-schema.ts";
import type { Traits } from "./traits.ts";

/** "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level", "array schema missing items". */
export const OPENAI_TOOLS: ToolRules = {
  notAtTop: new Set(["oneOf", "anyOf", "allOf", "enum", "not"]),
  needsItems: true,
};

/** OpenAI's deployments of Chat, from which all others differ in a few. https://platform.openai.com/docs/api-reference/chat/create */
export const OPENAI_TRAITS: Traits = {
  developerRole: true,
  midSystem: true,
  customTools: true,
  maxTokensField: "max_completion_tokens",
  reasoningReplay: "none",
  reasoningRequired: false,
  imageResults: false,
  images: true,
  strictTools: true,
  toolSchemas: OPENAI_TOOLS,
  parallelSwitch: true,
  usageChunk: true,
  effortField: "reasoning_effort",
  jsonSchema: "json_schema",
  cacheKey: true,
  // "tool_calls[0].id: string too long. Expected a string with maximum length 40": of Chat only.
  callIdLengthMax: 40,
  // "Expected an ID that contains letters, numbers, underscores, or dashes". Anthropic's pattern is the same.
  callIdPattern: /^[a-zA-Z0-9_-]+$/,
  stop: true,
};
