/** Sampling fields and the output limit, as one model takes them. */
import type { Feature } from "../ir/loss.ts";
import type { Reasoning, Sampling } from "../ir/request.ts";
import { BUDGET_MIN } from "./effort-budget.ts";
import { type Fitting, hint, meaning } from "./fitting.ts";
import type { Capabilities } from "./provider.ts";

/** Every vendor's own defaults: leaving them out changes nothing. */
const NEUTRAL: Readonly<Record<string, number>> = { temperature: 1, topP: 1, frequencyPenalty: 0, presencePenalty: 0 };

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

export function fitSampling(sampling: Sampling, thinking: boolean, to: Fitting): Sampling {
  const kept: Record<string, unknown> = {};
  for (const key in sampling) {
    const name = key as keyof Sampling;
    if (sampling[name] === undefined) continue;
    if (!isRefused(name, sampling, thinking, to.capabilities)) kept[name] = sampling[name];
    else if (name !== "maxTokens" && sampling[name] !== NEUTRAL[name])
      (name === "stop" ? meaning : hint)(to, name, FEATURE_OF[name], "dropped", "the model does not accept it");
  }
  const { temperature } = kept as Sampling;
  const { temperatureMax } = to.capabilities;
  if (temperature !== undefined && temperatureMax !== undefined && temperature > temperatureMax) {
    kept.temperature = temperatureMax;
    const note = `${temperature} became ${temperatureMax}, the highest that the model takes`;
    hint(to, "temperature", "temperature", "approximated", note);
  }
  return kept;
}

/** What the model would answer with a 400. */
const isRefused = (name: keyof Sampling, { temperature }: Sampling, thinking: boolean, to: Capabilities): boolean =>
  to.refuses.has(name) ||
  (thinking && to.refusesThinking?.has(name) === true) ||
  (name === "topP" && to.oneOfTemperatureTopP === true && temperature !== undefined);

export interface Limited {
  readonly maxTokens?: number | undefined;
  readonly reasoning?: Reasoning | undefined;
}

/** Room for an answer behind the thoughts, where the limit is ours to choose. */
const ANSWER_TOKENS = 8_192;

/** Within what config and model allow; no limit: none is needed, and neither the caller nor the configuration named one. */
export function fitOutputTokens(asked: number | undefined, reasoning: Reasoning | undefined, to: Fitting): Limited {
  const { capabilities, config } = to;
  const ceiling = Math.min(config.maxTokens ?? Infinity, capabilities.outputTokens ?? Infinity);
  const wanted = asked ?? config.maxTokens ?? capabilities.outputTokensDefault;
  let maxTokens =
    wanted === undefined ? undefined : Math.max(capabilities.outputTokensMin ?? 1, Math.min(wanted, ceiling));
  if (asked === undefined && maxTokens !== undefined && reasoning?.budgetTokens !== undefined)
    maxTokens = Math.min(ceiling, Math.max(maxTokens, reasoning.budgetTokens + ANSWER_TOKENS));
  if (asked !== undefined && maxTokens !== asked)
    hint(to, "maxTokens", "max-tokens", "approximated", `${asked} became ${maxTokens}`);
  const fitted = fitBudget(reasoning, maxTokens);
  const note = "max_tokens leaves less room for thinking than was asked for";
  if (fitted !== reasoning) hint(to, "reasoning", "reasoning-effort", "approximated", note);
  return { maxTokens, reasoning: fitted };
}

/** A budget is at least 1,024 and below max_tokens: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
function fitBudget(reasoning: Reasoning | undefined, maxTokens: number | undefined): Reasoning | undefined {
  if (reasoning?.budgetTokens === undefined) return reasoning;
  const { budgetTokens, show, ...rest } = reasoning;
  const room = maxTokens === undefined || maxTokens > budgetTokens ? budgetTokens : Math.floor((maxTokens * 3) / 4);
  const fitting = Math.max(BUDGET_MIN, room);
  if (maxTokens !== undefined && fitting >= maxTokens) return { ...rest, mode: "off" };
  return fitting === budgetTokens ? reasoning : { ...rest, budgetTokens: fitting, ...(show && { show }) };
}
