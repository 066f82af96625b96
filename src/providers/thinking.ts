/** How much a model shall think, from three wishes, in the form that it takes. Used for translated requests and for edits of native ones. */
import type { TargetConfig } from "../config/config.ts";
import type { Feature, Loss } from "../ir/loss.ts";
import type { Effort, Reasoning } from "../ir/request.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { CallerWords } from "../ir/field-names.ts";
import { budgetOf, effortOf } from "./effort-budget.ts";
import { EFFORTS } from "../ir/choices.ts";
import type { Capabilities } from "./provider.ts";

export interface Wishes {
  /** An effort in the name that the caller picked: it wins. */
  readonly forcedEffort?: string;
  /** What the request says; then what the target's config says. */
  readonly own?: Reasoning;
  readonly config: TargetConfig;
  /** What the caller calls things. */
  readonly said: CallerWords;
  /** Whose words `own` are. Messages callers can set an effort without wanting thoughts. */
  readonly dialect: DialectId;
}

export interface Thought {
  readonly reasoning?: Reasoning;
  readonly losses: readonly Loss[];
}

/** One wish: how much, or off, or just on. `said`: the caller said it, so not following is a loss. */
interface Wish {
  readonly off?: true;
  readonly on?: true;
  readonly effort?: Effort;
  readonly budgetTokens?: number;
  readonly said: boolean;
}

export function thinkingFor(wishes: Wishes, capabilities: Capabilities): Thought {
  const losses: Loss[] = [];
  const wish = strongest(wishes);
  const lose: Lose = (feature, how, note) => {
    // An effort that stands in the name of the model was said there.
    const path = wishes.forcedEffort === undefined ? wishes.said.field("reasoning") : "model";
    if (wish?.said) losses.push({ path, feature, how, weight: "hint", note });
  };
  const level = wish ? FORMS[capabilities.thinking](wish, capabilities, wishes, lose) : {};
  const show = shown(wishes, level, capabilities, losses);
  const { hints } = wishes.own ?? {};
  const reasoning: Reasoning = { ...level, ...(show && { show }), ...(hints && { hints }) };
  return Object.keys(reasoning).length > 0 ? { reasoning, losses } : { losses };
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

/** The nearest effort that the model takes; of two equally near the higher. undefined: it takes none, or nobody knows the word. */
function clampEffort(effort: Effort, capabilities: Capabilities): Effort | undefined {
  const { efforts } = capabilities;
  if (efforts.includes(effort) || (capabilities.unknown && efforts.length > 0)) return effort;
  const place = rank(effort);
  if (place < 0) return undefined;
  // Who asks for some thinking does not get none.
  const candidates = efforts.filter((accepted) => accepted !== "none");
  return candidates.toSorted((a, b) => distance(a, place) - distance(b, place) || rank(b) - rank(a))[0];
}

type Lose = (feature: Feature, how: Loss["how"], note: string) => void;
type Level = Pick<Reasoning, "mode" | "effort" | "budgetTokens">;
type Form = (wish: Wish, capabilities: Capabilities, wishes: Wishes, lose: Lose) => Level;

const FORMS: Readonly<Record<Capabilities["thinking"], Form>> = {
  none: (wish, _capabilities, _wishes, lose) => {
    if (!wish.off) lose("reasoning-effort", "dropped", "the model does not reason");
    return {};
  },
  always: (wish, capabilities, _wishes, lose) => {
    if (wish.off) lose("reasoning-effort", "dropped", "the model always reasons");
    return wish.off ? {} : effortIn(wish, capabilities, lose);
  },
  // Switched on without a level means the middle: some models do not think at all unless told how much.
  effort: (wish, capabilities, _wishes, lose) =>
    budgetAsSaid(wish, capabilities) ??
    effortIn(wish.on && levelOf(wish) === undefined ? { ...wish, effort: "medium" } : wish, capabilities, lose),
  switch: (wish, capabilities, _wishes, lose) => {
    if (wish.off) return { mode: "off" };
    if (capabilities.efforts.length > 0) return { mode: "on", ...effortIn(wish, capabilities, lose) };
    if (levelOf(wish)) lose("reasoning-effort", "approximated", "the model reasons or does not; it takes no level");
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

function adaptive(wish: Wish, capabilities: Capabilities, { own, dialect }: Wishes, lose: Lose): Level {
  if (wish.off && capabilities.alwaysThinks) {
    const [effort] = capabilities.efforts;
    lose("reasoning-effort", "approximated", `the model always reasons; it was asked for the least, ${effort}`);
    return { mode: "adaptive", ...(effort && { effort }) };
  }
  const keepsBudget = capabilities.budgetToo && !wish.off && wish.budgetTokens !== undefined;
  const effort = wish.effort === undefined && (wish.off || keepsBudget) ? {} : effortIn(wish, capabilities, lose);
  if (wish.off) return { mode: "off", ...effort };
  if (keepsBudget) return { mode: "on", budgetTokens: wish.budgetTokens, ...effort };
  // Anthropic's effort governs the whole answer; thoughts are asked for apart from it.
  const silent =
    dialect === "anthropic-messages" && own?.mode === undefined && own?.effort === wish.effort && wish.said;
  return { ...(!silent && { mode: "adaptive" as const }), ...effort };
}

function budget(wish: Wish, _capabilities: Capabilities, { own, dialect }: Wishes, lose: Lose): Level {
  if (wish.off) return { mode: "off" };
  if (dialect === "anthropic-messages" && own?.mode === undefined && own?.effort === wish.effort && wish.said) {
    lose("reasoning-effort", "dropped", "the model takes a thinking budget, no effort");
    return {};
  }
  return { mode: "on", budgetTokens: wish.budgetTokens ?? budgetOf(wish.effort ?? "medium") ?? budgetOf("medium") };
}

/** A level as an effort: the one that is meant, clamped. */
function effortIn(wish: Wish, capabilities: Capabilities, lose: Lose): Level {
  const wanted = wish.off && !wish.effort ? "none" : levelOf(wish);
  if (wanted === undefined) return {};
  const effort = clampEffort(wanted, capabilities);
  if (effort === undefined)
    lose("reasoning-effort", "dropped", `effort ${wanted} has no like in this model; its own default applies`);
  else if (effort !== wanted)
    lose("reasoning-effort", "approximated", `effort ${wanted} became ${effort}, the nearest that the model takes`);
  return effort === undefined ? {} : { effort };
}

const levelOf = (wish: Wish): Effort | undefined =>
  wish.effort ?? (wish.budgetTokens !== undefined ? effortOf(wish.budgetTokens) : undefined);

function strongest({ forcedEffort, own, config }: Wishes): Wish | undefined {
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
  return {
    ...(mode !== undefined && { on: true }),
    ...(effort !== undefined && { effort }),
    ...(budgetTokens !== undefined && { budgetTokens }),
    said,
  };
}

const ASKED: Readonly<Record<NonNullable<TargetConfig["summary"]>, NonNullable<Reasoning["show"]>>> = {
  none: "omitted",
  auto: "auto",
  concise: "concise",
  detailed: "detailed",
};

/** Reasoning is shown unless somebody says no, and some vendors show none unless asked. */
function shown(wishes: Wishes, level: Level, capabilities: Capabilities, losses: Loss[]): Reasoning["show"] {
  const { own, config, dialect } = wishes;
  const { summaries } = capabilities;
  const wanted = own?.show ?? (config.summary && ASKED[config.summary]);
  if (wanted === "omitted") return thinks(level, capabilities) || own?.show ? "omitted" : undefined;
  if (summaries.length === 0 || !thinks(level, capabilities)) return undefined;
  const isMessages = summaries.includes("summarized");
  if (wanted === undefined)
    return isMessages && dialect === "anthropic-messages" ? undefined : (summaries[0] as Reasoning["show"]);
  if (summaries.includes(wanted)) return wanted;
  if (wanted === "full" && summaries.includes("detailed")) return "detailed";
  if (own?.show !== undefined && wanted !== "summarized" && !isMessages)
    losses.push({
      path: wishes.said.field("reasoningShown"),
      feature: "reasoning-summary",
      how: "approximated",
      weight: "hint",
      note: `summary ${wanted} became ${summaries[0]}`,
    });
  return summaries[0] as Reasoning["show"];
}

const SCALE: readonly string[] = EFFORTS;
const rank = (effort: Effort): number => SCALE.indexOf(effort);
const distance = (effort: Effort, place: number): number => Math.abs(rank(effort) - place);
