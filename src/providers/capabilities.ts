/** What one model of one deployment can do: the vendor's row, its dialect, and the model's row together. */
import type { ProviderConfig } from "../config/config.ts";
import { ANTHROPIC_MESSAGES } from "../dialects/anthropic-messages/id.ts";
import { DIALECTS } from "../dialects/index.ts";
import { OPENAI_CHAT } from "../dialects/openai-chat/id.ts";
import type { Traits } from "../dialects/traits.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { vendorOf } from "./catalog.ts";
import { EFFORTS, SUMMARIES, TRUNCATIONS, VERBOSITIES } from "../ir/choices.ts";
import { modelRow, type ModelRow, nameKey } from "./model-rows.ts";
import type { Capabilities } from "./provider.ts";
import { traitsOf, type Vendor } from "./vendor.ts";

export function capabilitiesOf(
  provider: ProviderConfig,
  dialect: DialectId,
  model: string,
  baseModel?: string,
): Capabilities {
  const vendor = vendorOf(provider);
  const row = modelRow(baseModel ?? model);
  const traits = { ...traitsOf(vendor, dialect), ...row?.traits };
  const { outputMin } = DIALECTS[dialect].range;
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
    ...(outputMin !== undefined && { outputTokensMin: outputMin }),
    ...(dialect === OPENAI_CHAT && vendor.refusesFields && { refusesFields: new Set(vendor.refusesFields) }),
  };
}

type Known = Omit<Capabilities, "traits" | "family">;

function known(row: ModelRow, dialect: DialectId, vendor: Vendor): Known {
  const thinking = formOf(row, dialect, vendor);
  const { range } = DIALECTS[dialect];
  const isClaude = dialect === ANTHROPIC_MESSAGES && row.maker === "anthropic";
  // A vendor that serves Claude over another protocol maps every effort to one that the model takes.
  const mapped = thinking === "effort" && row.thinking !== "effort" && row.thinking !== "switch";
  return {
    thinking,
    efforts: thinking === "none" ? [] : mapped ? EFFORTS : (row.efforts ?? []),
    verbosities: range.verbosity ? (row.verbosities ?? []) : [],
    summaries: range.summaries(row.summaries ?? []),
    truncations: range.truncation ? (row.truncations ?? TRUNCATIONS) : [],
    refuses: new Set(row.refuses),
    ...(row.refusesThinking && { refusesThinking: new Set(row.refusesThinking) }),
    // Without a word Claude does not think.
    ...(mapped ? { effortDefault: "none" } : row.effortDefault && { effortDefault: row.effortDefault }),
    ...(row.contextTokens && { contextTokens: row.contextTokens }),
    ...(row.inputTokens && { inputTokens: row.inputTokens }),
    ...(row.outputTokens && { outputTokens: row.outputTokens }),
    ...(isClaude && { signsThinking: true }),
    ...(range.outputDefault !== undefined && {
      outputTokensDefault: Math.min(range.outputDefault, row.outputTokens ?? range.outputDefault),
    }),
    ...(isClaude ? row.rules : rulesElsewhere(row, vendor)),
  };
}

/** A vendor that serves Claude over another protocol keeps Claude's rules itself. Kimi and DeepSeek refuse the same over each protocol of their own. */
function rulesElsewhere({ rules, maker }: ModelRow, vendor: Vendor): ModelRow["rules"] {
  const isOwnDoor = maker === "other" && traitsOf(vendor, OPENAI_CHAT).effortField === "thinking";
  return {
    ...(rules?.temperatureMax !== undefined && { temperatureMax: rules.temperatureMax }),
    ...(isOwnDoor && rules?.forcedToolChoice && { forcedToolChoice: rules.forcedToolChoice }),
  };
}

/** Nothing is clamped: what the caller asks for is sent, and the caller gets the vendor's own error. */
function unknownModel(dialect: DialectId, vendor: Vendor): Known {
  const { range } = DIALECTS[dialect];
  const isSwitch = vendor.traits[dialect]?.effortField === "thinking";
  return {
    unknown: true,
    thinking: range.thinking === "effort" && isSwitch ? "switch" : range.thinking,
    efforts: EFFORTS,
    verbosities: range.verbosity ? VERBOSITIES : [],
    summaries: range.summaries(SUMMARIES),
    truncations: range.truncation ? TRUNCATIONS : [],
    refuses: new Set(),
    // An OpenAI model that is set to think refuses them, whatever its deployment is called.
    ...(vendor.serves === "openai" && {
      refusesThinking: new Set(["temperature", "topP", "frequencyPenalty", "presencePenalty"]),
    }),
    ...(range.outputDefault !== undefined && { outputTokensDefault: range.outputDefault }),
    ...(range.temperatureMax !== undefined && { temperatureMax: range.temperatureMax }),
  };
}

/** How this dialect says how a model thinks; Claude has forms of its own in its own dialect. */
function formOf(row: ModelRow, dialect: DialectId, vendor: Vendor): Capabilities["thinking"] {
  if (row.thinking === "none" || row.thinking === "always") return row.thinking;
  if (DIALECTS[dialect].range.thinking === "budget") return row.maker === "anthropic" ? row.thinking : "budget";
  const isSwitch = traitsOf(vendor, dialect).effortField === "thinking";
  return isSwitch ? "switch" : "effort";
}

/** A model's row is about the model: traits that its dialect or its vendor has no place for are left out. */
function inDialect(traits: Traits, dialect: DialectId, vendor: Vendor): Traits {
  const { signedCalls, ...rest } = traits;
  if (!DIALECTS[dialect].range.replaysReasoning) return { ...rest, reasoningReplay: "none", reasoningRequired: false };
  // Sealed thoughts have their own place, whatever the model's row says of plain ones.
  const isSealed = vendor.traits[dialect]?.reasoningReplay === "reasoning_details";
  const said = isSealed ? { ...rest, reasoningReplay: "reasoning_details" as const } : rest;
  const takesSeals = said.extraContent === true || said.reasoningReplay === "reasoning_details";
  return { ...said, ...(signedCalls && takesSeals && { signedCalls }) };
}
