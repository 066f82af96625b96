/** Mutants that no test has to kill, each with the reason: kept by a person, in judged.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import judged from "./judged.json" with { type: "json" };
import { type Mutant, oneLine } from "./mutant.ts";

export interface Judged {
  readonly file: string;
  readonly operator: string;
  /** The lines of the mutant before and after. Line numbers move, words stay. */
  readonly source: string;
  readonly mutated: string;
  /** Equivalent: nothing can tell it from the source. Harmless: something can, and nobody would mind. */
  readonly verdict: "equivalent" | "harmless";
  readonly reason: string;
}

export const JUDGED = judged as readonly Judged[];

export const verdictOn = (mutant: Mutant): Judged | undefined =>
  JUDGED.find(
    ({ file, operator, source, mutated }) =>
      file === mutant.file && operator === mutant.operator && source === mutant.source && mutated === mutant.mutated,
  );

/** Those whose source is no longer there: to be judged anew, or to go. */
export const outdated = (root: string): readonly Judged[] =>
  JUDGED.filter(({ file, source }) => !textOf(root, file).includes(source));

function textOf(root: string, file: string): string {
  try {
    return oneLine(readFileSync(join(root, file), "utf8"));
  } catch {
    return "";
  }
}
