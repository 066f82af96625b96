/** Whether the tool loop under way still has the reasoning that its vendor demands back. */
import type { Entry, ReasoningEntry } from "./request.ts";
import { turnsOf } from "./turns.ts";

/** True when a turn with calls, since the last user message, has no reasoning that satisfies `holds`. Vendors check the running tool loop: older turns may lack theirs. */
export function lacksReasoning(entries: readonly Entry[], holds: (entry: ReasoningEntry) => boolean): boolean {
  const begin = entries.findLastIndex((entry) => entry.kind === "message" && entry.role === "user") + 1;
  return turnsOf(entries.slice(begin)).some(
    (turn) =>
      turn.role === "assistant" &&
      turn.entries.some((entry) => entry.kind === "call") &&
      !turn.entries.some((entry) => entry.kind === "reasoning" && holds(entry)),
  );
}
