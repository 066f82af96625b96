/** Refuses what the vendors refuse, in their words. Each rule stands for a 400 that somebody has met; docs and issue numbers stand beside the rules. */
import type { JsonObject } from "../wire/json.ts";
import type { SimDialect } from "./asked.ts";
import { Refused } from "./refused.ts";
import type { Refusal } from "./refusals.ts";
import { createSeals } from "./seals.ts";
import type { StrictContext } from "./strict-context.ts";
import { checkChat } from "./strict-chat.ts";
import { checkMessages } from "./strict-messages.ts";
import { checkResponses } from "./strict-responses.ts";

export function refusalOf(dialect: SimDialect, body: JsonObject, context: StrictContext): Refusal | undefined {
  try {
    CHECKS[dialect](body, context);
    return undefined;
  } catch (problem) {
    if (problem instanceof Refused) return problem.refusal;
    throw problem;
  }
}

/** For tests with an upstream of their own: the vendor's sentence, or undefined where the request is fine. */
export function checkRequest(
  dialect: SimDialect,
  body: JsonObject,
  context: Partial<StrictContext> = {},
): string | undefined {
  return refusalOf(dialect, body, { seals: context.seals ?? createSeals(), vendor: context.vendor ?? "any" })?.message;
}

const CHECKS: Readonly<Record<SimDialect, (body: JsonObject, context: StrictContext) => void>> = {
  "openai-chat": checkChat,
  "openai-responses": checkResponses,
  "anthropic-messages": checkMessages,
};
