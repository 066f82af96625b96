/** The native lane's edits, as data: the caller's bytes pass, and only what the model does not take as it is may change. */
import type { TargetConfig } from "../config/config.ts";
import type { OwnSettings, Writing } from "../dialects/dialect.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { DIALECTS } from "../dialects/index.ts";
import { cacheKeyOf } from "../ir/ids.ts";
import { type Efforts, effortsOf } from "../ir/effort.ts";
import { wordsIn } from "../ir/field-names.ts";
import { type Loss, lossList } from "../ir/loss.ts";
import type { Reasoning } from "../ir/request.ts";
import type { Settings } from "../ir/settings.ts";
import type { SpanEdit } from "../wire/edit.ts";
import type { JsonObject } from "../wire/json.ts";
import { fitSettings } from "./fit.ts";
import type { Fitting } from "./fitting.ts";
import type { Capabilities } from "./provider.ts";
import { editsWithoutRefused } from "./refused-fields.ts";
import { thinkingFor } from "./thinking.ts";

export interface NativeCall {
  readonly target: {
    /** The name that the upstream knows. */
    readonly model: string;
    readonly dialect: DialectId;
    readonly config: TargetConfig;
    readonly capabilities: Capabilities;
  };
  /** The effort in the name that the caller picked. */
  readonly forcedEffort?: string;
  /** For a caller that names its session and no cache key. */
  readonly cacheKey?: string;
  /** Whether the tool loop under way came back without its reasoning. Asked only where thinking could begin inside of it. */
  lacksReasoning?(): boolean;
}

/** A body that says all that is needed, of a model that takes it, passes with its model's name edited or not at all. */
export function nativeEdits(
  body: JsonObject,
  call: NativeCall,
): {
  readonly edits: readonly SpanEdit[];
  readonly losses: readonly Loss[];
  /** How much the model is to think, as the body says it before and after. */
  readonly efforts: Efforts;
} {
  const { target, forcedEffort } = call;
  const { capabilities, config, dialect: id } = target;
  const dialect = DIALECTS[id];
  const losses = lossList();
  const said = wordsIn(body, dialect.fieldNames);
  const to: Fitting = { capabilities, config, forcedEffort, dialect: id, said, losses };
  const writing: Writing = { traits: capabilities.traits, losses, said };
  const before = dialect.settings.read(body, capabilities.traits);
  const turn = keepsTurnEfforts(to) ? undefined : dialect.settings.turnEffort?.(body);
  const after = fitted(before, turn?.effort, call, to);
  const edits: SpanEdit[] =
    body.model === target.model ? [] : [{ name: "model", path: ["model"], value: target.model }];
  if (turn) edits.push(...turn.edits);
  edits.push(...dialect.settings.edits(body, before, after, writing), ...dialect.nativeEdits(body, writing));
  return {
    edits: editsWithoutRefused(edits, body, capabilities, losses),
    losses: losses.list(),
    efforts: effortsOf(forcedEffort ?? turn?.effort, before.reasoning, after.reasoning),
  };
}

/** An effort of a single turn is kept where the model reads it; the name that the caller picked is stronger. */
const keepsTurnEfforts = ({ capabilities, forcedEffort }: Fitting): boolean =>
  (capabilities.turnEffort === true || capabilities.unknown === true) && forcedEffort === undefined;

function fitted(before: OwnSettings, turnEffort: string | undefined, call: NativeCall, to: Fitting): Settings {
  const own = turnEffort === undefined ? before.reasoning : { ...before.reasoning, effort: turnEffort };
  const settings = fitSettings(before, thinkingOf(own, before, call, to), to);
  const key = before.cache.key ?? call.cacheKey;
  if (key === undefined || !to.capabilities.traits.cacheKey) return settings;
  return { ...settings, cache: { ...before.cache, key: cacheKeyOf(key) } };
}

function thinkingOf(
  own: Reasoning | undefined,
  { thinkingStays }: OwnSettings,
  call: NativeCall,
  to: Fitting,
): Reasoning | undefined {
  const { forcedToolChoice, thinking } = to.capabilities;
  if (thinkingStays === "unless-named" && to.forcedEffort === undefined) return own;
  if (thinkingStays === "beside-forced-call" && forcedToolChoice !== undefined) return own;
  const reasoning = shownAsSaid(own, to);
  // "Expected thinking, found tool_use": thinking with a budget cannot begin inside a tool loop.
  const begins = reasoning?.mode === "on" && own?.mode !== "on" && own?.mode !== "adaptive";
  return begins && thinking === "budget" && call.lacksReasoning?.() ? own : reasoning;
}

/** A caller that asks for no summary gets the target's own setting, never one that neither the caller nor the configuration named. */
function shownAsSaid(own: Reasoning | undefined, to: Fitting): Reasoning | undefined {
  const reasoning = thinkingFor(own, to);
  const isNamed = own?.show !== undefined || to.config.summary !== undefined;
  return isNamed || reasoning?.show === undefined ? reasoning : { ...reasoning, show: undefined };
}
