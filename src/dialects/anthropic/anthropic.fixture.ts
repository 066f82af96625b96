/** What the tests of this dialect ask with. */
import type { Addressee, Ask, Traits } from "../dialect.ts";
import type { Tool } from "../../ir/request.ts";
import { toolMap } from "../../ir/tools.ts";
import type { Frame } from "../../wire/machine.ts";
import { printFrame } from "../../wire/sse.ts";

export const ask = (tools: readonly Tool[] = [], style: Partial<Ask["style"]> = {}): Ask => ({
  tools: toolMap(tools),
  wants: {},
  replyId: "r1",
  createdAtSeconds: 0,
  nowSeconds: () => 0,
  modelName: "the-model",
  style: { customCalls: "json", reasoning: "field", ...style },
  from: { issuer: "claude", family: "claude" },
});

export const TRAITS: Traits = {
  developerRole: false,
  midSystem: true,
  customTools: false,
  maxTokensField: "max_tokens",
  reasoningReplay: "none",
  reasoningRequired: false,
  imageResults: true,
  images: true,
  strictTools: true,
  toolSchemas: { notAtTop: new Set(["oneOf", "anyOf", "allOf"]), needsItems: false },
  parallelSwitch: true,
  usageChunk: false,
  effortField: "none",
  jsonSchema: "json_schema",
  cacheKey: false,
  callIdLengthMax: 64,
  callIdPattern: /^[a-zA-Z0-9_-]+$/,
  stop: true,
};

export const to = (traits: Partial<Traits> = {}): Addressee => ({
  issuer: "claude",
  family: "claude",
  model: "claude-sonnet-5",
  traits: { ...TRAITS, ...traits },
});

export const printed = (frames: readonly Frame[]): string => frames.map(printFrame).join("");
