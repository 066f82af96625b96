/** What it weighs that a field was left away which nobody reads. */
import { expect, test } from "bun:test";
import { DIALECTS } from "../../src/dialects/index.ts";
import { translateRequest } from "../../src/relay/translate.ts";
import type { Json, JsonObject } from "../../src/wire/json.ts";
import { CROSSINGS, targetOf } from "./table.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { weightOfField } from "../../src/ir/unread.ts";

/** Every request field that the vendors publish: OpenAI's API description of August 2026, @anthropic-ai/sdk 1.12.0's beta messages. */
const PUBLISHED: Readonly<Record<DialectId, string>> = {
  "openai-chat": `audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens
    metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options
    prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream
    stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options`,
  "openai-responses": `background context_management conversation include instructions max_output_tokens max_tool_calls
    metadata moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options
    prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options temperature text
    tool_choice tools top_logprobs top_p truncation user`,
  "anthropic-messages": `billing_policy cache_control compaction container context_management diagnostics fallback_credit_token
    fallbacks inference_geo mcp_servers metadata output_config output_format service_tier speed stop_sequences stream
    system temperature thinking thread tool_choice tools top_k top_p user_profile_id`,
};
const BODIES: Readonly<Record<DialectId, JsonObject>> = {
  "openai-chat": { model: "m", messages: [{ role: "user", content: "Hi" }] },
  "openai-responses": { model: "m", input: "Hi" },
  "anthropic-messages": { model: "m", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] },
};
/** Where a decoder reads a field, its shape has to be right; then no field is unread. */
const SAMPLES: readonly Json[] = [{ type: "x" }, "x", [{ type: "x" }], 3, true];

for (const from of CROSSINGS)
  for (const field of PUBLISHED[from].trim().split(/\s+/))
    test(`${field} of ${from} is read, or weighed by its name`, () => {
      for (const sample of SAMPLES)
        for (const to of CROSSINGS.filter((other) => other !== from))
          expect(isStranger(field, { ...BODIES[from], [field]: sample }, from, to)).toBe(false);
    });

/** Whether a log would print nothing of the field, for nobody knows its word. */
function isStranger(field: string, body: JsonObject, from: DialectId, to: DialectId): boolean {
  try {
    const { losses } = translateRequest(DIALECTS[from].request.decode(body).value, targetOf(to));
    return losses.some(
      ({ feature, path, place }) => feature === "unknown-field" && path === field && place !== undefined,
    );
  } catch {
    return false;
  }
}

test("what stands beside an effort only tunes, and is told wherever it cannot go", () => {
  const asked: Readonly<Record<DialectId, JsonObject>> = {
    "openai-chat": { reasoning: { effort: "low", context: "all_turns" } },
    "openai-responses": { reasoning: { effort: "low", context: "all_turns" } },
    "anthropic-messages": { thinking: { type: "adaptive", context: "all_turns" } },
  };
  for (const from of CROSSINGS)
    for (const to of CROSSINGS.filter((other) => other !== from)) {
      const { value } = DIALECTS[from].request.decode({ ...BODIES[from], ...asked[from] });
      const path = `${Object.keys(asked[from]).join()}.context`;
      const told = expect.objectContaining({ path, feature: "unknown-field", weight: "hint" });
      expect(translateRequest(value, targetOf(to)).losses).toContainEqual(told);
    }
});

const CLEARS = { edits: [{ type: "clear_tool_uses_20250919" }] };
const WEIGHTS: Readonly<Record<"meaning" | "hint", readonly (readonly [string, Json])[]>> = {
  meaning: [
    ["context_management", CLEARS],
    ["context_management", [{ type: "compaction" }]],
    ["output_config", { task_budget: { type: "tokens", total: 1000 } }],
    ["input_examples", [{ city: "Rome" }]],
    ["fallbacks", "default"],
    ["inference_geo", "us"],
    ["mcp_servers", [{ url: "https://example.com" }]],
    ["allowed_callers", ["code_execution_20260120"]],
    ["guided_choice", ["yes", "no"]],
    ["background", true],
    ["n", 2],
    // Nobody knows them; what they hold may be for the model.
    ["field_of_nobody", "words"],
    ["field_of_nobody", ["words"]],
    ["field_of_nobody", { words: 1 }],
    ["__proto__", { words: 1 }],
  ],
  hint: [
    ["prediction", { type: "content", content: "text" }],
    ["speed", "fast"],
    ["diagnostics", { previous_message_id: "msg_1" }],
    ["eager_input_streaming", true],
    ["parsed", { a: 1 }],
    ["client_metadata", { session: "s" }],
    ["anthropic_version", "2023-06-01"],
    // What Claude Code sends: nothing is to be cleared.
    ["context_management", { edits: [{ type: "clear_thinking_20251015", keep: "all" }] }],
    ["allowed_callers", ["direct"]],
    // Nobody knows them, and they hold nothing that could be read.
    ["field_of_nobody", 1],
    ["field_of_nobody", true],
  ],
};

for (const weight of ["meaning", "hint"] as const)
  for (const [key, value] of WEIGHTS[weight])
    test(`${key}: ${JSON.stringify(value)} weighs a ${weight}`, () => expect(weightOfField(key, value)).toBe(weight));
