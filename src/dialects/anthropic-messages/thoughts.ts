/** A look at the thinking in a body's conversation, before anything is decoded for it. */
import { isObject, type JsonObject, listOf } from "../../wire/json.ts";
import type { Thoughts } from "../dialect.ts";

export function thoughts({ messages }: JsonObject): Thoughts {
  const turns = listOf(messages).filter((message) => isObject(message) && message.role === "assistant");
  const answers = turns.map((turn) => listOf((turn as JsonObject).content).filter(isObject));
  return {
    lacksSeal: answers.some((blocks) => blocks.some(({ type }) => type === "tool_use") && !blocks.some(isSealed)),
    isUnsigned: answers.some((blocks) => blocks.some(({ type, signature }) => type === "thinking" && signature === "")),
    mayHoldSeal: true,
  };
}

const isSealed = ({ type, signature, data }: JsonObject): boolean =>
  (type === "thinking" && typeof signature === "string" && signature !== "") ||
  (type === "redacted_thinking" && typeof data === "string" && data !== "");
