/**
 * What changes before a budget is spent: a lower effort, then a cheaper model. It begins with a user's turn, by the level
 * that was last known, and holds until the next one: a switch inside a tool loop loses the cache, seals and the thread of
 * thought.
 */
import type { Config } from "../config/config.ts";
import { guessedConversation, isFromUser } from "../clients/conversation.ts";
import { DIALECTS } from "../dialects/index.ts";
import { EFFORTS } from "../ir/choices.ts";
import type { Loss } from "../ir/loss.ts";
import type { Effort } from "../ir/request.ts";
import { effortOf } from "../providers/effort-budget.ts";
import type { Arrival, Asked } from "../relay/call.ts";
import { type Plan, plan, reached } from "../routing/plan.ts";
import { isList, type Json } from "../wire/json.ts";
import type { LastLevels } from "./levels.ts";
import { budgetMeters } from "./meters.ts";
import { type Scope, scopesOf } from "./scope.ts";

export interface Degrading {
  /** undefined: the call goes on as it was asked for. */
  instead(arrival: Arrival, asked: Asked): Plan | undefined;
}

/** What budgets want of a turn. */
interface Wanted {
  readonly effort?: Effort;
  readonly model?: string;
  /** Whose budget, and how far it is. */
  readonly why: string;
}

const NOTHING: Wanted = { why: "" };
/** Conversations of which it is remembered what was decided. */
const PLACES_MAX = 20_000;

export function degrading(config: () => Config, levels: LastLevels, clock: () => number): Degrading {
  const decided = new Map<string, Wanted>();
  return {
    instead: (arrival, asked) => {
      const { key } = arrival.caller;
      const scopes = scopesOf(config(), { key, model: asked.plan.modelName, tags: arrival.record.draft.tags });
      if (!scopes.some(({ budgets }) => budgets.some(({ degrade }) => degrade.length > 0))) return undefined;
      const place = placeOf(arrival, asked);
      const wanted = isInToolLoop(arrival, asked) ? (decided.get(place) ?? NOTHING) : wantedBy(scopes, levels, clock());
      decided.delete(place);
      decided.set(place, wanted);
      for (const oldest of decided.keys()) {
        if (decided.size <= PLACES_MAX) break;
        decided.delete(oldest);
      }
      return wanted === NOTHING ? undefined : changed(arrival, asked, wanted, config());
    },
  };
}

/** The marks that the levels have passed: the lowest effort, and the model of the highest mark. */
function wantedBy(scopes: readonly Scope[], levels: LastLevels, now: number): Wanted {
  let effort: Effort | undefined;
  let model: { readonly name: string; readonly at: number } | undefined;
  const why: string[] = [];
  for (const scope of scopes)
    for (const { budget, meter } of budgetMeters(scope, 0, now)) {
      const share = (levels.of(meter.id)?.spent ?? 0) / meter.max;
      const passed = budget?.degrade.filter(({ at }) => at <= share) ?? [];
      for (const mark of passed) {
        if (mark.effort !== undefined && isLower(mark.effort, effort)) effort = mark.effort;
        if (mark.model !== undefined && mark.at > (model?.at ?? 0)) model = { name: mark.model, at: mark.at };
      }
      if (passed.length > 0) why.push(`${Math.floor(share * 100)} % of the budget of ${scope.label} is spent`);
    }
  if (effort === undefined && model === undefined) return NOTHING;
  return { ...(effort !== undefined && { effort }), ...(model && { model: model.name }), why: why.join(", ") };
}

const rank = (effort: string): number => (EFFORTS as readonly string[]).indexOf(effort);
const isLower = (one: Effort, than: Effort | undefined): boolean => than === undefined || rank(one) < rank(than);

function changed(arrival: Arrival, asked: Asked, wanted: Wanted, config: Config): Plan | undefined {
  const { caller } = arrival;
  const { model } = wanted;
  // A key that may not use the cheaper model stays where it is.
  const moves = model !== undefined && model !== asked.plan.modelName && reached(config, model, caller.key).length > 0;
  const next = moves ? plan(config, model, caller.key) : asked.plan;
  const before = effortAsked(arrival, asked, next);
  const lowers = wanted.effort !== undefined && before !== undefined && isLower(wanted.effort, before);
  if (!moves && !lowers) return undefined;
  const { fieldNames } = DIALECTS[asked.dialect];
  const losses = [
    ...(moves ? [lossOf("model", `${wanted.why}: ${model} answers`)] : []),
    ...(lowers
      ? [lossOf(fieldNames.reasoning?.[0] ?? "reasoning", `${wanted.why}: the effort is ${wanted.effort}`)]
      : []),
  ];
  return { ...next, ...(lowers && { forcedEffort: wanted.effort }), losses: [...(next.losses ?? []), ...losses] };
}

const lossOf = (path: string, note: string): Loss => ({
  path,
  feature: "budget",
  how: "approximated",
  weight: "meaning",
  note,
});

/** undefined: no thinking was asked for, and there is nothing to lower. */
function effortAsked({ body }: Arrival, { dialect }: Asked, { forcedEffort, targets }: Plan): Effort | undefined {
  const [first] = targets;
  if (forcedEffort !== undefined || !first) return forcedEffort;
  const said = DIALECTS[dialect].settings.read(body, first.addressee.traits).reasoning;
  if (said?.mode === "off") return undefined;
  const { effort, budgetTokens } = first.config;
  const budget = said?.budgetTokens ?? budgetTokens;
  return said?.effort ?? effort ?? (budget === undefined ? first.capabilities.effortDefault : effortOf(budget));
}

/** The last thing said is what a tool gave back. */
function isInToolLoop({ body }: Arrival, { dialect }: Asked): boolean {
  const { field, decode } = DIALECTS[dialect].conversation;
  const said = body[field];
  const last = isList(said) ? said.at(-1) : undefined;
  return last !== undefined && entriesOf([last], decode).some(({ kind }) => kind === "result");
}

/** By the session that the client names, else by the conversation's first words. */
function placeOf({ body, caller }: Arrival, { dialect, session }: Asked): string {
  if (session !== undefined) return JSON.stringify([caller.name, session]);
  const { field, decode } = DIALECTS[dialect].conversation;
  const said = body[field];
  const first = isList(said) ? entriesOf(said.slice(0, FIRST_ENTRIES), decode) : [];
  return JSON.stringify([caller.name, guessedConversation(first.find(isFromUser))]);
}
/** The user's first words stand among them, behind the instructions. */
const FIRST_ENTRIES = 8;

/** A conversation that nobody can read is refused later, with its reason. */
function entriesOf(said: readonly Json[], decode: (said: Json) => readonly Entry[]): readonly Entry[] {
  try {
    return decode([...said]);
  } catch {
    return [];
  }
}
type Entry = ReturnType<(typeof DIALECTS)[keyof typeof DIALECTS]["conversation"]["decode"]>[number];
