/** What a request says at its top of things that models differ in: fitted to a model alike, whether the call is translated or passes as bytes. */
import type { ModelRequest, Reasoning } from "./request.ts";

export type Settings = Pick<
  ModelRequest,
  "toolChoice" | "sampling" | "reasoning" | "output" | "state" | "truncation" | "cache"
>;

/** Whether both ask for as much thinking, in the same form. What is shown of it is another question. */
export const thinksAlike = (one: Reasoning | undefined, other: Reasoning | undefined): boolean =>
  one?.mode === other?.mode && one?.effort === other?.effort && one?.budgetTokens === other?.budgetTokens;
