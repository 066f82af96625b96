/** A question that only a person in a terminal can answer; everywhere else --yes has to be said beforehand. */
import { createInterface } from "node:readline/promises";
import { Failure } from "./usage.ts";

/** Throws Failure unless somebody says yes. */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
    throw new Failure("Nothing was changed: without a terminal nobody can be asked. Add --yes to go ahead.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [y/N] `).catch(left);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure("Nothing was changed.");
  } finally {
    terminal.close();
  }
}

/** Ctrl-C and Ctrl-D leave the question's line as it is. */
function left(): never {
  throw new Failure("\nNothing was changed.");
}
