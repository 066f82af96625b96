/** How much to think, and what is shown of it. Efforts are clamped to the model before they come here. */
import type { Reasoning } from "../../ir/request.ts";
import { loseReasoningHints } from "../../ir/unread.ts";
import { defined, type JsonObject } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";

export function encodeReasoning(w: Writing): JsonObject {
  const { reasoning } = w.request;
  if (!reasoning) return {};
  const effort = reasoning.effort ?? effortOfBudget(reasoning, w);
  if (!w.own) loseReasoningHints(w.losses, w.request);
  return reasoningFields({ ...reasoning, effort, ...(!w.own && { hints: {} }) });
}

const SUMMARY: Readonly<Record<NonNullable<Reasoning["show"]>, string | undefined>> = {
  omitted: undefined,
  auto: "auto",
  concise: "concise",
  detailed: "detailed",
  summarized: "auto",
  full: "detailed",
};

export function reasoningFields({ effort, show, hints }: Reasoning): JsonObject {
  const reasoning = defined<JsonObject>({ effort, summary: show && SUMMARY[show], ...hints });
  return Object.keys(reasoning).length > 0 ? { reasoning } : {};
}

/** Only where nobody before us has turned the budget into an effort the model knows. */
function effortOfBudget(reasoning: Reasoning, w: Writing): string | undefined {
  const { budgetTokens } = reasoning;
  if (reasoning.mode === "off") {
    w.losses.hint(w.said.field("reasoning"), "reasoning-off", "dropped", "the model thinks as much as it is set to");
    return undefined;
  }
  if (budgetTokens === undefined) return undefined;
  const note = "a budget of tokens is told as an effort";
  w.losses.hint(w.said.field("reasoning"), "reasoning-budget", "approximated", note);
  return budgetTokens < 4_096 ? "low" : budgetTokens < 16_384 ? "medium" : "high";
}
