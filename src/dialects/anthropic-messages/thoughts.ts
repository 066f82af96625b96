/** A look at the thinking in a body's conversation, before anything is decoded for it. */
import { isObject, type JsonObject, listOf } from "../../wire/json.ts";
import type { Thoughts } from "../dialect.ts";

/** Conversations are long, so it makes nothing on its way. */
export function thoughts({ messages }: JsonObject): Thoughts {
  const found = { lacksSeal: false, isUnsigned: false, mayHoldSeal: true };
  for (const message of listOf(messages)) {
    if (!isObject(message) || message.role !== "assistant") continue;
    let [calls, isSealed] = [false, false];
    for (const block of listOf(message.content)) {
      if (!isObject(block)) continue;
      if (block.type === "tool_use") calls = true;
      else if (sealIn(block)) isSealed = true;
      else if (block.type === "thinking" && block.signature === "") found.isUnsigned = true;
    }
    if (calls && !isSealed) found.lacksSeal = true;
  }
  return found;
}

const sealIn = ({ type, signature, data }: JsonObject): boolean =>
  (type === "thinking" && typeof signature === "string" && signature !== "") ||
  (type === "redacted_thinking" && typeof data === "string" && data !== "");
