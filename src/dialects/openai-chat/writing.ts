/** What every encoder of a request needs: whom it writes for, and where it says what could not cross. */
import type { Loss, LossList } from "../../ir/loss.ts";
import type { SealReader } from "../../ir/seal.ts";
import type { ToolMap } from "../../ir/tools.ts";
import type { Traits } from "../dialect.ts";

export interface Writing {
  readonly traits: Traits;
  readonly losses: LossList;
  /** The body came in this dialect: fields of it that only some vendors know may go back. */
  readonly own: boolean;
  readonly names: ToolMap;
  readonly reader: SealReader;
  /** Tool turns whose thinking is gone and that the vendor would refuse: filled while writing. */
  readonly thoughtless: { turns: number };
}

type How = Loss["how"];

/** Speed, price or looks may differ. */
export const hint = ({ losses }: Writing, how: How, path: string, feature: string, note: string): void =>
  losses.add({ path, feature, how, weight: "hint", note });

/** The answer may differ. */
export const meaning = ({ losses }: Writing, how: How, path: string, feature: string, note: string): void =>
  losses.add({ path, feature, how, weight: "meaning", note });

export const loseMark = (at: string, writing: Writing): void =>
  hint(
    writing,
    "dropped",
    at,
    "cache-breakpoint",
    "Chat has no cache breakpoints; vendors cache prefixes by themselves",
  );
