/** A choice that forces a call, for models that do not take one as it is. */
import type { Reasoning, ToolChoice } from "../ir/request.ts";
import { type Fitting, hint, meaning } from "./fitting.ts";
import type { Capabilities } from "./provider.ts";
import { thinks } from "./thinking.ts";

/** any: of whichever tool. one: of a tool that is named. */
type Forced = "any" | "one";
/** as-is: it is taken. left: the model decides. unnamed: any call, and only that tool is offered. quiet: it does not think meanwhile. */
type Way = "as-is" | "left" | "unnamed" | "quiet";

function wayToForce(forced: Forced, reasoning: Reasoning | undefined, capabilities: Capabilities): Way {
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
  readonly toolChoice?: ToolChoice | undefined;
  readonly reasoning?: Reasoning | undefined;
}

/** The call is what the caller means, so the thinking goes, where it can. */
export function fitToolChoice(
  toolChoice: ToolChoice | undefined,
  reasoning: Reasoning | undefined,
  to: Fitting,
): Choice {
  const forced = forcedBy(toolChoice);
  switch (forced ? wayToForce(forced, reasoning, to.capabilities) : "as-is") {
    case "as-is":
      return { toolChoice, reasoning };
    case "left": {
      const note = "the model cannot be made to call a tool; it is left to decide";
      meaning(to, "toolChoice", "tool-choice", "dropped", note);
      return { toolChoice: { mode: "auto" }, reasoning };
    }
    case "unnamed":
      return { toolChoice: onlyNamed(toolChoice), reasoning };
    case "quiet": {
      const note = "the model does not think while a tool call is forced";
      if (reasoning?.mode) hint(to, "reasoning", "reasoning-effort", "dropped", note);
      const { budgetTokens: _budget, show: _show, ...rest } = reasoning ?? {};
      return { toolChoice, reasoning: { ...rest, mode: "off" } };
    }
  }
}

function forcedBy(choice: ToolChoice | undefined): Forced | undefined {
  if (choice?.mode === "one") return "one";
  return choice?.mode === "required" || (choice?.mode === "allowed" && choice.required) ? "any" : undefined;
}

const onlyNamed = (choice: ToolChoice | undefined): ToolChoice | undefined =>
  choice?.mode === "one" ? { mode: "allowed", required: true, tools: [choice.tool] } : choice;
