/** A request made to fit one model: the target's defaults filled in, what the model does not accept clamped or dropped, each as a Loss. Never a refusal. */
import type { TargetConfig } from "../config/config.ts";
import { type Loss, lossless, lossList, type Translated } from "../ir/loss.ts";
import type { Entry, ModelRequest, OutputShape, Reasoning } from "../ir/request.ts";
import type { Settings } from "../ir/settings.ts";
import { isFromModel } from "../ir/turns.ts";
import { callerWords } from "../ir/field-names.ts";
import { defined } from "../wire/json.ts";
import { type Fitting, hint } from "./fitting.ts";
import { fitToolChoice } from "./forced-call.ts";
import type { Capabilities } from "./provider.ts";
import { thinkingFor, thinks } from "./thinking.ts";
import { fitOutputTokens, fitSampling } from "./sampling.ts";

/** Of a request that is translated. */
export function fit(
  request: ModelRequest,
  capabilities: Capabilities,
  config: TargetConfig,
  forcedEffort?: string,
): Translated<ModelRequest> {
  const losses = lossList();
  const { dialect } = request.extra;
  const to: Fitting = { capabilities, config, forcedEffort, dialect, said: callerWords(request), losses };
  const turns = turnEfforts(request.entries, to);
  const reasoning = turns.effort === undefined ? request.reasoning : { ...request.reasoning, effort: turns.effort };
  const settings = fitSettings(request, thinkingFor(reasoning, to), to);
  return { value: defined({ ...request, ...settings, entries: turns.entries }), losses: losses.list() };
}

/** Precedence: the effort in the name that the caller picked, then the request's own fields, then the target's defaults. */
export function fitSettings(settings: Settings, thinking: Reasoning | undefined, to: Fitting): Settings {
  const { sampling, state } = settings;
  const choice = fitToolChoice(settings.toolChoice, thinking, to);
  const { maxTokens, reasoning } = fitOutputTokens(sampling.maxTokens, choice.reasoning, to);
  const truncation = fitTruncation(settings.truncation, to);
  return {
    toolChoice: choice.toolChoice,
    sampling: fitSampling({ ...sampling, maxTokens }, thinks(reasoning, to.capabilities), to),
    reasoning,
    output: fitOutput(settings.output, to),
    state: state.store === undefined && to.config.store !== undefined ? { ...state, store: to.config.store } : state,
    truncation,
    cache: settings.cache,
  };
}

/**
 * For a tool loop whose reasoning is lost (neither the client nor the vault has it): sent with thinking off, since vendors refuse a turn that lacks it.
 * A model that cannot be switched off gets a stand-in instead, where its reasoning is plain text.
 */
export function withoutReasoning(request: ModelRequest, capabilities?: Capabilities): Translated<ModelRequest> {
  if (capabilities?.alwaysThinks) return lossless(request);
  const losses = lossList();
  const lose = (how: Loss["how"], note: string): void =>
    losses.hint(callerWords(request).field("conversation"), "reasoning-missing", how, note);
  if (capabilities?.thinking === "always") {
    lose(
      "emulated",
      "the reasoning of an earlier turn is lost; a blank stands in its place, since the model always reasons",
    );
    return { value: { ...request, entries: withStandIns(request.entries) }, losses: losses.list() };
  }
  lose("dropped", "the reasoning of an earlier turn is lost, so this answer is given without thinking");
  const { show, hints } = request.reasoning ?? {};
  const effort = capabilities?.thinking === "effort" ? "none" : undefined;
  const reasoning = defined<Reasoning>({ mode: "off", effort, show, hints });
  return { value: { ...request, reasoning }, losses: losses.list() };
}

/** A blank before the first call of every turn without reasoning. Vendors check that the field is there, not what it says. */
function withStandIns(entries: readonly Entry[]): readonly Entry[] {
  let hasReasoning = false;
  return entries.flatMap((entry, index): readonly Entry[] => {
    hasReasoning = isFromModel(entry) && (hasReasoning || (entry.kind === "reasoning" && entry.sections.some(Boolean)));
    const isFirst = entry.kind === "call" && entries[index - 1]?.kind !== "call";
    return isFirst && !hasReasoning ? [{ kind: "reasoning", sections: [" "] }, entry] : [entry];
  });
}

/** Where turns take no effort of their own the last one speaks for the request. */
function turnEfforts(
  entries: readonly Entry[],
  { capabilities, forcedEffort, said, losses }: Fitting,
): { readonly entries: readonly Entry[]; readonly effort?: string } {
  const last = entries.findLast((entry) => entry.kind === "message" && entry.effort !== undefined);
  if (last?.kind !== "message" || last.effort === undefined) return { entries };
  if (capabilities.turnEffort && forcedEffort === undefined) return { entries };
  const path = last.at === undefined ? said.field("conversation") : `${last.at}.output_config.effort`;
  const note = "an effort of a single turn; the last one counts for the whole request";
  losses.hint(path, "turn-effort", "approximated", note);
  return { entries: entries.map(withoutEffort), effort: last.effort };
}

function withoutEffort(entry: Entry): Entry {
  if (entry.kind !== "message" || entry.effort === undefined) return entry;
  const { effort: _effort, ...rest } = entry;
  return rest;
}

function fitOutput(output: OutputShape | undefined, to: Fitting): OutputShape | undefined {
  const asked = output?.verbosity;
  const verbosity = clampVerbosity(asked ?? to.config.verbosity, to.capabilities);
  if (verbosity === asked) return output;
  if (asked !== undefined)
    if (verbosity === undefined) hint(to, "verbosity", "verbosity", "dropped", "the model takes no verbosity");
    else hint(to, "verbosity", "verbosity", "approximated", `verbosity ${asked} became ${verbosity}`);
  const fitted: OutputShape = defined({ ...output, verbosity });
  return Object.keys(fitted).length > 0 ? fitted : undefined;
}

/** No model takes two of the three, so the first that it takes is the nearest. */
export function clampVerbosity(wanted: string | undefined, capabilities: Capabilities): string | undefined {
  const { verbosities } = capabilities;
  return wanted === undefined || verbosities.includes(wanted) || (capabilities.unknown && verbosities.length > 0)
    ? wanted
    : verbosities[0];
}

/** Only the Responses dialect knows truncation; one without it says so itself. */
function fitTruncation(asked: string | undefined, to: Fitting): string | undefined {
  const { truncations } = to.capabilities;
  if (truncations.length === 0 || (asked !== undefined && truncations.includes(asked))) return asked;
  if (asked !== undefined) hint(to, "truncation", "truncation", "dropped", "the model takes no such truncation");
  const { truncation } = to.config;
  return truncation !== undefined && truncations.includes(truncation) ? truncation : undefined;
}
