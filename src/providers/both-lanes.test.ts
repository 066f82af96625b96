/** One fit for both lanes: a body that is edited says of its settings what a translation of it would say. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { TargetConfig } from "../config/config.ts";
import type { Traits } from "../dialects/traits.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { DIALECTS } from "../dialects/index.ts";
import { applyEdits } from "../wire/edit.ts";
import type { JsonObject } from "../wire/json.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { vendorById } from "./catalog.ts";
import { fit } from "./fit.ts";
import { nativeEdits } from "./native-edits.ts";
import { withoutRefused } from "./refused-fields.ts";

/** Each form of thinking in each dialect, a model that no row knows, and vendors that refuse fields. */
const TARGETS: readonly (readonly [vendor: string, model: string, dialect: DialectId])[] = [
  ...["gpt-5", "gpt-5.1", "gpt-5-codex", "gpt-4o", "unheard-of"].flatMap((model) =>
    (["openai-chat", "openai-responses"] as const).map((dialect) => ["azure", model, dialect] as const),
  ),
  ["xai", "grok-4", "openai-responses"],
  ["generic", "unheard-of", "openai-chat"],
  ["mistral", "mistral-large", "openai-chat"],
  ["gemini", "gemini-2.5-pro", "openai-chat"],
  ["groq", "gpt-oss-120b", "openai-chat"],
  ["kimi", "kimi-k2.5", "openai-chat"],
  ["kimi", "kimi-k3", "openai-chat"],
  ["deepseek", "deepseek-v4", "openai-chat"],
  ["openrouter", "openai/gpt-5", "openai-chat"],
  ["kimi", "kimi-k2.5", "anthropic-messages"],
  ...["claude-3-5-sonnet", "claude-sonnet-4-5", "claude-sonnet-5", "claude-opus-5-5", "unheard-of"].map(
    (model) => ["anthropic", model, "anthropic-messages"] as const,
  ),
];

const EFFORT = fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "max");
const LIMIT = fc.constantFrom(1, 50, 2_000, 9_000, 200_000);
const SAMPLING = {
  temperature: fc.constantFrom(0, 0.5, 1, 1.5, null),
  top_p: fc.constantFrom(0.5, 1),
};
const optional = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;

const TOOL = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
const NAMED = { type: "function", function: { name: "f" } };
const EFFORT_FIELDS: Readonly<Record<Traits["effortField"], Record<string, fc.Arbitrary<unknown>>>> = {
  reasoning_effort: { reasoning_effort: EFFORT },
  reasoning: { reasoning: optional({ effort: EFFORT, exclude: fc.constant(true) }) },
  thinking: { thinking: fc.constantFrom({ type: "enabled" }, { type: "disabled" }) },
  none: {},
};
/** Bodies that their vendor takes as they are, but for what a model refuses. */
const BODIES: Readonly<Record<DialectId, (traits: Traits) => fc.Arbitrary<JsonObject>>> = {
  "openai-chat": ({ maxTokensField, effortField }) =>
    optional({
      ...SAMPLING,
      ...EFFORT_FIELDS[effortField],
      [maxTokensField]: LIMIT,
      stop: fc.constantFrom("x", ["x", "y"]),
      seed: fc.constant(7),
      frequency_penalty: fc.constantFrom(0, 1),
      verbosity: fc.constantFrom("low", "medium"),
      tool_choice: fc.constantFrom("auto", "required", NAMED),
    }).map((fields) => ({ ...fields, tools: [TOOL], messages: [{ role: "user", content: "x" }] })),
  "openai-responses": () =>
    optional({
      ...SAMPLING,
      max_output_tokens: LIMIT,
      reasoning: optional({ effort: EFFORT, context: fc.constant("all_turns") }),
      text: optional({ verbosity: fc.constantFrom("low", "medium") }),
      truncation: fc.constantFrom("auto", "disabled", "middle"),
    }).map((fields) => ({ ...fields, input: "x" })),
  "anthropic-messages": () =>
    fc
      .tuple(
        LIMIT,
        optional({
          ...SAMPLING,
          top_k: fc.constant(5),
          stop_sequences: fc.constant(["x"]),
          thinking: fc.constantFrom(
            { type: "enabled", budget_tokens: 8_192, display: "omitted" },
            { type: "enabled", budget_tokens: 1_024 },
            { type: "adaptive" },
            { type: "disabled" },
          ),
          output_config: optional({ effort: EFFORT }),
        }),
      )
      .map(([max_tokens, fields]) => ({ ...fields, max_tokens, messages: [{ role: "user", content: "x" }] })),
};

const CONFIG = optional({
  effort: EFFORT,
  maxTokens: LIMIT,
  verbosity: fc.constantFrom("low", "high"),
  truncation: fc.constantFrom("auto", "disabled"),
}) as fc.Arbitrary<Partial<TargetConfig>>;

test.each(TARGETS)("%s %s over %s is asked the same on both lanes", (vendor, model, dialect) => {
  const { kind = "openai-compatible" } = vendorById(vendor) ?? {};
  const provider = { name: "it", kind, baseUrl: "https://h/v1", vendor, headers: {}, firstByteMs: 1, idleMs: 1 };
  const capabilities = capabilitiesOf(provider, dialect, model);
  const { traits, family } = capabilities;
  const { passes, request } = DIALECTS[dialect];
  /** What its vendor reads in a body. A default is as good as absent, and a host's switch has no level. */
  const said = (body: JsonObject): unknown => {
    const { sampling, reasoning, output, truncation, toolChoice } = request.decode(body).value;
    const { temperature, topP, frequencyPenalty, ...others } = sampling;
    return {
      ...others,
      temperature: temperature === 1 ? undefined : temperature,
      topP: topP === 1 ? undefined : topP,
      frequencyPenalty: frequencyPenalty === 0 ? undefined : frequencyPenalty,
      mode: reasoning?.mode,
      effort: traits.effortField === "thinking" && dialect === "openai-chat" ? undefined : reasoning?.effort,
      budgetTokens: reasoning?.budgetTokens,
      verbosity: output?.verbosity,
      truncation,
      toolChoice,
    };
  };
  let compared = 0;
  fc.assert(
    fc.property(BODIES[dialect](traits), CONFIG, fc.option(EFFORT, { nil: undefined }), (fields, config, forced) => {
      const body = { ...fields, model };
      if (!passes(body, traits)) return;
      compared++;
      const target = { model, dialect, config: { provider: "it", model, ...config }, capabilities };
      const { edits } = nativeEdits(body, { target, ...(forced !== undefined && { forcedEffort: forced }) });
      const edited = JSON.parse(applyEdits(JSON.stringify(body), edits, body)) as JsonObject;
      const fitted = fit(request.decode(body).value, capabilities, target.config, forced).value;
      const printed = request.encode(fitted, { issuer: "it", family, model, traits }).value;
      const translated = withoutRefused(printed, fitted, capabilities, dialect).value;
      expect(said(edited)).toEqual(said(JSON.parse(JSON.stringify(translated)) as JsonObject));
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(30);
});
