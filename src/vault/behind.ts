/** What stands in front of an answer, as hashes: directly, and all of it since the conversation began. */
import type { Entry } from "../ir/request.ts";
import { isFromModel } from "../ir/turns.ts";
import { digestOf, sha256 } from "./digests.ts";

/** Computed on demand: the results of calls are most of a conversation. */
export interface Behind {
  front(): string;
  /** undefined: not all of it was read. */
  whole(): string | undefined;
}

/** An answer with what stands directly in front; the last one may be yet to come, or begun by the client. */
interface Step {
  readonly front: Entry[];
  readonly said: Entry[];
}

/** Of each answer in a conversation, in order. The answer to come is the last one. */
export function behindsOf(entries: readonly Entry[]): readonly Behind[] {
  const steps = stepsOf(entries);
  const fronts: string[] = [];
  const wholes: string[] = [];
  const front = (at: number): string => (fronts[at] ??= frontOf(steps[at]?.front ?? []));
  const whole = (upTo: number): string | undefined => {
    for (let at = wholes.length; at <= upTo; at++)
      wholes.push(sha256((wholes[at - 1] ?? "") + digestsOf(steps[at - 1]?.said ?? []) + front(at)));
    return wholes[upTo];
  };
  return steps.map((_, at) => ({ front: () => front(at), whole: () => whole(at) }));
}

function stepsOf(entries: readonly Entry[]): readonly Step[] {
  let last: Step = { front: [], said: [] };
  const steps = [last];
  for (const entry of entries) {
    if (isFromModel(entry)) last.said.push(entry);
    else {
      if (last.said.length > 0) steps.push((last = { front: [], said: [] }));
      last.front.push(entry);
    }
  }
  return steps;
}

/** What stands directly in front of a turn: the user's last words, or the results of the calls before it. */
export const frontOf = (entries: readonly Entry[]): string => sha256(digestsOf(entries));

/** One has 43 characters, so no two lists read alike. */
const digestsOf = (entries: readonly Entry[]): string => entries.map(digestOf).join("");
