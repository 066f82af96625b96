/**
 * Threads: conversations that Anthropic holds, so that a call brings only what is new. Whoever else answers has none of
 * it. A call that begins one (`create`) brings all that there is, so anybody can answer it; one that goes on (`continue`)
 * is refused in the words that make the SDKs send the whole conversation under a new `create`.
 *
 * The answer to a `create` says that a fallback model wrote it: Anthropic holds no such answer, the SDKs know that, and
 * so bring the whole conversation each time, without a refused call in between. That serves `tool_runner`, `toolRunner`
 * and `thread()` alike. `thread_unsupported_request` at the `create` would serve only the first two, since `thread()`
 * throws it; a `thread_not_found` at each `continue` would cost a refused call a turn.
 * @anthropic-ai/sdk 1.12.0 lib/internal/threads/ThreadState.ts, anthropic 2.12.0 lib/threads/_thread_state.py.
 */
import type { GatewayError } from "../../ir/error.ts";
import type { Loss } from "../../ir/loss.ts";
import type { StoredState } from "../../ir/request.ts";
import { toldTotals, type Usage } from "../../ir/usage.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";

const FIELD = "thread";

/** A type that came after us may leave out as much as `continue` does. */
export function threadOf(body: JsonObject): StoredState["thread"] {
  const thread = body[FIELD];
  if (thread === undefined || thread === null) return undefined;
  return isObject(thread) && thread.type === "create" ? "begun" : "continued";
}

/** Meaning: a caller that counts on what is held would lose the conversation. */
export const THREAD_LOSS: Loss = {
  path: FIELD,
  feature: "thread",
  how: "dropped",
  weight: "meaning",
  note: "nobody here holds the conversation; the next call must bring it whole",
};

/** What the SDKs read instead of the message. */
export function detailsOf({ kind, details }: GatewayError): { readonly details?: JsonObject } {
  if (kind === "foreign-thread") return { details: { error_code: "thread_not_found" } };
  if (kind === "unsupported" && details.param === FIELD)
    return { details: { error_code: "thread_unsupported_request", unsupported: [FIELD] } };
  return {};
}

/** The mark of an answer that no thread holds. */
export function servedByFallback(usage: Usage, model: string): JsonObject {
  const { input, output, cacheRead, cacheWrite } = toldTotals(usage);
  return {
    type: "fallback_message",
    model,
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    cache_creation: null,
  };
}
