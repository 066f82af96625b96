/** A name to the targets that can answer it, in order. Pure; what a name resolves to is remembered per config. */
import { nameListed } from "../clients/claude-code.ts";
import type {
  Config,
  KeySettings,
  ModelConfig,
  ProviderConfig,
  ReasoningStyle,
  TargetConfig,
} from "../config/config.ts";
import { nearestNames } from "../config/nearest.ts";
import { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import { checkModelName, modelNameFault } from "../ir/model-name.ts";
import type { Effort } from "../ir/request.ts";
import { withoutPrefix } from "../providers/catalog.ts";
import type { Sightings } from "../providers/sightings.ts";
import { allowedTargets } from "./allowed.ts";
import { type Match, matchName } from "./names.ts";
import { type Target, targetOf } from "./target.ts";

export interface Plan {
  /** Never empty. */
  readonly targets: readonly Target[];
  /** The entry of the config that matched, as it is written there. */
  readonly modelName: string;
  /** The effort in the name that the caller picked: it wins over the request's own. */
  readonly forcedEffort?: Effort;
  readonly strict: boolean;
  readonly reasoning?: ReasoningStyle;
  /** What of the call the plan changes by itself: a budget that is nearly spent wants a cheaper one. */
  readonly losses?: readonly Loss[];
}

/** Throws `invalid-request` where it is no name, `unknown-model` with the nearest names, or `forbidden` where the key may not ask for the model. */
export function plan(config: Config, askedName: string, key?: KeySettings): Plan {
  const found = remembered(config, askedName, key);
  if (!found) throw unknownModel(config, askedName, key);
  if (found.plan.targets.length > 0) return found.plan;
  throw found.isForbidden ? forbidden(askedName, key?.models ?? []) : switchedOff(askedName, found.match.model);
}

/** The targets behind a name that this key may ask for; none where it is no valid name, no entry's, or not the key's. */
export const reached = (config: Config, name: string, key?: KeySettings): readonly Target[] =>
  modelNameFault(name) === undefined ? (remembered(config, name, key)?.plan.targets ?? []) : [];

/** What a client may be shown: names without a "*" that lead to a target. A guessed name is shown once its deployment was seen to answer. */
export function listedModels(config: Config, key?: KeySettings, seen?: Sightings): readonly ModelConfig[] {
  const answers = ({ provider, model }: Target): boolean => seen?.of(provider, model)?.state === "answers";
  return config.models.filter(({ name, onceSeen }) => {
    const targets = name.includes("*") ? [] : reached(config, name, key);
    return onceSeen ? targets.some(answers) : targets.length > 0;
  });
}

interface Found {
  readonly match: Match;
  /** With the targets that the key allows. */
  readonly plan: Plan;
  /** The key does not allow all that would answer. */
  readonly isForbidden: boolean;
}

/** Names come from callers, so the memory has an end. */
const REMEMBERED_MAX = 2_000;
/** Lists of models that keys were made with. */
const LISTS_MAX = 1_000;
/** By the models that a key may ask for: keys come and go, and most have the same. */
type Memory = Map<string, Map<string, Found>>;
const MEMORY = new WeakMap<Config, Memory>();

function remembered(config: Config, asked: string, key: KeySettings | undefined): Found | undefined {
  const askedName = nameListed(asked);
  const names = memoryOf(config, key?.models);
  const known = names.get(askedName);
  if (known) return known;
  checkModelName(askedName);
  const match = resolve(config, askedName);
  if (!match) return undefined;
  const whole = planOf(config, match);
  const targets = key?.models
    ? allowedTargets(key.models, { name: askedName, match, targets: whole.targets }, Object.keys(config.providers))
    : whole.targets;
  const found = { match, plan: { ...whole, targets }, isForbidden: targets.length < whole.targets.length };
  if (names.size >= REMEMBERED_MAX) names.clear();
  names.set(askedName, found);
  return found;
}

function memoryOf(config: Config, models: readonly string[] | undefined): Map<string, Found> {
  let keys = MEMORY.get(config);
  if (!keys) MEMORY.set(config, (keys = new Map()));
  const own = models === undefined ? "" : JSON.stringify(models);
  let names = keys.get(own);
  if (names) return names;
  if (keys.size >= LISTS_MAX) keys.clear();
  keys.set(own, (names = new Map()));
  return names;
}

/** As asked; else as `provider/model`; else without a prefix that catalogues put before a name. */
function resolve(config: Config, askedName: string): Match | undefined {
  const direct = matchName(config.models, askedName);
  if (direct) return direct;
  const slash = askedName.indexOf("/");
  const named = askedName.slice(0, slash);
  const provider = slash > 0 && Object.hasOwn(config.providers, named) ? config.providers[named] : undefined;
  const atProvider = provider && matchAt(config, askedName.slice(slash + 1), provider);
  if (atProvider) return atProvider;
  const bare = withoutPrefix(askedName);
  return bare === undefined ? undefined : resolve(config, bare);
}

/** A caller may choose among the targets of a model, not reach past the models that the config lists. */
function matchAt(config: Config, name: string, provider: ProviderConfig): Match | undefined {
  const at = (target: TargetConfig): boolean => target.provider === provider.name;
  const models = config.models.filter((model) => model.targets.some(at));
  const match = matchName(models, name) ?? asEntry(models, matchName(models.map(namedAsUpstream), name));
  return match && { ...match, model: { ...match.model, targets: match.model.targets.filter(at) } };
}

/** What was found by its upstream's name is still the entry that the config calls otherwise. */
function asEntry(models: readonly ModelConfig[], match: Match | undefined): Match | undefined {
  const entry = match && models.find(({ targets }) => targets === match.model.targets);
  return entry && { ...match, model: entry, upstreamName: entry.name };
}

/** `azure/my-deployment`: the target's own name instead of the alias. */
const namedAsUpstream = (model: ModelConfig): ModelConfig => {
  const [target] = model.targets;
  return target && target.model !== "*" && !model.name.includes("*") ? { ...model, name: target.model } : model;
};

function planOf(config: Config, match: Match): Plan {
  const { model, forcedEffort } = match;
  return {
    targets: model.targets.flatMap((target) => {
      const provider = config.providers[target.provider];
      return provider ? [targetOf(provider, target, match.upstreamName)] : [];
    }),
    modelName: model.name,
    ...(forcedEffort !== undefined && { forcedEffort }),
    strict: model.strict === true,
    ...(model.showReasoning && { reasoning: model.showReasoning }),
  };
}

function unknownModel(config: Config, askedName: string, key: KeySettings | undefined): GatewayError {
  const names = listedModels(config, key).map((model) => model.name);
  const near = nearestNames(askedName, names);
  const hint = near.length > 0 ? `Did you mean ${near.map((name) => `"${name}"`).join(" or ")}?` : "";
  const list =
    names.length > 0 && names.length <= 12 ? `Known: ${names.join(", ")}.` : "GET /v1/models lists the names.";
  // A key for some models only does not learn how the gateway is set up.
  const why = key?.models === undefined ? whyOff(config, askedName) : "";
  return new GatewayError(
    "unknown-model",
    [`There is no model "${askedName}".`, why, hint, list].filter(Boolean).join(" "),
    {
      param: "model",
      code: "model_not_found",
    },
  );
}

/** A provider that was meant to answer, and what it lacks. */
const whyOff = ({ switchedOff = [] }: Config, askedName: string): string =>
  switchedOff.find(({ models }) =>
    matchName(
      models.map((name) => ({ name, targets: [] })),
      askedName,
    ),
  )?.why ?? "";

const forbidden = (askedName: string, patterns: readonly string[]): GatewayError =>
  new GatewayError("forbidden", `This key may not use the model "${askedName}". It may use: ${patterns.join(", ")}.`, {
    param: "model",
  });

const switchedOff = (askedName: string, { targets }: ModelConfig): GatewayError =>
  new GatewayError(
    "unknown-model",
    `The model "${askedName}" has no provider that is switched on. Set the api_key of ${[...new Set(targets.map((target) => target.provider))].join(" or ")}.`,
    { param: "model", code: "model_not_found" },
  );
