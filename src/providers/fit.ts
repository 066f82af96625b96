/** A request made to fit one model: the target's defaults filled in, what the model does not accept clamped or dropped, each as a Loss. Never a refusal. */
import type { TargetConfig } from "../config/config.ts";
import { type Loss, lossList, type LossList, type Translated } from "../ir/loss.ts";
import type { Entry, ModelRequest, OutputShape, Reasoning } from "../ir/request.ts";
import { lacksReasoning } from "../ir/lacks-reasoning.ts";
import { type CallerWords, callerWords } from "../ir/field-names.ts";
import { fitToolChoice } from "./forced-call.ts";
import type { Capabilities } from "./provider.ts";
import { thinkingFor, thinks } from "./thinking.ts";
import { fitOutputTokens, fitSampling } from "./sampling.ts";

/** Precedence: the effort in the name that the caller picked, then the request's own fields, then the target's defaults. */
export function fit(
  request: ModelRequest,
  capabilities: Capabilities,
  config: TargetConfig,
  forcedEffort?: string,
): Translated<ModelRequest> {
  const losses = lossList();
  const said = callerWords(request);
  const turns = turnEfforts(request.entries, capabilities, forcedEffort, losses);
  const own = turns.effort === undefined ? request.reasoning : { ...request.reasoning, effort: turns.effort };
  const thought = thinkingFor(
    {
      config,
      said,
      dialect: request.extra.dialect,
      ...(own && { own }),
      ...(forcedEffort !== undefined && { forcedEffort }),
    },
    capabilities,
  );
  thought.losses.forEach(losses.add);
  const choice = fitToolChoice(request.toolChoice, thought.reasoning, capabilities, said, losses);
  const tokens = fitOutputTokens(request.sampling.maxTokens, choice.reasoning, capabilities, config, said, losses);
  const sampling = fitSampling(request.sampling, capabilities, thinks(tokens.reasoning, capabilities), said, losses);
  const { maxTokens: _asked, ...rest } = sampling;
  const { reasoning: _own, toolChoice: _choice, output: _output, truncation: _truncation, ...plain } = request;
  const truncation = fitTruncation(request.truncation, capabilities, config, said, losses);
  const output = fitOutput(request.output, capabilities, config, said, losses);
  return {
    value: {
      ...plain,
      entries: turns.entries,
      sampling: { ...(tokens.maxTokens !== undefined && { maxTokens: tokens.maxTokens }), ...rest },
      ...(choice.toolChoice && { toolChoice: choice.toolChoice }),
      ...(tokens.reasoning && { reasoning: tokens.reasoning }),
      ...(output && { output }),
      state:
        config.store === undefined || request.state.store !== undefined
          ? request.state
          : { ...request.state, store: config.store },
      ...(truncation !== undefined && { truncation }),
    },
    losses: losses.list(),
  };
}

/**
 * For a tool loop whose reasoning nobody has any more: sent with thinking off, since vendors refuse a turn that lacks it.
 * A model that cannot be switched off gets a stand-in instead, where its reasoning is plain text.
 */
export function withoutReasoning(request: ModelRequest, capabilities?: Capabilities): Translated<ModelRequest> {
  const loss = (how: Loss["how"], note: string): Loss => ({
    path: callerWords(request).field("conversation"),
    feature: "reasoning-missing",
    how,
    weight: "hint",
    note,
  });
  if (capabilities?.alwaysThinks) return { value: request, losses: [] };
  if (capabilities?.thinking === "always") {
    const note =
      "the reasoning of an earlier turn is lost; a blank stands in its place, since the model always reasons";
    return { value: { ...request, entries: withStandIns(request.entries) }, losses: [loss("emulated", note)] };
  }
  const { show, hints } = request.reasoning ?? {};
  const reasoning: Reasoning = {
    mode: "off",
    ...(capabilities?.thinking === "effort" && { effort: "none" }),
    ...(show && { show }),
    ...(hints && { hints }),
  };
  return {
    value: { ...request, reasoning },
    losses: [loss("dropped", "the reasoning of an earlier turn is lost, so this answer is given without thinking")],
  };
}

/** A blank before the first call of every turn without reasoning. Vendors check that the field is there, not what it says. */
function withStandIns(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry, index): Entry[] => {
    if (entry.kind !== "call" || isInTurn(entries[index - 1], "call")) return [entry];
    const start = entries.slice(0, index).findLastIndex((before) => !isInTurn(before)) + 1;
    const turn = entries.slice(start, index + 1);
    const holds = !lacksReasoning(turn, (reasoning) => reasoning.sections.some((text) => text !== ""));
    return holds ? [entry] : [{ kind: "reasoning", sections: [" "] }, entry];
  });
}

const isInTurn = (entry: Entry | undefined, kind?: Entry["kind"]): boolean =>
  entry !== undefined &&
  (kind
    ? entry.kind === kind
    : entry.kind === "call" || entry.kind === "reasoning" || (entry.kind === "message" && entry.role === "assistant"));

/** Where turns take no effort of their own the last one speaks for the request. */
function turnEfforts(
  entries: readonly Entry[],
  capabilities: Capabilities,
  forcedEffort: string | undefined,
  losses: LossList,
): { readonly entries: readonly Entry[]; readonly effort?: string } {
  const last = entries.findLast((entry) => entry.kind === "message" && entry.effort !== undefined);
  if (last?.kind !== "message" || last.effort === undefined) return { entries };
  if (capabilities.turnEffort && forcedEffort === undefined) return { entries };
  losses.add({
    path: last.at === undefined ? "messages" : `${last.at}.output_config.effort`,
    feature: "turn-effort",
    how: "approximated",
    weight: "hint",
    note: "an effort of a single turn; the last one counts for the whole request",
  });
  return { entries: entries.map(withoutEffort), effort: last.effort };
}

function withoutEffort(entry: Entry): Entry {
  if (entry.kind !== "message" || entry.effort === undefined) return entry;
  const { effort: _effort, ...rest } = entry;
  return rest;
}

function fitOutput(
  output: OutputShape | undefined,
  capabilities: Capabilities,
  config: TargetConfig,
  said: CallerWords,
  losses: LossList,
): OutputShape | undefined {
  const { verbosity: asked, ...rest } = output ?? {};
  const verbosity = clampVerbosity(asked ?? config.verbosity, capabilities);
  if (asked !== undefined && verbosity !== asked)
    losses.add({
      path: said.field("verbosity"),
      feature: "verbosity",
      how: verbosity === undefined ? "dropped" : "approximated",
      weight: "hint",
      note: verbosity === undefined ? "the model takes no verbosity" : `verbosity ${asked} became ${verbosity}`,
    });
  const fitted: OutputShape = { ...rest, ...(verbosity !== undefined && { verbosity }) };
  return Object.keys(fitted).length > 0 ? fitted : undefined;
}

/** No model takes two of the three, so the first that it takes is the nearest. */
export function clampVerbosity(wanted: string | undefined, capabilities: Capabilities): string | undefined {
  const { verbosities } = capabilities;
  return wanted === undefined || verbosities.includes(wanted) || (capabilities.unknown && verbosities.length > 0)
    ? wanted
    : verbosities[0];
}

/** Only the Responses dialect knows truncation; there it stands among the fields that no decoder reads. */
function fitTruncation(
  asked: string | undefined,
  { truncations }: Capabilities,
  config: TargetConfig,
  said: CallerWords,
  losses: LossList,
): string | undefined {
  // A dialect without truncation says so itself.
  if (truncations.length === 0 || (asked !== undefined && truncations.includes(asked))) return asked;
  if (asked !== undefined)
    losses.add({
      path: said.field("truncation"),
      feature: "truncation",
      how: "dropped",
      weight: "hint",
      note: "the model takes no such truncation",
    });
  return config.truncation !== undefined && truncations.includes(config.truncation) ? config.truncation : undefined;
}
