/** What Google and OpenRouter refuse where the seals of a running tool loop are missing, altered or another's. */
import type { JsonObject } from "../wire/json.ts";
import { objectOf, objectsOf, stringOf } from "./asked.ts";
import type { Persona } from "./personas.ts";
import { isSet, refuse } from "./refused.ts";
import type { Seals } from "./seals.ts";

export function checkSealed(body: JsonObject, persona: Persona, seals: Seals): void {
  const messages = objectsOf(body.messages);
  if (persona.host === "gemini") return checkGemini(messages, seals);
  const { effort, max_tokens: budget } = objectOf(body.reasoning);
  if (isSet(effort) && isSet(budget))
    refuse('Only one of "reasoning.effort" and "reasoning.max_tokens" may be specified', "reasoning");
  checkDetails(messages, persona, seals);
}

/** Google's word for calls that another model made: https://ai.google.dev/gemini-api/docs/thought-signatures#faqs */
const NOT_MINE = "skip_thought_signature_validator";
const INVALID = "Unable to submit request because Thought signature is not valid.";

function checkGemini(messages: readonly JsonObject[], seals: Seals): void {
  const signatureOf = (thing: JsonObject | undefined): string =>
    stringOf(objectOf(objectOf(thing?.extra_content).google).thought_signature);
  for (const message of messages) {
    checkSignature(signatureOf(message), "words", seals);
    for (const call of objectsOf(message.tool_calls)) checkSignature(signatureOf(call), stringOf(call.id), seals);
  }
  for (const { calls, position } of runningSteps(messages))
    if (signatureOf(calls[0]) === "") refuse(missing(calls[0], position));
}

function checkSignature(signature: string, of: string, seals: Seals): void {
  if (signature !== "" && signature !== NOT_MINE && seals.judge(signature, of) !== "fine") refuse(INVALID);
}

type Router = Extract<Persona, { host: "openrouter" }>;

function checkDetails(messages: readonly JsonObject[], persona: Router, seals: Seals): void {
  for (const message of messages)
    for (const detail of objectsOf(message.reasoning_details)) checkDetail(detail, persona, seals);
  if (persona.maker !== "google") return;
  for (const { message, calls, position } of runningSteps(messages)) {
    const signs = (detail: JsonObject): boolean => isSet(detail.data) && detail.id === calls[0]?.id;
    if (objectsOf(message.reasoning_details).some(signs)) continue;
    const cause = JSON.stringify({
      error: { code: 400, message: missing(calls[0], position), status: "INVALID_ARGUMENT" },
    });
    refuse(
      `Gemini models require OpenRouter reasoning details to be preserved in each request. Please refer to our docs: https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks. Upstream error: ${cause}`,
    );
  }
}

/** Each entry as it left: a maker's model reads its own format alone, and finds what was altered. */
function checkDetail(detail: JsonObject, { format }: Router, seals: Seals): void {
  const [data, signature] = [stringOf(detail.data), stringOf(detail.signature)];
  if (detail.format !== format)
    refuse(`reasoning_details of format ${String(detail.format)} cannot be read by this model`);
  if (typeof detail.index !== "number") refuse("reasoning_details: index: expected a number");
  if (signature !== "" && !seals.verify(stringOf(detail.text), signature))
    refuse("Invalid `signature` in `thinking` block");
  if (detail.type !== "reasoning.encrypted" || data === NOT_MINE) return;
  if (seals.judge(data, stringOf(detail.id) || "words") !== "fine") refuse(INVALID);
}

interface Step {
  readonly message: JsonObject;
  readonly calls: readonly JsonObject[];
  readonly position: number;
}

/** The answers with calls since the user's last words: only these are checked for what they lack. */
const runningSteps = (messages: readonly JsonObject[]): readonly Step[] => {
  const start = messages.findLastIndex((message) => message.role === "user");
  return messages.slice(start + 1).flatMap((message, at): Step[] => {
    const calls = objectsOf(message.tool_calls);
    return calls.length > 0 ? [{ message, calls, position: start + at + 2 }] : [];
  });
};

const missing = (call: JsonObject | undefined, position: number): string =>
  `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${stringOf(objectOf(call?.function).name)}\` , position ${position}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`;
