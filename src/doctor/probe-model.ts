/** What a model really does, asked question by question at its vendor. Costs tokens: a few dozen questions, one of them long. */
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Observation, Probe, Question, Thinker } from "../dialects/probe.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { type Got, isGood } from "../probe/call.ts";
import { capabilitiesOf } from "../providers/capabilities.ts";
import { dialectFor, endpoint } from "../providers/endpoint.ts";
import { EFFORTS, VERBOSITIES } from "../ir/choices.ts";
import type { Capabilities } from "../providers/provider.ts";
import type { Sighting } from "../providers/sightings.ts";
import type { JsonObject } from "../wire/json.ts";
import { type Finding, ok, warning } from "./finding.ts";
import { askModel, judge, type Subject } from "./check-model.ts";

/** As observed; absent: could not be told. */
export interface Observed {
  readonly provider: string;
  readonly model: string;
  readonly dialect: DialectId;
  readonly at: string;
  readonly streaming: boolean;
  readonly tools: boolean;
  readonly images: boolean;
  readonly thinking: boolean;
  readonly cache?: boolean;
  readonly efforts: readonly string[];
  readonly verbosities: readonly string[];
}

/** What is either observed or not. */
export const ABILITIES = ["streaming", "tools", "images", "thinking", "cache"] as const;

const TIMEOUT_MS = 120_000;

export async function probeModel(
  provider: ProviderConfig,
  target: TargetConfig,
  now: () => number,
  name = target.model,
): Promise<{ observed?: Observed; findings: Finding[]; state?: Sighting["state"] }> {
  const asking = askingOf(provider, target);
  const streamed = await asking.ask({ prompt: "Say hi in one word.", stream: true });
  if (!isGood(streamed)) return refused({ provider, target, name }, asking.dialect, streamed);
  const { ask, dialect, probe, capabilities, thinker } = asking;
  const extra = probe.fields.withoutThinking(thinker);
  const tool = await ask({ prompt: "Look up the word gateway.", tool: true, extra });
  const image = await ask({ prompt: "Which colour is this?", image: true });
  const little = probe.fields.effort("low", thinker);
  const thinking = await ask({ prompt: "How much is 17 times 23?", extra: little });
  const observed: Observed = {
    provider: provider.name,
    model: target.model,
    dialect,
    at: new Date(now()).toISOString(),
    streaming: probe.terminal.test(streamed.text),
    tools: heard(probe, tool)?.call !== undefined,
    images: isGood(image),
    thinking: heard(probe, thinking)?.thought === true,
    ...(await cacheOf(asking)),
    efforts: await accepted(asking, EFFORTS, (effort) => probe.fields.effort(effort, thinker)),
    verbosities: await accepted(asking, VERBOSITIES, probe.fields.verbosity),
  };
  return { observed, state: "answers", findings: tell(asking.about, observed, capabilities) };
}

function refused(subject: Subject, dialect: DialectId, got: Got): { findings: Finding[]; state?: Sighting["state"] } {
  const { url } = endpoint(subject.provider, dialect, subject.target.model, "generate");
  const { finding, ...state } = judge(subject, url, got);
  return { findings: [finding], ...state };
}

interface Asking {
  readonly about: string;
  readonly dialect: DialectId;
  readonly probe: Probe;
  readonly thinker: Thinker;
  readonly capabilities: Capabilities;
  ask(question: Omit<Question, "model">): Promise<Got>;
}

function askingOf(provider: ProviderConfig, target: TargetConfig): Asking {
  const dialect = dialectFor(provider, target);
  const capabilities = capabilitiesOf(provider, dialect, target.model, target.baseModel);
  const { effortField } = capabilities.traits;
  return {
    about: `model ${target.model} at ${provider.name}`,
    dialect,
    probe: DIALECTS[dialect].probe,
    thinker: { effortField, budget: capabilities.thinking === "budget" || undefined },
    capabilities,
    ask: async (question) => (await askModel(provider, target, question, TIMEOUT_MS)).got,
  };
}

const heard = (probe: Probe, got: Got): Observation | undefined =>
  isGood(got) && got.json ? probe.read(got.json) : undefined;

async function accepted(
  { ask }: Asking,
  words: readonly string[],
  extraOf: (word: string) => JsonObject | undefined,
): Promise<string[]> {
  const found: string[] = [];
  const written = (word: string): string | undefined => JSON.stringify(extraOf(word));
  // A switch or a budget is the same for every effort, and no word at all is none.
  if (written("low") === written("high")) return found;
  for (const word of words) if (isGood(await ask({ prompt: "Hi", extra: extraOf(word) ?? {} }))) found.push(word);
  return found;
}

/** Vendors cache from 1,024 tokens on; some only from 2,048. */
const LONG = "A gateway stands between those who ask and those who answer. ".repeat(250);

async function cacheOf({ ask, probe }: Asking): Promise<Pick<Observed, "cache">> {
  const prompt = `${LONG}\n\nSay ok.`;
  const question = { prompt, extra: probe.fields.cache };
  const first = heard(probe, await ask(question));
  const second = heard(probe, await ask(question));
  if (!first || second?.cachedTokens === undefined) return {};
  return { cache: second.cachedTokens > 0 };
}

function tell(about: string, observed: Observed, { efforts }: Capabilities): Finding[] {
  const does = ABILITIES.filter((name) => observed[name] === true);
  const not = ABILITIES.filter((name) => observed[name] === false);
  const list = (words: readonly string[]): string => words.join(", ") || "none";
  const unknown = observed.efforts.filter((effort) => !(efforts as readonly string[]).includes(effort));
  const abilities = `It does: ${list(does)}. It does not show: ${list(not)}. Efforts: ${list(observed.efforts)}. Verbosities: ${list(observed.verbosities)}.`;
  const clamped = `It accepts ${unknown.join(", ")}, which this version clamps to ${efforts.join(", ")}. Tell us, or set base_model to a model that it equals.`;
  return [
    ok(about, "capabilities", abilities),
    ...(observed.tools ? [] : [warning(about, "tools", NO_CALL)]),
    ...(unknown.length === 0 || efforts.length === 0 ? [] : [warning(about, "efforts", clamped)]),
  ];
}

const NO_CALL =
  "No call came although one was demanded: coding tools need a model that calls. Choose another model for them.";
