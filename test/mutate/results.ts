/** What came of each mutant so far, one line of JSON each: a run that was ended goes on where it was. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Mutant } from "./mutant.ts";
import type { Killed } from "./trial.ts";

export interface Result {
  readonly mutant: Mutant;
  readonly killed?: Killed;
  readonly seconds: number;
}

export interface Results {
  readonly file: string;
  of(mutant: Mutant): Result | undefined;
  add(result: Result): void;
}

/** `tryAgain` is asked of every line that is there: what it wants tried again is not known. */
export function resultsOf(name: string, tryAgain: (result: Result) => boolean): Results {
  const file = process.env.MUTATE_RESULTS || join(tmpdir(), "codeswitch-mutate", `${name}.jsonl`);
  mkdirSync(dirname(file), { recursive: true });
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const known = new Map<string, Result>();
  for (const line of lines.filter(Boolean)) {
    const result = JSON.parse(line) as Result;
    known.set(nameOf(result.mutant), result);
  }
  return {
    file,
    of: (mutant) => {
      const result = known.get(nameOf(mutant));
      return result && !tryAgain(result) ? result : undefined;
    },
    add: (result) => appendFileSync(file, `${JSON.stringify(result)}\n`),
  };
}

/** A mutant of changed lines is another one. */
const nameOf = ({ file, operator, line, source, mutated }: Mutant): string =>
  JSON.stringify([file, operator, line, source, mutated]);
