/** How much to think, in the field that this vendor reads. Efforts are clamped to the model before they come here. */
import type { Feature } from "../../ir/loss.ts";
import type { ModelRequest, Reasoning } from "../../ir/request.ts";
import { loseReasoningHints } from "../../ir/unread.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Writing as Fitting } from "../dialect.ts";
import type { Writing } from "./writing.ts";

export function encodeReasoning(request: ModelRequest, writing: Writing): JsonObject {
  // Chat's own stand in an object that no field here prints back.
  loseReasoningHints(writing.losses, request);
  return reasoningFields(request.reasoning ?? {}, writing);
}

export function reasoningFields(reasoning: Reasoning, writing: Fitting): JsonObject {
  switch (writing.traits.effortField) {
    case "reasoning_effort":
      return effortOnly(reasoning, writing);
    case "reasoning":
      return openRouter(reasoning);
    case "thinking":
      return asSwitch(reasoning, writing);
    case "none":
      if (reasoning.effort !== undefined || reasoning.mode !== undefined)
        lose("reasoning-effort", "this model takes no word on how much to think", writing);
      return {};
  }
}

const isOff = (reasoning: Reasoning): boolean => reasoning.mode === "off" || reasoning.effort === "none";

function effortOnly(reasoning: Reasoning, writing: Fitting): JsonObject {
  if (reasoning.effort !== undefined) return { reasoning_effort: reasoning.effort };
  if (reasoning.mode === "off")
    lose("reasoning-off", "thinking was to be off; this model has only efforts and keeps its default", writing);
  else if (reasoning.budgetTokens !== undefined)
    lose("reasoning-budget", "a budget of thinking tokens has no field here", writing);
  return {};
}

/** https://openrouter.ai/docs/use-cases/reasoning-tokens */
function openRouter(reasoning: Reasoning): JsonObject {
  if (isOff(reasoning)) return { reasoning: { enabled: false } };
  if (reasoning.effort !== undefined) return { reasoning: { effort: reasoning.effort } };
  if (reasoning.budgetTokens !== undefined) return { reasoning: { max_tokens: reasoning.budgetTokens } };
  return reasoning.mode === undefined ? {} : { reasoning: { enabled: true } };
}

function asSwitch(reasoning: Reasoning, writing: Fitting): JsonObject {
  if (isOff(reasoning)) return { thinking: { type: "disabled" } };
  if (reasoning.effort === undefined && reasoning.mode === undefined && reasoning.budgetTokens === undefined) return {};
  if (reasoning.effort !== undefined)
    lose("reasoning-effort", "this model thinks or does not; it takes no effort", writing);
  return { thinking: { type: "enabled" } };
}

const lose = (feature: Feature, note: string, writing: Fitting): void =>
  writing.losses.hint(writing.said.field("reasoning"), feature, "dropped", note);
