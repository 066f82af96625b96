/** Words of Chat Completions that several files of this folder need. https://platform.openai.com/docs/api-reference/chat */
import { assertNever } from "../../ir/assert-never.ts";
import type { FinishReason } from "../../ir/events.ts";
import { lookup } from "../../wire/json.ts";

/** The text that ends a stream. Azure, xAI and others leave it out now and then. */
export const DONE = "[DONE]";

/** What vendors that claim the dialect say when they stop. Anything else is "stop", or "tool" where calls were made. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  tool_calls: "tool",
  function_call: "tool",
  length: "length",
  max_tokens: "length",
  // Mistral's word for a full context. https://docs.mistral.ai/api
  model_length: "context-full",
  content_filter: "filter",
  // GLM's word.
  sensitive: "filter",
  refusal: "refusal",
};

/** Ends that are failures: DeepSeek, GLM and OpenRouter say them in an answer of status 200. */
export const FAILED_FINISH: ReadonlySet<string> = new Set(["insufficient_system_resource", "network_error", "error"]);

export interface SeenBlocks {
  readonly calls: boolean;
  readonly refusal: boolean;
}

/** Gemini's compatible endpoint and Ollama say "stop" beside calls; OpenAI says "stop" beside a refusal. */
export function finishReasonOf(word: string | undefined, seen: SeenBlocks): FinishReason {
  const reason = lookup(FINISH_REASONS, word) ?? "stop";
  if (reason !== "stop") return reason;
  return seen.calls ? "tool" : seen.refusal ? "refusal" : "stop";
}

export function finishWordOf(reason: FinishReason): string {
  switch (reason) {
    case "tool":
      return "tool_calls";
    case "length":
    case "context-full":
      return "length";
    case "filter":
    case "refusal":
      return "content_filter";
    case "stop":
    case "pause":
    case "stop-sequence":
      return "stop";
    default:
      return assertNever(reason);
  }
}
