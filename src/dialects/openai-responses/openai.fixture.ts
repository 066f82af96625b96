/** A deployment and a question, as the tests of this folder share them. */
import type { Addressee, Ask } from "../dialect.ts";
import type { Entry, ModelRequest, Tool } from "../../ir/request.ts";
import { toolMap } from "../../ir/tools.ts";
import type { JsonObject } from "../../wire/json.ts";

export const TO: Addressee = {
  issuer: "azure:test",
  family: "gpt-5",
  model: "gpt-5",
  traits: {
    developerRole: true,
    midSystem: true,
    customTools: true,
    maxTokensField: "max_completion_tokens",
    reasoningReplay: "none",
    reasoningRequired: false,
    imageResults: true,
    images: true,
    strictTools: true,
    toolSchemas: { notAtTop: new Set(["oneOf", "anyOf", "allOf", "enum", "not"]), needsItems: true },
    parallelSwitch: true,
    usageChunk: false,
    effortField: "reasoning_effort",
    jsonSchema: "json_schema",
    cacheKey: true,
    callIdLengthMax: 64,
    callIdPattern: /^[\w.:-]+$/,
    stop: false,
  },
};

export const toWith = (traits: Partial<Addressee["traits"]>): Addressee => ({
  ...TO,
  traits: { ...TO.traits, ...traits },
});

export const chatRequest = (fields: Partial<ModelRequest> & { readonly entries: readonly Entry[] }): ModelRequest => ({
  model: "m",
  stream: true,
  generate: true,
  tools: [],
  sampling: {},
  state: {},
  cache: {},
  wants: {},
  caller: {},
  extra: { dialect: "openai-chat", fields: {} },
  ...fields,
});

export const askWith = (tools: readonly Tool[] = [], more: Partial<Ask> = {}): Ask => ({
  tools: toolMap(tools),
  wants: {},
  replyId: "r1",
  createdAtSeconds: 1_700_000_000,
  nowSeconds: () => 1_700_000_000,
  modelName: "gpt-high",
  style: { customCalls: "custom", reasoning: "field" },
  from: { issuer: "azure:test", family: "gpt-5" },
  ...more,
});

/** Events as they stand in a recording, without what no test looks at. */
export const event = (type: string, fields: JsonObject = {}): JsonObject => ({ type, ...fields });
