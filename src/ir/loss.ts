/** What could not cross from one dialect to another: a value, never a silent drop. */
import type { Feature } from "./features.ts";

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
export function lossList(): { add(loss: Loss): void; list(): readonly Loss[] } {
  let seen: Map<string, Loss> | undefined;
  return {
    add: (loss) => {
      seen ??= new Map();
      const key = `${loss.feature} ${loss.path}`;
      if (!seen.has(key)) seen.set(key, loss);
    },
    list: () => (seen ? [...seen.values()] : []),
  };
}
export type LossList = ReturnType<typeof lossList>;
