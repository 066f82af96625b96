/** The fields at the top of a Chat body that are fitted to a model, as they are read, and edited where its bytes pass. */
import { isSummary } from "../../ir/choices.ts";
import type { Reasoning, Sampling, ToolRef } from "../../ir/request.ts";
import { type Settings, thinksAlike } from "../../ir/settings.ts";
import type { SpanEdit } from "../../wire/edit.ts";
import {
  defined,
  ignore,
  isList,
  isObject,
  type JsonObject,
  objectsIn,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  refuse,
  without,
} from "../../wire/json.ts";
import type { OwnSettings, Writing } from "../dialect.ts";
import type { Traits } from "../traits.ts";
import { changed, changedSampling, numbersIn, printedAt } from "../field-edits.ts";
import { reasoningFields } from "./reasoning-encode.ts";
import { encodeChoice } from "./tool-choice-encode.ts";
import { decodeToolChoice, type FindTool } from "./tools-decode.ts";

const LIMITS = ["max_completion_tokens", "max_tokens"] as const;
const NUMBERS = ["temperature", "topP", "topK", "frequencyPenalty", "presencePenalty"] as const;

export const readSampling = (body: JsonObject, wrong = refuse): Sampling =>
  defined({
    maxTokens:
      optionalNumber(body, "max_completion_tokens", "", wrong) ??
      optionalNumber(body, "max_tokens", "", wrong) ??
      optionalNumber(body, "max_output_tokens", "", wrong),
    ...numbersIn(body, NUMBERS, wrong),
    stop: stopOf(body, "stop", wrong) ?? stopOf(body, "stop_sequences", wrong),
    seed: seedOf(body, wrong),
  });

/** A seed is a 64-bit integer: past 2^53 it arrives as written, and its nearest number is as good a seed. */
function seedOf(body: JsonObject, wrong: typeof refuse): number | undefined {
  const { seed } = body;
  const exact = typeof seed === "object" && seed !== null && !isObject(seed) && !isList(seed);
  return exact ? Number(JSON.stringify(seed)) : optionalNumber(body, "seed", "", wrong);
}

function stopOf(body: JsonObject, key: string, wrong: typeof refuse): readonly string[] | undefined {
  const stop = body[key];
  if (stop === undefined || stop === null) return undefined;
  const list = typeof stop === "string" ? [stop] : stop;
  if (!isList(list) || list.some((one) => typeof one !== "string"))
    return wrong(key, "a string or a list of strings", stop);
  return list.length > 0 ? (list as readonly string[]) : undefined;
}

/** `reasoning_effort` is Chat's; `reasoning` Cursor's and OpenRouter's; `thinking` and `output_config` Anthropic's, Kimi's and DeepSeek's. */
export function readReasoning(body: JsonObject, wrong = refuse): Reasoning | undefined {
  const object = optionalObject(body, "reasoning", "", wrong) ?? {};
  const thinking = optionalObject(body, "thinking", "", wrong) ?? {};
  const config = optionalObject(body, "output_config", "", wrong) ?? {};
  const hints = without(object, REASONING_KEYS);
  const found: Reasoning = defined({
    effort:
      optionalString(body, "reasoning_effort", "", wrong) ??
      optionalString(object, "effort", "reasoning", wrong) ??
      optionalString(config, "effort", "output_config", wrong),
    budgetTokens:
      optionalNumber(thinking, "budget_tokens", "thinking", wrong) ??
      optionalNumber(object, "max_tokens", "reasoning", wrong),
    mode: modeOf(object, thinking),
    show: showOf(object, thinking),
    hints: Object.keys(hints).length > 0 ? hints : undefined,
  });
  return Object.keys(found).length > 0 ? found : undefined;
}

const REASONING_KEYS = new Set(["effort", "summary", "max_tokens", "enabled", "exclude", "generate_summary"]);

function modeOf(reasoning: JsonObject, thinking: JsonObject): Reasoning["mode"] {
  switch (thinking.type) {
    case "enabled":
      return "on";
    case "disabled":
      return "off";
    case "adaptive":
    case "auto":
      return "adaptive";
    default:
      return reasoning.enabled === true ? "on" : reasoning.enabled === false ? "off" : undefined;
  }
}

function showOf(reasoning: JsonObject, thinking: JsonObject): Reasoning["show"] {
  if (reasoning.exclude === true || thinking.display === "omitted") return "omitted";
  if (thinking.display === "summarized") return "summarized";
  const summary = reasoning.summary ?? reasoning.generate_summary;
  return isSummary(summary) ? summary : undefined;
}

export const readVerbosity = (body: JsonObject, wrong = refuse): string | undefined =>
  optionalString(body, "verbosity", "", wrong) ??
  optionalString(optionalObject(body, "text", "", wrong) ?? {}, "verbosity", "text", wrong);

export const settings = {
  read(body: JsonObject, { effortField }: Traits): OwnSettings {
    const reasoning = saidIn(effortField, readReasoning(body, ignore));
    const verbosity = readVerbosity(body, ignore);
    return {
      toolChoice: decodeToolChoice(body, FUNCTION, ignore),
      sampling: readSampling(body, ignore),
      reasoning,
      output: verbosity === undefined ? undefined : { verbosity },
      state: { store: optionalBoolean(body, "store", "", ignore) },
      cache: { key: optionalString(body, "prompt_cache_key", "", ignore) },
      // A host of many models knows which of them can be switched off, and their limits.
      ...(effortField === "reasoning" && reasoning?.mode && { thinkingStays: "unless-named" }),
    };
  },
  edits(body: JsonObject, before: OwnSettings, after: Settings, to: Writing): SpanEdit[] {
    const { maxTokensField } = to.traits;
    const limit = after.sampling.maxTokens;
    return [
      ...changed("store", ["store"], before.state.store, after.state.store),
      ...changed("cache-key", ["prompt_cache_key"], before.cache.key, after.cache.key),
      ...(thinksAlike(before.reasoning, after.reasoning) ? [] : thinkingEdits(body, after.reasoning, to)),
      ...changed("verbosity", ["verbosity"], before.output?.verbosity, after.output?.verbosity),
      // Chat has two names for the limit, and a vendor takes one of them.
      ...LIMITS.flatMap((name) => {
        const said = name === maxTokensField ? (limit ?? body[name]) : undefined;
        return changed("max-tokens", [name], body[name], said);
      }),
      ...changedSampling([...NUMBERS, "seed", "stop"], before.sampling, after.sampling),
      ...(before.toolChoice === after.toolChoice ? [] : choiceEdits(body, after.toolChoice, to)),
    ];
  },
};

const FUNCTION: FindTool = (name) => ({ via: "function", name });

/** What the vendor's own field says; bodies with another one of them do not pass. */
function saidIn(field: Traits["effortField"], reasoning: Reasoning | undefined): Reasoning | undefined {
  if (!reasoning) return undefined;
  const { mode, effort, budgetTokens } = reasoning;
  if (field === "reasoning")
    return mode === "off"
      ? { mode }
      : effort === undefined && budgetTokens !== undefined
        ? { mode: "on" }
        : defined({ effort });
  return defined({ mode: field === "thinking" ? mode : undefined, effort });
}

function thinkingEdits(body: JsonObject, reasoning: Reasoning = {}, to: Writing): SpanEdit[] {
  const { mode, effort } = reasoning;
  // A model with a switch that has efforts too takes them beside it.
  const printed =
    to.traits.effortField === "thinking"
      ? { ...reasoningFields(defined({ mode }), to), reasoning_effort: mode === "off" ? undefined : effort }
      : reasoningFields(reasoning, to);
  return printedAt("effort", THINKING, body, printed);
}

const THINKING = { reasoning_effort: [], reasoning: ["effort", "max_tokens", "enabled"], thinking: ["type"] };

function choiceEdits(body: JsonObject, choice: Settings["toolChoice"], to: Writing): SpanEdit[] {
  const names = { wireName: ({ name }: ToolRef): string => name };
  const { tool_choice: word, tools } = choice ? encodeChoice(choice, objectsIn(body, "tools"), { ...to, names }) : {};
  return [
    ...changed("tool-choice", ["tool_choice"], body.tool_choice, word),
    ...changed("tool-choice", ["tools"], body.tools, tools ?? body.tools),
  ];
}
