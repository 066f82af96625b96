/** What single models refuse, for requests that name a real one (`gpt-5`, `claude-opus-4-1:sim-tool`). Scenario names alone have no such rules. */
import type { Json, JsonObject } from "../wire/json.ts";
import { objectOf, stringOf } from "./asked.ts";
import { isSet, refuse } from "./refused.ts";

/** `gpt-5` of `gpt-5:sim-tool`, without an owner's prefix. */
const baseModel = (body: JsonObject): string =>
  stringOf(body.model)
    .replace(/(?:^|[.:@+/])sim-.*$/, "")
    .replace(/^.*\//, "");

interface OpenaiRow {
  readonly models: RegExp;
  readonly efforts: readonly string[];
  readonly verbosities: readonly string[];
}
// Probed on Azure on 2025-12-28 by the authors of Cursor-Azure-GPT-5; later models after OpenAI's model pages. First match wins.
const OPENAI: readonly OpenaiRow[] = [
  { models: /^gpt-5-pro/, efforts: ["high"], verbosities: ["low", "medium", "high"] },
  { models: /^gpt-5\.2-chat/, efforts: ["medium"], verbosities: ["medium"] },
  { models: /^gpt-5\.1-codex-max/, efforts: ["low", "medium", "high", "xhigh"], verbosities: ["medium"] },
  { models: /^gpt-5(\.1)?-codex/, efforts: ["low", "medium", "high"], verbosities: ["medium"] },
  {
    models: /^gpt-5(-mini|-nano)?(-\d{4}.*)?$/,
    efforts: ["minimal", "low", "medium", "high"],
    verbosities: ["low", "medium", "high"],
  },
  { models: /^gpt-5\.1/, efforts: ["none", "low", "medium", "high"], verbosities: ["low", "medium", "high"] },
  {
    models: /^gpt-(5\.[2-9]|[6-9])/,
    efforts: ["none", "low", "medium", "high", "xhigh", "max"],
    verbosities: ["low", "medium", "high"],
  },
  { models: /^o[134](-|$)/, efforts: ["low", "medium", "high"], verbosities: ["medium"] },
];

const PLACES = {
  chat: { effort: "reasoning_effort", verbosity: "verbosity" },
  responses: { effort: "reasoning.effort", verbosity: "text.verbosity" },
} as const;

const SAMPLING = {
  chat: ["top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "stop"],
  responses: ["temperature", "top_p", "top_logprobs"],
} as const;

export function checkOpenaiModel(body: JsonObject, dialect: "chat" | "responses"): void {
  const model = baseModel(body);
  const row = OPENAI.find(({ models }) => models.test(model));
  if (row === undefined) return;
  const { effort, verbosity } = PLACES[dialect];
  unsupportedValue(body, effort, row.efforts, model);
  unsupportedValue(body, verbosity, row.verbosities, model);
  // gpt-5.1 and later take sampling fields when they do not reason (platform.openai.com/docs/guides/latest-model).
  if (valueAt(body, effort) !== "none") checkReasoningSampling(body, dialect);
}

function checkReasoningSampling(body: JsonObject, dialect: "chat" | "responses"): void {
  for (const param of SAMPLING[dialect])
    if (isSet(body[param]))
      refuse(`Unsupported parameter: '${param}' is not supported with this model.`, param, "unsupported_parameter");
  if (dialect === "responses") return;
  if (isSet(body.temperature) && body.temperature !== 1)
    refuse(
      `Unsupported value: 'temperature' does not support ${String(body.temperature)} with this model. Only the default (1) value is supported.`,
      "temperature",
      "unsupported_value",
    );
  if (isSet(body.max_tokens))
    refuse(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      "max_tokens",
      "unsupported_parameter",
    );
}

const valueAt = (body: JsonObject, path: string): Json | undefined =>
  path.split(".").reduce<Json | undefined>((at, key) => objectOf(at)[key], body);

function unsupportedValue(body: JsonObject, param: string, supported: readonly string[], model: string): void {
  const value = valueAt(body, param);
  if (!isSet(value) || supported.includes(value as string)) return;
  const list = supported.map((one) => `'${one}'`).join(", ");
  refuse(
    `Unsupported value: '${String(value)}' is not supported with the '${model}' model. Supported values are: ${list}.`,
    param,
    "unsupported_value",
  );
}

interface ClaudeRow {
  readonly models: RegExp;
  /** Absent: nobody has told which forms it refuses. */
  readonly thinking?: readonly string[];
  /** temperature and top_p together. */
  readonly bothSampling: boolean;
  readonly prefill: boolean;
}
// platform.claude.com/docs/en/build-with-claude/adaptive-thinking and /docs/en/about-claude/models/overview.
const CLAUDE: readonly ClaudeRow[] = [
  { models: /^claude-3-(5|opus|haiku|sonnet)/, thinking: ["disabled"], bothSampling: true, prefill: true },
  {
    models: /^claude-(3-7-sonnet|sonnet-4(-2025.*)?$|opus-4(-2025.*)?$)/,
    thinking: ["enabled", "disabled"],
    bothSampling: true,
    prefill: true,
  },
  {
    models: /^claude-(opus-4-1|sonnet-4-5|haiku-4-5|opus-4-5)/,
    thinking: ["enabled", "disabled"],
    bothSampling: false,
    prefill: true,
  },
  {
    models: /^claude-(opus|sonnet)-4-6/,
    thinking: ["adaptive", "enabled", "disabled"],
    bothSampling: false,
    prefill: false,
  },
  // …/about-claude/models/whats-new-claude-4-6: prefill is a 400 since then.
  { models: /^claude-(opus-4-[7-9]|[a-z]+-5)/, bothSampling: true, prefill: false },
];

export function checkClaudeModel(body: JsonObject): void {
  const row = CLAUDE.find(({ models }) => models.test(baseModel(body)));
  if (row === undefined) return;
  const thinking = objectOf(body.thinking).type;
  if (typeof thinking === "string" && row.thinking && !row.thinking.includes(thinking))
    refuse(`thinking.type: ${thinking} thinking is not supported on this model`);
  if (!row.bothSampling && isSet(body.temperature) && isSet(body.top_p))
    refuse("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  const last = Array.isArray(body.messages) ? objectOf(body.messages.at(-1)) : {};
  if (!row.prefill && last.role === "assistant")
    refuse("This model does not support assistant message prefill. The conversation must end with a user message.");
}
