/** What tests of this folder ask with. */
import { collect } from "../../ir/collect.ts";
import type { StreamEvent } from "../../ir/events.ts";
import { grammar } from "../../ir/grammar.ts";
import type { Tool } from "../../ir/request.ts";
import { toolMap } from "../../ir/tools.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { EndCause, Frame, Machine } from "../../wire/machine.ts";
import type { Addressee, Ask, Traits } from "../dialect.ts";
import { decoder } from "./stream.ts";

export const TOOLS: readonly Tool[] = [
  { kind: "function", name: "weather", schema: { type: "object" } },
  {
    kind: "custom",
    name: "ApplyPatch",
    description: "Edits files.",
    format: { type: "grammar", syntax: "lark", definition: "start: /.+/" },
  },
  { kind: "namespace", name: "clock", tools: [{ kind: "function", name: "now" }] },
];

export const ask = (more: Partial<Ask> = {}): Ask => ({
  tools: toolMap(TOOLS),
  wants: { usageChunk: true },
  replyId: "r1",
  createdAtSeconds: 1_700_000_000,
  nowSeconds: () => 1_700_000_000,
  modelName: "gpt-high",
  style: { customCalls: "function-text", reasoning: "field" },
  from: { issuer: "vendor:1", family: "family" },
  ...more,
});

export const TRAITS: Traits = {
  developerRole: true,
  midSystem: true,
  customTools: true,
  maxTokensField: "max_completion_tokens",
  reasoningReplay: "none",
  reasoningRequired: false,
  imageResults: false,
  images: true,
  strictTools: true,
  toolSchemas: { notAtTop: new Set(["oneOf", "anyOf", "allOf", "enum", "not"]), needsItems: true },
  parallelSwitch: true,
  usageChunk: true,
  effortField: "reasoning_effort",
  jsonSchema: "json_schema",
  cacheKey: true,
  callIdLengthMax: 40,
  callIdPattern: /^[a-zA-Z0-9_-]+$/,
  stop: true,
};
/** A vendor that knows Chat as it was in 2024. */
export const PLAIN_TRAITS: Traits = {
  ...TRAITS,
  developerRole: false,
  customTools: false,
  maxTokensField: "max_tokens",
  strictTools: false,
  cacheKey: false,
};

export const to = (traits: Partial<Traits> = {}): Addressee => ({
  issuer: "vendor:1",
  family: "family",
  model: "upstream-model",
  traits: { ...TRAITS, ...traits },
});

/** Runs a machine over its input, to the end. */
export function run<In, Out>(machine: Machine<In, Out>, inputs: readonly In[], cause: EndCause = "eof"): Out[] {
  const out: Out[] = [];
  const emit = (one: Out): void => void out.push(one);
  for (const input of inputs) machine.push(input, emit);
  machine.end(cause, emit);
  return out;
}

export const frames = (...data: readonly (JsonObject | string)[]): Frame[] =>
  data.map((one) => ({ data: typeof one === "string" ? one : JSON.stringify(one) }));

/** Throws where the events break the grammar. */
export function checked(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const rules = grammar();
  events.forEach(rules.check);
  rules.end();
  return events;
}

export const decoded = (
  data: readonly (JsonObject | string)[],
  cause: EndCause = "eof",
  more: Partial<Ask> = {},
): readonly StreamEvent[] => checked(run(decoder(ask(more)), frames(...data), cause));

export const answerOf = (data: readonly (JsonObject | string)[], cause: EndCause = "eof", more: Partial<Ask> = {}) =>
  collect(decoded(data, cause, more));

/** A chunk with one delta. */
export const chunk = (delta: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: "c1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
export const ending = (reason: string, more: JsonObject = {}): JsonObject => ({
  ...chunk({}, { finish_reason: reason }),
  ...more,
});
