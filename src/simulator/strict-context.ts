/** What the checks of every dialect must know of the vendor that they stand in for. */
import type { Seals } from "./seals.ts";

export interface StrictContext {
  /** Who signed what must come back unaltered. */
  readonly seals: Seals;
  /** openai: fields that only compatible vendors know are refused, too. */
  readonly vendor: "openai" | "any";
}
