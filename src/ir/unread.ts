/** Fields that no decoder reads: their own dialect gets them back, for every other they are told, one Loss per path. */
import { isList, isObject, type JsonObject, type Raw, without } from "../wire/json.ts";
import { FIELDS } from "./field-names.ts";
import type { Loss, LossList } from "./loss.ts";
import type { CallerWords } from "./field-names.ts";
import type { ModelRequest, Unread } from "./request.ts";

type Hints = Readonly<Record<string, Raw>>;

const words = (list: string): readonly string[] => list.trim().split(/\s+/);

/** Without these the model reads the same, and is asked for the same answer. */
const HINTS: ReadonlySet<string> = new Set([
  // Speed and price.
  ...words("prediction prompt_cache_key prompt_cache_options prompt_cache_retention prompt_cache_breakpoint"),
  ...words("cache_control service_tier speed"),
  ...words("billing_policy fallback_credit_token keep_alive stream stream_options store eager_input_streaming"),
  // What only tunes: a temperature that is lost is a hint too.
  ...words("seed temperature top_p top_k top_a min_p typical_p repetition_penalty frequency_penalty presence_penalty"),
  ...words("verbosity reasoning reasoning_effort include_reasoning enable_thinking thinking thinking_budget think"),
  ...words("max_tokens max_completion_tokens parallel_tool_calls"),
  // Who asks, and how the call is found again.
  ...words(
    "user user_id user_profile_id workspace_id safety_identifier metadata client_metadata session_id request_id",
  ),
  ...words("trace trace_id betas extra_headers"),
  // What stands beside the answer.
  ...words("diagnostics usage logprobs top_logprobs citations annotations"),
  // What SDKs and clients note on a message that they give back.
  ...words("id index object status created created_at completed_at timestamp finish_reason stop_reason parsed"),
  ...words("parsed_arguments provider_specific_fields provider_options providerOptions providerMetadata"),
  ...words("response_metadata additional_kwargs internal_chat_message_metadata_passthrough"),
]);

const NAMES_A_PROTOCOL = /_(beta|version)$/;

/** Known to show the model something else, to ask it for another answer, or to say where its words may go. */
const MEANINGFUL: ReadonlySet<string> = new Set([
  // https://platform.openai.com/docs/api-reference: Chat, then Responses.
  ...words("n logit_bias modalities audio web_search_options functions function_call moderation"),
  ...words("background prompt context_management max_tool_calls conversation"),
  // https://platform.claude.com/docs/en/api/messages. `output_config` where it holds what no decoder read: a task_budget.
  ...words("mcp_servers compaction fallbacks inference_geo output_config input_examples allowed_callers"),
  // Of a message: the model is to go on with it. Mistral, DeepSeek; Kimi.
  ...words("prefix partial"),
  // Other vendors' searches, documents, prompts, routes and grammars: OpenRouter, xAI, Perplexity, Mistral, Qwen, vLLM, Ollama.
  ...words("plugins transforms models route provider search_parameters search_options enable_search documents"),
  ...words("safe_prompt chat_template_kwargs continue_final_message add_generation_prompt echo suffix options"),
  ...words("structured_outputs guided_json guided_regex guided_choice guided_grammar grammar format"),
]);

/** The switch of a document, and what Chat's answers hold. */
const CITATIONS: ReadonlySet<string> = new Set(["citations", "annotations"]);

const isKnown = (key: string): boolean => HINTS.has(key) || MEANINGFUL.has(key);

/** Of a field that nobody here knows: words, lists and objects may be what the model is to read; a number or a switch tunes. */
export function weightOfField(key: string, value: Raw | undefined): Loss["weight"] {
  if (HINTS.has(key) || NAMES_A_PROTOCOL.test(key) || asksForNothing(key, value)) return "hint";
  return MEANINGFUL.has(key) || typeof value === "string" || isList(value) || isObject(value) ? "meaning" : "hint";
}

/** What these say is so anyway. Claude Code asks that all thinking is kept. */
const asksForNothing = (key: string, value: Raw | undefined): boolean =>
  key === "context_management"
    ? isObject(value) && isList(value.edits) && value.edits.every((edit) => isObject(edit) && edit.keep === "all")
    : key === "allowed_callers" && isList(value) && value.every((caller) => caller === "direct");

/** Clients spell out defaults; leaving those away loses nothing. */
export const saysNothing = (key: string, value: Raw | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (key === "n" && value === 1) ||
  (isList(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** `at`: the object that holds them; "" at the top of the body. */
export function loseUnread(losses: LossList, at: string, hints: Hints | undefined, weigh = weightOfField): void {
  for (const key in hints) {
    const value = hints[key];
    if (saysNothing(key, value)) continue;
    const below = (word: string): string => (at === "" ? word : `${at}.${word}`);
    losses.add({
      path: below(key),
      ...(!isKnown(key) && { place: below("…") }),
      feature: CITATIONS.has(key) ? "citations" : "unknown-field",
      how: "dropped",
      weight: weigh(key, value),
      note: `${key} is known to its own dialect only`,
    });
  }
}

/** What stands beside an effort or a switch only tunes, as they do: `mode`, `context`. */
export const loseReasoningHints = (losses: LossList, { reasoning, extra }: ModelRequest): void =>
  loseUnread(losses, extra.hintsAt ?? FIELDS.reasoning, reasoning?.hints, () => "hint");

/** Without the keys that a decoder has read; undefined when nothing is left, which is so of nearly every object. */
export function unreadOf(object: JsonObject, read: ReadonlySet<string>): Hints | undefined {
  for (const key in object) if (!read.has(key) && object[key] !== undefined) return without(object, read);
  return undefined;
}

/** With what only another dialect reads of a thing: its own dialect gets it back. */
export function withHints<T extends JsonObject>(
  object: T,
  thing: Unread,
  { own, losses, said }: { readonly own: boolean; readonly losses: LossList; readonly said: CallerWords },
): T {
  if (!thing.hints) return object;
  if (own) return { ...object, ...thing.hints };
  loseUnread(losses, said.place(thing), thing.hints);
  return object;
}
