/** The one table between an effort and a budget of thinking tokens, used both ways. */
import type { Effort } from "../ir/request.ts";

/** Doubling steps up from Anthropic's smallest budget (1,024). Claude Code's 31,999 and LiteLLM's 10,000 stay what they mean: high, medium. */
const BUDGETS: readonly (readonly [Effort, number])[] = [
  ["minimal", 1_024],
  ["low", 2_048],
  ["medium", 8_192],
  ["high", 16_384],
  ["xhigh", 32_768],
  ["max", 65_536],
];

export const BUDGET_MIN = 1_024;

/** undefined: the effort is none, or an unknown word. */
export const budgetOf = (effort: Effort): number | undefined => BUDGETS.find(([name]) => name === effort)?.[1];

/** The highest effort whose budget is not above this one. `effortOf(budgetOf(effort))` is the effort again. */
export const effortOf = (budgetTokens: number): Effort =>
  BUDGETS.findLast(([, budget]) => budget <= budgetTokens)?.[0] ?? "minimal";
