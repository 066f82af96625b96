/** How much a model shall think, from three wishes, in the form that it takes: the name that the caller picked, then the request, then the target's config. */
import type { TargetConfig } from "../config/config.ts";
import { DIALECTS } from "../dialects/index.ts";
import { EFFORTS } from "../ir/choices.ts";
import type { Loss } from "../ir/loss.ts";
import type { Effort, Reasoning } from "../ir/request.ts";
import { defined } from "../wire/json.ts";
import { budgetOf, effortOf } from "./effort-budget.ts";
import { type Fitting, hint } from "./fitting.ts";
import type { Capabilities } from "./provider.ts";

/** One wish: how much, or off, or just on. `said`: the caller said it, so not following is a loss. */
interface Wish {
  readonly off?: true;
  readonly on?: true;
  readonly effort?: Effort;
  readonly budgetTokens?: number;
  readonly said: boolean;
}

export function thinkingFor(own: Reasoning | undefined, to: Fitting): Reasoning | undefined {
  const wish = strongest(own, to);
  const level = wish ? FORMS[to.capabilities.thinking](wish, own, to) : {};
  const show = shown(own, level, to);
  const reasoning: Reasoning = { ...level, ...(show && { show }), ...(own?.hints && { hints: own.hints }) };
  for (const _said in reasoning) return reasoning;
  return undefined;
}

/** Whether a request with this reasoning makes the model think; without a word, whether it does so by itself. */
export function thinks(reasoning: Reasoning | undefined, capabilities: Capabilities): boolean {
  if (capabilities.thinking === "none" || reasoning?.mode === "off" || reasoning?.effort === "none") return false;
  if (capabilities.alwaysThinks || capabilities.thinking === "always" || reasoning?.mode) return true;
  // Who demands the reasoning of earlier turns back thinks unless switched off: Kimi K2.5, DeepSeek V4.
  if (capabilities.thinking === "switch") return capabilities.traits.reasoningRequired;
  if (capabilities.thinking !== "effort") return false;
  if (reasoning?.effort !== undefined || reasoning?.budgetTokens !== undefined) return true;
  return !capabilities.unknown && capabilities.effortDefault !== "none";
}

/** The nearest effort that the model takes; of two equally near the higher. undefined: it takes none, or the word is unknown. */
function clampEffort(effort: Effort, capabilities: Capabilities): Effort | undefined {
  const { efforts } = capabilities;
  if (efforts.includes(effort) || (capabilities.unknown && efforts.length > 0)) return effort;
  const place = rank(effort);
  if (place < 0) return undefined;
  // Who asks for some thinking does not get none.
  const candidates = efforts.filter((accepted) => accepted !== "none");
  return candidates.toSorted((a, b) => distance(a, place) - distance(b, place) || rank(b) - rank(a))[0];
}

/** An effort in the name of the model is reported there. An effort that was not asked for is not lost. */
function lose(wish: Wish, to: Fitting, how: Loss["how"], note: string): void {
  const feature = "reasoning-effort";
  if (!wish.said) return;
  if (to.forcedEffort === undefined) hint(to, "reasoning", feature, how, note);
  else to.losses.hint("model", feature, how, note);
}

type Level = Pick<Reasoning, "mode" | "effort" | "budgetTokens">;
type Form = (wish: Wish, own: Reasoning | undefined, to: Fitting) => Level;

const FORMS: Readonly<Record<Capabilities["thinking"], Form>> = {
  none: (wish, _own, to) => {
    if (!wish.off) lose(wish, to, "dropped", "the model does not reason");
    return {};
  },
  always: (wish, _own, to) => {
    if (wish.off) lose(wish, to, "dropped", "the model always reasons");
    return wish.off ? {} : effortIn(wish, to);
  },
  // Switched on without a level means the middle: some models do not think at all without a level.
  effort: (wish, _own, to) =>
    budgetAsSaid(wish, to.capabilities) ??
    effortIn(wish.on && levelOf(wish) === undefined ? { ...wish, effort: "medium" } : wish, to),
  switch: (wish, _own, to) => {
    if (wish.off) return { mode: "off" };
    if (to.capabilities.efforts.length > 0) return { mode: "on", ...effortIn(wish, to) };
    if (levelOf(wish)) lose(wish, to, "approximated", "the model reasons or does not; it takes no level");
    return { mode: "on" };
  },
  adaptive,
  budget,
};

/** A host that takes one of the two, and makes of a budget what its model takes. */
function budgetAsSaid({ off, effort, budgetTokens }: Wish, { traits }: Capabilities): Level | undefined {
  const isBudget = traits.effortField === "reasoning" && !off && effort === undefined && budgetTokens !== undefined;
  return isBudget ? { budgetTokens } : undefined;
}

function adaptive(wish: Wish, own: Reasoning | undefined, to: Fitting): Level {
  const { capabilities } = to;
  if (wish.off && capabilities.alwaysThinks) {
    const [effort] = capabilities.efforts;
    lose(wish, to, "approximated", `the model always reasons; it was asked for the least, ${effort}`);
    return { mode: "adaptive", ...(effort && { effort }) };
  }
  const keepsBudget = capabilities.budgetToo && !wish.off && wish.budgetTokens !== undefined;
  const effort = wish.effort === undefined && (wish.off || keepsBudget) ? {} : effortIn(wish, to);
  if (wish.off) return { mode: "off", ...effort };
  if (keepsBudget) return { mode: "on", budgetTokens: wish.budgetTokens, ...effort };
  return { ...(!isSilent(wish, own, to) && { mode: "adaptive" as const }), ...effort };
}

/** The caller's dialect asks for thoughts apart from an effort, and this caller did not. */
const isSilent = (wish: Wish, own: Reasoning | undefined, to: Fitting): boolean =>
  asksApart(to) && own?.mode === undefined && own?.effort === wish.effort && wish.said;

const asksApart = ({ dialect }: Fitting): boolean => DIALECTS[dialect].settings.asksForThoughtsApart === true;

function budget(wish: Wish, own: Reasoning | undefined, to: Fitting): Level {
  if (wish.off) return { mode: "off" };
  if (isSilent(wish, own, to)) {
    lose(wish, to, "dropped", "the model takes a thinking budget, no effort");
    return {};
  }
  return { mode: "on", budgetTokens: wish.budgetTokens ?? budgetOf(wish.effort ?? "medium") ?? budgetOf("medium") };
}

/** A level as an effort: the one that is meant, clamped. */
function effortIn(wish: Wish, to: Fitting): Level {
  const wanted = wish.off && !wish.effort ? "none" : levelOf(wish);
  if (wanted === undefined) return {};
  const effort = clampEffort(wanted, to.capabilities);
  if (effort === undefined)
    lose(wish, to, "dropped", `effort ${wanted} has no like in this model; its own default applies`);
  else if (effort !== wanted)
    lose(wish, to, "approximated", `effort ${wanted} became ${effort}, the nearest that the model takes`);
  return effort === undefined ? {} : { effort };
}

const levelOf = (wish: Wish): Effort | undefined =>
  wish.effort ?? (wish.budgetTokens !== undefined ? effortOf(wish.budgetTokens) : undefined);

function strongest(own: Reasoning | undefined, { forcedEffort, config }: Fitting): Wish | undefined {
  if (forcedEffort !== undefined) return wishOf({ effort: forcedEffort }, true);
  const configured = wishOf(config, false);
  const asked = own && wishOf(own, true);
  if (!asked) return configured;
  const isBare = asked.on && asked.effort === undefined && asked.budgetTokens === undefined;
  return isBare && configured && !configured.off ? { ...configured, said: true } : asked;
}

function wishOf(words: Pick<Reasoning, "mode" | "effort" | "budgetTokens">, said: boolean): Wish | undefined {
  const { mode, effort, budgetTokens } = words;
  if (mode === "off") return { off: true, ...(effort !== undefined && effort !== "none" && { effort }), said };
  if (effort === "none" || (budgetTokens === 0 && effort === undefined)) return { off: true, said };
  if (mode === undefined && effort === undefined && budgetTokens === undefined) return undefined;
  return defined<Wish>({ on: mode === undefined ? undefined : true, effort, budgetTokens, said });
}

const ASKED: Readonly<Record<NonNullable<TargetConfig["summary"]>, NonNullable<Reasoning["show"]>>> = {
  none: "omitted",
  auto: "auto",
  concise: "concise",
  detailed: "detailed",
};

/** Reasoning is requested unless the caller or the configuration says no: some vendors show none unless asked. */
function shown(own: Reasoning | undefined, level: Level, to: Fitting): Reasoning["show"] {
  const { config, capabilities } = to;
  const { summaries } = capabilities;
  const wanted = own?.show ?? (config.summary && ASKED[config.summary]);
  if (wanted === "omitted") return thinks(level, capabilities) || own?.show ? "omitted" : undefined;
  if (summaries.length === 0 || !thinks(level, capabilities)) return undefined;
  const [nearest] = summaries as readonly Reasoning["show"][];
  const isMessages = nearest === "summarized";
  if (wanted === undefined) return isMessages && asksApart(to) ? undefined : nearest;
  if (summaries.includes(wanted)) return wanted;
  if (wanted === "full" && summaries.includes("detailed")) return "detailed";
  if (own?.show !== undefined && wanted !== "summarized" && !isMessages)
    hint(to, "reasoningShown", "reasoning-summary", "approximated", `summary ${wanted} became ${nearest}`);
  return nearest;
}

const SCALE: readonly string[] = EFFORTS;
const rank = (effort: Effort): number => SCALE.indexOf(effort);
const distance = (effort: Effort, place: number): number => Math.abs(rank(effort) - place);
