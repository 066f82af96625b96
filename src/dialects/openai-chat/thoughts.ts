/** A look at the reasoning in a body's conversation, before anything is decoded for it. */
import { isList, isObject, type JsonObject, listOf } from "../../wire/json.ts";
import type { Thoughts } from "../dialect.ts";

/** Seals stand beside the calls and on them, and a client may know nothing of them. */
export function thoughts({ messages }: JsonObject): Thoughts {
  const turns = listOf(messages).filter(isObject);
  return {
    lacksSeal: turns.some((turn) => isList(turn.tool_calls) && !isList(turn.reasoning_details)),
    isUnsigned: false,
    mayHoldSeal: turns.some(
      (turn) => turn.reasoning_details !== undefined || isExtra(turn) || listOf(turn.tool_calls).some(isExtra),
    ),
  };
}

const isExtra = (one: unknown): boolean => isObject(one) && one.extra_content !== undefined;
