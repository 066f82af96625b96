/** What could not cross from one dialect to another: a value, never a silent drop. */
import type { Feature } from "./features.ts";
import { callerWords, type CallerWords, type Placed } from "./field-names.ts";

export interface Loss {
  /** Where it stands in the caller's body, or in the upstream's answer: `tools[3].format`, `answer.annotations`. */
  readonly path: string;
  /** The path for a log, where its last word is one of the caller's own, which may be anything that a person typed. */
  readonly place?: string;
  readonly feature: Feature;
  readonly how: "dropped" | "approximated" | "emulated";
  /** meaning: the answer may differ. hint: speed, price or looks may. */
  readonly weight: "meaning" | "hint";
  readonly note: string;
}
export type { Feature };

export interface Translated<T> {
  readonly value: T;
  readonly losses: readonly Loss[];
}

export const lossless = <T>(value: T): Translated<T> => ({ value, losses: [] });

/** Collects losses: one per path and feature, never one per delta. All of them, for a strict call asks whether any matters. */
export interface LossList {
  add(loss: Loss): void;
  /** Speed, price or looks may differ. `at`: a path, or a thing that knows where it stood. */
  hint(at: string | Placed, feature: Feature, how: Loss["how"], note: string): void;
  /** The answer may differ. */
  meaning(at: string | Placed, feature: Feature, how: Loss["how"], note: string): void;
  list(): readonly Loss[];
}

/** `said`: how the caller calls the place of what it did not write itself. */
export function lossList(said: CallerWords = callerWords({})): LossList {
  let seen: Map<string, Loss> | undefined;
  const pathOf = (at: string | Placed): string => (typeof at === "string" ? at : said.place(at));
  const add = (loss: Loss): void => {
    seen ??= new Map();
    const key = `${loss.feature} ${loss.path}`;
    if (!seen.has(key)) seen.set(key, loss);
  };
  return {
    add,
    hint: (at, feature, how, note) => add({ path: pathOf(at), feature, how, weight: "hint", note }),
    meaning: (at, feature, how, note) => add({ path: pathOf(at), feature, how, weight: "meaning", note }),
    list: () => (seen ? [...seen.values()] : []),
  };
}
