/** How much a model is to think, in one word for whoever reads of it. */
import { defined } from "../wire/json.ts";
import type { Reasoning } from "./request.ts";

/** An effort, else a budget as `4096 tokens`, else `off`, `on` or `adaptive`. undefined: nothing was said. */
export function effortWord(reasoning: Reasoning | undefined): string | undefined {
  const { effort, budgetTokens, mode } = reasoning ?? {};
  if (effort !== undefined) return effort;
  return budgetTokens === undefined ? mode : `${budgetTokens} tokens`;
}

export interface Efforts {
  readonly asked?: string;
  readonly sent?: string;
}

/** `named`: in the name of the model that the caller picked, which is stronger than what the body says. */
export function effortsOf(
  named: string | undefined,
  said: Reasoning | undefined,
  fitted: Reasoning | undefined,
): Efforts {
  return defined<Efforts>({ asked: named ?? effortWord(said), sent: effortWord(fitted) });
}
