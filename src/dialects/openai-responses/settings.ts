/** The fields at the top of a Responses body that are fitted to a model, as they are read, and edited where its bytes pass. */
import { isSummary } from "../../ir/choices.ts";
import type { Reasoning, Sampling } from "../../ir/request.ts";
import { type Settings, thinksAlike } from "../../ir/settings.ts";
import type { SpanEdit } from "../../wire/edit.ts";
import {
  defined,
  ignore,
  isList,
  type JsonObject,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  refuse,
  without,
} from "../../wire/json.ts";
import type { OwnSettings } from "../dialect.ts";
import { changed, changedSampling, numbersIn, printedAt } from "../field-edits.ts";
import { reasoningFields } from "./reasoning-encode.ts";

const NUMBERS = ["temperature", "topP", "topK", "frequencyPenalty", "presencePenalty", "seed"] as const;

export function readSampling(body: JsonObject, wrong = refuse): Sampling {
  const stop = body.stop ?? body.stop_sequences;
  return defined({
    maxTokens:
      optionalNumber(body, "max_output_tokens", "", wrong) ??
      optionalNumber(body, "max_completion_tokens", "", wrong) ??
      optionalNumber(body, "max_tokens", "", wrong),
    ...numbersIn(body, NUMBERS, wrong),
    stop:
      typeof stop === "string" ? [stop] : isList(stop) ? stop.filter((text) => typeof text === "string") : undefined,
  });
}

const REASONING_KEYS = new Set(["effort"]);
const SHOWN_KEYS = new Set(["effort", "summary"]);

export function readReasoning(body: JsonObject, wrong = refuse): Reasoning | undefined {
  const wire = optionalObject(body, "reasoning", "", wrong);
  const flat = optionalString(body, "reasoning_effort", "", wrong);
  if (!wire) return flat === undefined ? undefined : { effort: flat };
  const summary = isSummary(wire.summary) ? wire.summary : undefined;
  const hints = without(wire, summary === undefined ? REASONING_KEYS : SHOWN_KEYS);
  return defined({
    effort: optionalString(wire, "effort", "reasoning", wrong) ?? flat,
    show: summary,
    hints: Object.keys(hints).length > 0 ? hints : undefined,
  });
}

export const readVerbosity = (body: JsonObject, wrong = refuse): string | undefined =>
  optionalString(optionalObject(body, "text", "", wrong) ?? {}, "verbosity", "text", wrong);

export const settings = {
  read(body: JsonObject): OwnSettings {
    const verbosity = readVerbosity(body, ignore);
    return {
      sampling: readSampling(body, ignore),
      reasoning: readReasoning(body, ignore),
      output: verbosity === undefined ? undefined : { verbosity },
      state: { store: optionalBoolean(body, "store", "", ignore) },
      truncation: optionalString(body, "truncation", "", ignore),
      cache: { key: optionalString(body, "prompt_cache_key", "", ignore) },
    };
  },
  edits(body: JsonObject, before: OwnSettings, after: Settings): SpanEdit[] {
    const limit = after.sampling.maxTokens ?? body.max_output_tokens;
    const shown = after.reasoning?.show === "omitted" ? undefined : after.reasoning?.show;
    const isSame = thinksAlike(before.reasoning, after.reasoning) && before.reasoning?.show === shown;
    return [
      ...changed("store", ["store"], before.state.store, after.state.store),
      ...changed("cache-key", ["prompt_cache_key"], before.cache.key, after.cache.key),
      ...(isSame ? [] : printedAt("effort", THINKING, body, reasoningFields(after.reasoning ?? {}))),
      ...changed("verbosity", ["text", "verbosity"], before.output?.verbosity, after.output?.verbosity),
      ...changed("truncation", ["truncation"], before.truncation, after.truncation),
      ...changed("max-tokens", ["max_output_tokens"], body.max_output_tokens, limit),
      ...changedSampling(["temperature", "topP"], before.sampling, after.sampling),
    ];
  },
};

const THINKING = { reasoning: ["effort", "summary"] };
