/** What one model of one deployment can do: the vendor's row, its dialect, and the model's row together. */
import type { ProviderConfig } from "../config/config.ts";
import type { Traits } from "../dialects/traits.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { vendorOf } from "./catalog.ts";
import { EFFORTS, SUMMARIES, TRUNCATIONS, VERBOSITIES } from "../ir/choices.ts";
import { modelRow, type ModelRow, nameKey } from "./model-rows.ts";
import type { Capabilities } from "./provider.ts";
import { traitsOf, type Vendor } from "./vendor.ts";

/** Anthropic demands max_tokens; what most clients send is room enough for thinking and an answer. */
const OUTPUT_DEFAULT = 32_000;
// "integer below minimum value. Expected a value >= 16": of Responses only; clients probe a key with max_tokens 1.
const RESPONSES_OUTPUT_MIN = 16;

export function capabilitiesOf(
  provider: ProviderConfig,
  dialect: DialectId,
  model: string,
  baseModel?: string,
): Capabilities {
  const vendor = vendorOf(provider);
  const row = modelRow(baseModel ?? model);
  const traits = { ...traitsOf(vendor, dialect), ...row?.traits };
  return {
    ...(row ? known(row, dialect, vendor) : unknownModel(dialect, vendor)),
    family: row ? (row.family ?? nameKey(baseModel ?? model)) : nameKey(baseModel ?? model),
    traits: {
      ...inDialect(traits, dialect, vendor),
      // There is nothing to be switched: how much it thinks is all that can be said.
      ...(row?.thinking === "always" &&
        (row.efforts ?? []).length > 0 &&
        traits.effortField === "thinking" && { effortField: "reasoning_effort" }),
      // A model that does not reason answers the wish for sealed reasoning with a 400.
      ...(row?.thinking === "none" && { sealedReasoning: false }),
      // Other makers' models behind Anthropic's protocol are served by vendors that only imitate it.
      ...(row && row.maker !== "anthropic" && { threads: false }),
      ...(row && { sealMaker: row.sealMaker ?? row.maker }),
    },
    ...(dialect === "openai-responses" && { outputTokensMin: RESPONSES_OUTPUT_MIN }),
    ...(dialect === "openai-chat" && vendor.refusesFields && { refusesFields: new Set(vendor.refusesFields) }),
  };
}

type Known = Omit<Capabilities, "traits" | "family">;

function known(row: ModelRow, dialect: DialectId, vendor: Vendor): Known {
  const thinking = formOf(row, dialect, vendor);
  // A vendor that serves Claude over another protocol maps every effort to one that the model takes.
  const mapped = thinking === "effort" && row.thinking !== "effort" && row.thinking !== "switch";
  return {
    thinking,
    efforts: thinking === "none" ? [] : mapped ? EFFORTS : (row.efforts ?? []),
    verbosities: dialect === "anthropic-messages" ? [] : (row.verbosities ?? []),
    summaries: summariesIn(dialect, row.summaries ?? []),
    truncations: dialect === "openai-responses" ? (row.truncations ?? TRUNCATIONS) : [],
    refuses: new Set(row.refuses),
    ...(row.refusesThinking && { refusesThinking: new Set(row.refusesThinking) }),
    // Without a word Claude does not think.
    ...(mapped ? { effortDefault: "none" } : row.effortDefault && { effortDefault: row.effortDefault }),
    ...(row.contextTokens && { contextTokens: row.contextTokens }),
    ...(row.inputTokens && { inputTokens: row.inputTokens }),
    ...(row.outputTokens && { outputTokens: row.outputTokens }),
    ...(dialect === "anthropic-messages" && row.maker === "anthropic" && { signsThinking: true }),
    ...(dialect === "anthropic-messages" && {
      outputTokensDefault: Math.min(OUTPUT_DEFAULT, row.outputTokens ?? OUTPUT_DEFAULT),
    }),
    ...(dialect === "anthropic-messages" && row.maker === "anthropic" ? row.rules : rulesElsewhere(row, vendor)),
  };
}

/** A vendor that serves Claude over another protocol keeps Claude's rules itself. Kimi and DeepSeek refuse the same over each protocol of their own. */
function rulesElsewhere({ rules, maker }: ModelRow, vendor: Vendor): ModelRow["rules"] {
  const isOwnDoor = maker === "other" && traitsOf(vendor, "openai-chat").effortField === "thinking";
  return {
    ...(rules?.temperatureMax !== undefined && { temperatureMax: rules.temperatureMax }),
    ...(isOwnDoor && rules?.forcedToolChoice && { forcedToolChoice: rules.forcedToolChoice }),
  };
}

/** Nothing is clamped: what the caller asks for is sent, and the caller gets the vendor's own error. */
function unknownModel(dialect: DialectId, vendor: Vendor): Known {
  return {
    unknown: true,
    thinking:
      dialect === "anthropic-messages"
        ? "budget"
        : vendor.traits[dialect]?.effortField === "thinking"
          ? "switch"
          : "effort",
    efforts: EFFORTS,
    verbosities: dialect === "anthropic-messages" ? [] : VERBOSITIES,
    summaries: summariesIn(dialect, SUMMARIES),
    truncations: dialect === "openai-responses" ? TRUNCATIONS : [],
    refuses: new Set(),
    // An OpenAI model that is told to think refuses them, whatever its deployment is called.
    ...(vendor.serves === "openai" && {
      refusesThinking: new Set(["temperature", "topP", "frequencyPenalty", "presencePenalty"]),
    }),
    ...(dialect === "anthropic-messages" && { outputTokensDefault: OUTPUT_DEFAULT, temperatureMax: 1 }),
  };
}

/** How this dialect says how a model thinks: Chat and Responses have efforts, Messages has budgets. */
function formOf(row: ModelRow, dialect: DialectId, vendor: Vendor): Capabilities["thinking"] {
  if (row.thinking === "none" || row.thinking === "always") return row.thinking;
  if (dialect === "anthropic-messages") return row.maker === "anthropic" ? row.thinking : "budget";
  const isSwitch = traitsOf(vendor, dialect).effortField === "thinking";
  return isSwitch ? "switch" : "effort";
}

function summariesIn(dialect: DialectId, summaries: readonly string[]): readonly string[] {
  return dialect === "openai-responses" ? summaries : dialect === "anthropic-messages" ? ["summarized"] : [];
}

/** A model's row is about the model: traits that its dialect or its vendor has no place for are left out. */
function inDialect(traits: Traits, dialect: DialectId, vendor: Vendor): Traits {
  const { signedCalls, ...rest } = traits;
  if (dialect !== "openai-chat") return { ...rest, reasoningReplay: "none", reasoningRequired: false };
  // Sealed thoughts have their own place, whatever the model's row says of plain ones.
  const isSealed = vendor.traits[dialect]?.reasoningReplay === "reasoning_details";
  const said = isSealed ? { ...rest, reasoningReplay: "reasoning_details" as const } : rest;
  const takesSeals = said.extraContent === true || said.reasoningReplay === "reasoning_details";
  return { ...said, ...(signedCalls && takesSeals && { signedCalls }) };
}
