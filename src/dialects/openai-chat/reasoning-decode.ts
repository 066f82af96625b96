/** The thinking of an earlier turn, in every vendor's words, and what is sealed of it. */
import type { Draft } from "../../ir/draft.ts";
import type { Entry, MessageEntry } from "../../ir/request.ts";
import { readSeal } from "../../ir/seal.ts";
import { isList, isObject, type JsonObject, listIn, objectIn, objectsIn, pathOf, textIn } from "../../wire/json.ts";
import { isSignature, sealOf } from "./seals.ts";

/** Every vendor's word for the thinking of an earlier turn; the first one found counts, for they repeat each other. */
export function reasoningOf(message: JsonObject, at: string): readonly Entry[] {
  const wire = pathOf(at, "thinking_blocks");
  const blocks = listIn(message, "thinking_blocks").flatMap((block, index) =>
    isObject(block) ? thinking(block, pathOf(wire, index)) : [],
  );
  if (blocks.length > 0) return blocks;
  const details = objectsIn(message, "reasoning_details");
  const told = details.map((one) => textIn(one, "text") || textIn(one, "summary")).join("");
  const key = ["reasoning_content", "reasoning"].find((name) => textIn(message, name) !== "") ?? "reasoning_details";
  const text = textIn(message, key) || told;
  const seal = details.length > 0 ? { ...sealOf(details), at: pathOf(at, "reasoning_details") } : undefined;
  if (text) return [{ kind: "reasoning", sections: [text], ...(seal ? { seal } : {}), at: pathOf(at, key) }];
  return seal ? [{ kind: "reasoning", sections: [], redacted: true, seal, at: pathOf(at, key) }] : [];
}

/** Anthropic's thinking blocks, which Cursor's bodies and LiteLLM's clients hold; Mistral's has a list inside. */
export function thinking(block: JsonObject, at: string): readonly Entry[] {
  if (block.type === "redacted_thinking") {
    const seal = readSeal(textIn(block, "data"), "anthropic-messages", pathOf(at, "data"));
    return seal ? [{ kind: "reasoning", sections: [], seal, redacted: true, at }] : [];
  }
  if (block.type !== "thinking") return [];
  const text = isList(block.thinking)
    ? objectsIn(block, "thinking")
        .map((one) => textIn(one, "text"))
        .join("")
    : textIn(block, "thinking");
  const seal = readSeal(textIn(block, "signature"), "anthropic-messages", pathOf(at, "signature"));
  return text || seal ? [{ kind: "reasoning", sections: text ? [text] : [], ...(seal ? { seal } : {}), at }] : [];
}

/** Gemini signs the end of its words. */
export function sign(entries: Entry[], message: JsonObject, at: string): void {
  const extra = objectIn(message, "extra_content");
  if (!extra || !isSignature(extra)) return;
  const seal = { ...sealOf(extra), at: pathOf(at, "extra_content") };
  const last = entries.findLast((entry) => entry.kind === "message");
  if (last) (last as Draft<MessageEntry>).seal = seal;
  else entries.push({ kind: "reasoning", sections: [], redacted: true, seal });
}
