/** How much a model is to think, in one word for whoever reads of it. */
import { defined } from "../wire/json.ts";
import type { Reasoning } from "./request.ts";

/** An effort (`other`: no word that one could be), else a budget as `4096 tokens`, else `off`, `on` or `adaptive`. undefined: nothing was said. */
export function effortWord(reasoning: Reasoning | undefined): string | undefined {
  const { effort, budgetTokens, mode } = reasoning ?? {};
  if (effort !== undefined) return WORD.test(effort) ? effort : "other";
  return budgetTokens === undefined ? mode : `${budgetTokens} tokens`;
}

/** Callers may write anything there, and a record holds nothing that a person typed. */
const WORD = /^[a-z]{1,12}$/;

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
