/** Sampling fields and the output limit, as one model takes them. */
import type { TargetConfig } from "../config/config.ts";
import type { Feature, LossList } from "../ir/loss.ts";
import type { Reasoning, Sampling } from "../ir/request.ts";
import type { CallerWords } from "../ir/field-names.ts";
import { BUDGET_MIN } from "./effort-budget.ts";
import type { Capabilities } from "./provider.ts";

/** Every vendor's own defaults: leaving them out changes nothing. */
const NEUTRAL: Readonly<Record<string, number>> = { temperature: 1, topP: 1, frequencyPenalty: 0, presencePenalty: 0 };
export const saysNothing = (sampling: Sampling, name: keyof Sampling): boolean => sampling[name] === NEUTRAL[name];

/** What each is called among the losses. */
const FEATURE_OF: Readonly<Record<Exclude<keyof Sampling, "maxTokens">, Feature>> = {
  temperature: "temperature",
  topP: "top-p",
  topK: "top-k",
  stop: "stop-sequences",
  frequencyPenalty: "penalties",
  presencePenalty: "penalties",
  seed: "seed",
};

export function fitSampling(
  sampling: Sampling,
  capabilities: Capabilities,
  thinking: boolean,
  said: CallerWords,
  losses: LossList,
): Sampling {
  const kept: Record<string, unknown> = { ...sampling };
  for (const name of refusedSampling(sampling, capabilities, thinking)) {
    delete kept[name];
    if (name === "maxTokens" || saysNothing(sampling, name)) continue;
    losses.add({
      path: said.field(name),
      feature: FEATURE_OF[name],
      how: "dropped",
      weight: name === "stop" ? "meaning" : "hint",
      note: "the model does not accept it",
    });
  }
  const { temperature } = kept as Sampling;
  const { temperatureMax } = capabilities;
  if (temperature !== undefined && temperatureMax !== undefined && temperature > temperatureMax) {
    kept.temperature = temperatureMax;
    losses.add({
      path: said.field("temperature"),
      feature: "temperature",
      how: "approximated",
      weight: "hint",
      note: `${temperature} became ${temperatureMax}, the highest that the model takes`,
    });
  }
  return kept as Sampling;
}

/** The fields of this request that the model would answer with a 400. */
export function refusedSampling(sampling: Sampling, capabilities: Capabilities, thinking: boolean): (keyof Sampling)[] {
  const names = (Object.keys(sampling) as (keyof Sampling)[]).filter((name) => sampling[name] !== undefined);
  const refused = names.filter(
    (name) => capabilities.refuses.has(name) || (thinking && capabilities.refusesThinking?.has(name) === true),
  );
  const both = capabilities.oneOfTemperatureTopP && names.includes("topP") && names.includes("temperature");
  return both && !refused.includes("topP") ? [...refused, "topP"] : refused;
}

/** The limit within what config and model allow; undefined: none is needed and nobody named one. */
export function outputTokensFor(
  asked: number | undefined,
  capabilities: Capabilities,
  config: TargetConfig,
): number | undefined {
  const wanted = asked ?? config.maxTokens ?? capabilities.outputTokensDefault;
  if (wanted === undefined) return undefined;
  return Math.max(capabilities.outputTokensMin ?? 1, Math.min(wanted, ceilingOf(capabilities, config)));
}

const ceilingOf = (capabilities: Capabilities, config: TargetConfig): number =>
  Math.min(config.maxTokens ?? Infinity, capabilities.outputTokens ?? Infinity);

/** Room for an answer behind the thoughts, where the limit is ours to choose. */
const ANSWER_TOKENS = 8_192;

export interface Limited {
  readonly maxTokens?: number;
  readonly reasoning?: Reasoning;
}

export function fitOutputTokens(
  asked: number | undefined,
  reasoning: Reasoning | undefined,
  capabilities: Capabilities,
  config: TargetConfig,
  said: CallerWords,
  losses: LossList,
): Limited {
  const maxTokens = roomFor(
    reasoning,
    outputTokensFor(asked, capabilities, config),
    asked,
    ceilingOf(capabilities, config),
  );
  if (asked !== undefined && maxTokens !== asked)
    losses.add({
      path: said.field("maxTokens"),
      feature: "max-tokens",
      how: "approximated",
      weight: "hint",
      note: `${asked} became ${maxTokens}`,
    });
  const fitted = fitBudget(reasoning, maxTokens);
  if (fitted !== reasoning)
    losses.add({
      path: said.field("reasoning"),
      feature: "reasoning-effort",
      how: "approximated",
      weight: "hint",
      note: "max_tokens leaves less room for thinking than was asked for",
    });
  return { ...(maxTokens !== undefined && { maxTokens }), ...(fitted && { reasoning: fitted }) };
}

function roomFor(
  reasoning: Reasoning | undefined,
  maxTokens: number | undefined,
  asked: number | undefined,
  ceiling: number,
): number | undefined {
  const { budgetTokens } = reasoning ?? {};
  if (asked !== undefined || maxTokens === undefined || budgetTokens === undefined) return maxTokens;
  return Math.min(ceiling, Math.max(maxTokens, budgetTokens + ANSWER_TOKENS));
}

/** A budget is at least 1,024 and below max_tokens: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
export function fitBudget(reasoning: Reasoning | undefined, maxTokens: number | undefined): Reasoning | undefined {
  if (reasoning?.budgetTokens === undefined) return reasoning;
  const { budgetTokens, show, ...rest } = reasoning;
  const room = maxTokens === undefined || maxTokens > budgetTokens ? budgetTokens : Math.floor((maxTokens * 3) / 4);
  const fitting = Math.max(BUDGET_MIN, room);
  if (maxTokens !== undefined && fitting >= maxTokens) return { ...rest, mode: "off" };
  return fitting === budgetTokens ? reasoning : { ...rest, budgetTokens: fitting, ...(show && { show }) };
}
