/** A choice that forces a call, for models that do not take one as it is. */
import type { LossList } from "../ir/loss.ts";
import type { Reasoning, ToolChoice } from "../ir/request.ts";
import type { CallerWords } from "../ir/field-names.ts";
import type { Capabilities } from "./provider.ts";
import { thinks } from "./thinking.ts";

/** any: of whichever tool. one: of a tool that is named. */
export type Forced = "any" | "one";
/** as-is: it is taken. left: the model decides. unnamed: any call, and only that tool is offered. quiet: it does not think meanwhile. */
export type Way = "as-is" | "left" | "unnamed" | "quiet";

export function wayToForce(forced: Forced, reasoning: Reasoning | undefined, capabilities: Capabilities): Way {
  const rule = capabilities.forcedToolChoice;
  if (!rule || capabilities.thinking === "none") return "as-is";
  if (rule === "unnamed") return forced === "one" ? "unnamed" : "as-is";
  if (rule === "never" || capabilities.alwaysThinks) return "left";
  return isQuiet(reasoning, capabilities) ? "as-is" : "quiet";
}

function isQuiet(reasoning: Reasoning | undefined, capabilities: Capabilities): boolean {
  if (reasoning?.mode !== undefined) return reasoning.mode === "off";
  // Claude takes a budget only when asked to; others on its protocol think by themselves.
  if (capabilities.thinking === "budget") return capabilities.signsThinking === true;
  return capabilities.thinking === "switch" && !thinks(reasoning, capabilities);
}

interface Choice {
  readonly toolChoice?: ToolChoice;
  readonly reasoning?: Reasoning;
}

/** The call is what the caller means, so the thinking goes, where it can. */
export function fitToolChoice(
  toolChoice: ToolChoice | undefined,
  reasoning: Reasoning | undefined,
  capabilities: Capabilities,
  said: CallerWords,
  losses: LossList,
): Choice {
  const kept: Choice = { ...(toolChoice && { toolChoice }), ...(reasoning && { reasoning }) };
  const forced = forcedBy(toolChoice);
  const way = forced ? wayToForce(forced, reasoning, capabilities) : "as-is";
  if (way === "left") loseForce(said, losses);
  if (way === "left") return { ...kept, toolChoice: { mode: "auto" } };
  if (way === "unnamed" && toolChoice?.mode === "one")
    return { ...kept, toolChoice: { mode: "allowed", required: true, tools: [toolChoice.tool] } };
  if (way !== "quiet") return kept;
  if (reasoning?.mode) loseThoughts(said, losses);
  const { budgetTokens: _budget, show: _show, ...rest } = reasoning ?? {};
  return { ...kept, reasoning: { ...rest, mode: "off" } };
}

function forcedBy(choice: ToolChoice | undefined): Forced | undefined {
  if (choice?.mode === "one") return "one";
  return choice?.mode === "required" || (choice?.mode === "allowed" && choice.required) ? "any" : undefined;
}

export function loseForce(said: CallerWords, losses: LossList): void {
  losses.add({
    path: said.field("toolChoice"),
    feature: "tool-choice",
    how: "dropped",
    weight: "meaning",
    note: "the model cannot be made to call a tool; it is left to decide",
  });
}

export function loseThoughts(said: CallerWords, losses: LossList): void {
  losses.add({
    path: said.field("reasoning"),
    feature: "reasoning-effort",
    how: "dropped",
    weight: "hint",
    note: "the model does not think while a tool call is forced",
  });
}
