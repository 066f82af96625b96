/** What every encoder of a request needs: whom it writes for, and where it says what could not cross. */
import type { Feature, Loss, LossList } from "../../ir/loss.ts";
import type { CacheMark, Unread } from "../../ir/request.ts";
import type { SealReader } from "../../ir/seal.ts";
import type { ToolMap } from "../../ir/tools.ts";
import { loseUnread } from "../../ir/unread.ts";
import type { CallerWords } from "../../ir/field-names.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Traits } from "../dialect.ts";

export interface Writing {
  readonly traits: Traits;
  readonly losses: LossList;
  /** What the caller calls things. */
  readonly said: CallerWords;
  /** The body came in this dialect: fields of it that only some vendors know may go back. */
  readonly own: boolean;
  /** Ids of stored files that the caller names are of a vendor with another protocol. */
  readonly foreignFiles: boolean;
  readonly names: ToolMap;
  readonly reader: SealReader;
  /** Tool turns whose thinking is gone and that the vendor would refuse: filled while writing. */
  readonly thoughtless: { turns: number };
}

type How = Loss["how"];

/** Speed, price or looks may differ. */
export const hint = (
  { losses }: Pick<Writing, "losses">,
  how: How,
  path: string,
  feature: Feature,
  note: string,
): void => losses.add({ path, feature, how, weight: "hint", note });

/** The answer may differ. */
export const meaning = (
  { losses }: Pick<Writing, "losses">,
  how: How,
  path: string,
  feature: Feature,
  note: string,
): void => losses.add({ path, feature, how, weight: "meaning", note });

/** Most vendors cache prefixes by themselves. */
export function encodeMark(mark: CacheMark | undefined, writing: Writing): JsonObject {
  if (mark && writing.traits.cacheMarks) return { cache_control: mark.raw };
  loseMark(mark, writing);
  return {};
}

/** Where even vendors that know marks know none. */
export function loseMark(mark: CacheMark | undefined, writing: Writing): void {
  const note = "Chat has no cache breakpoints; vendors cache prefixes by themselves";
  if (mark) hint(writing, "dropped", writing.said.place(mark), "cache-breakpoint", note);
}

/** What only another dialect reads of a thing; our own dialect gets it back. */
export function unread(thing: Unread, { own, losses, said }: Writing): JsonObject {
  if (own) return thing.hints ?? {};
  loseUnread(losses, said.place(thing), thing.hints);
  return {};
}
