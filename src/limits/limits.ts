/** Limits and budgets as hooks of the relay and as a sink of the ledger: a call is let in once, and settled once. */
import type { Config } from "../config/config.ts";
import type { CallRecord, Sink } from "../ledger/ledger.ts";
import { paidTotals, toldTotals } from "../ir/usage.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import type { Admissible, Attempt, Hooks } from "../relay/call.ts";
import type { CallRows } from "../store/store.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { GatewayError } from "../ir/error.ts";
import { admitted, type Admitted, type Admitting, LEASE_MS, type OrLater } from "./admission.ts";
import { headersOf } from "./answer-headers.ts";
import type { Counters } from "./counters.ts";
import { estimated, type HoldRates } from "./estimate.ts";
import { grace } from "./grace.ts";
import { lastLevels } from "./levels.ts";
import { actualOf, countMeters, type Metered, metersOf } from "./meters.ts";
import {
  amountsOf,
  type Hold,
  isElsewhere,
  newHold,
  renewing,
  type Settled,
  settlementsOf,
  undone,
} from "./open-holds.ts";
import { ledgerAway, memoryFull, refusalOf } from "./refusal.ts";
import { type Scope, scopeOfProvider, scopesOf } from "./scope.ts";
import { seeding } from "./seeding.ts";
import { typicalOutput } from "./typical.ts";
import type { Target } from "../routing/target.ts";

export interface LimitsOptions {
  readonly config: () => Config;
  readonly counters: Counters;
  readonly tokens: Pick<TokenMeter, "roughly" | "weighed">;
  rates(target: Target): HoldRates | undefined;
  /** What was spent before. Absent: nothing is remembered. */
  readonly calls?: Pick<CallRows, "spent">;
  /** The journal takes no further record: calls under a budget are refused. */
  full?(): boolean;
  clock(): number;
  monotonic?(): number;
  warn(message: string): void;
}

export interface Limits extends Sink {
  readonly hooks: Required<Pick<Hooks, "admit" | "beforeAttempt" | "answerHeaders">>;
  /** How many calls hold something now. */
  open(): number;
  /** When every settlement is told. */
  stop(): Promise<void>;
}

export function limitsOf(options: LimitsOptions): Limits {
  const { counters, clock, config, monotonic = () => performance.now() } = options;
  const levels = lastLevels();
  const seeds = seeding({
    counters,
    clock,
    ...(options.calls && { calls: options.calls }),
    failed: (why) =>
      options.warn(`What was spent cannot be read, so that budgets allow little more than was known: ${why}`),
  });
  const by: Admitting = { counters, levels, clock, seeding: seeds, grace: grace(levels) };
  const typical = typicalOutput();
  const open = new Map<string, Hold>();
  const telling = new Set<Promise<void>>();
  const heads = new WeakMap<object, (reply: DialectId) => Readonly<Record<string, string>>>();
  const renewal = renewing(open, counters, LEASE_MS);

  const tell = (told: void | Promise<void>): void => {
    if (!(told instanceof Promise)) return;
    const settled = told.catch((error: unknown) => options.warn(`A call could not be settled: ${String(error)}`));
    telling.add(settled);
    void settled.finally(() => telling.delete(settled));
  };

  /** Throws what refuses; afterwards the hold has what was let in. */
  const enter = (hold: Hold, call: Admissible, meters: readonly Metered[]): OrLater<void> => {
    const budgeted = options.full?.() === true ? meters.find(({ budget }) => budget) : undefined;
    if (budgeted) throw memoryFull(budgeted);
    const from = monotonic();
    const answer = admitted(hold.id, meters, by);
    const take = (found: Admitted): void => {
      call.record.draft.queueMs = (call.record.draft.queueMs ?? 0) + Math.round(monotonic() - from);
      const refused = refusalIn(found, clock());
      if (refused) throw refused;
      if (found.kind === "admitted") keep(hold, call, found);
    };
    return answer instanceof Promise ? answer.then(take) : take(answer);
  };
  const keep = (hold: Hold, { record: { draft }, kind }: Admissible, found: Admitted & { kind: "admitted" }): void => {
    // The caller left while the counters were asked: its record is written, and nobody else will settle.
    if (hold.over || kind === "count") return tell(counters.settle(hold.id, kind === "count" ? asCounted(found) : undone(found)));
    hold.held = [...hold.held, ...found.held];
    hold.unseen = [...hold.unseen, ...found.unseen];
    const money = hold.held.flatMap(({ metered, held }) => (metered.measure === "cost" ? [held] : []));
    draft.heldNano = Math.max(0, ...money);
    draft.settled = true;
  };
  const headersLater = (call: Admissible, { held }: Hold): void => {
    const own = held.filter(({ metered }) => metered.scope.kind === "key");
    const now = clock();
    if (own.length > 0) heads.set(call.record.draft, (reply) => headersOf(own, reply, now));
  };

  const admit = (call: Admissible): Promise<void> | undefined => {
    const scopes = scopesOf(config(), { key: call.caller.key, model: call.plan.modelName, tags: call.record.draft.tags });
    const providers = providersOf(call, config());
    if (scopes.length === 0 && providers.every(({ scope }) => scope === undefined)) return undefined;
    const hold = newHold(call.id, call.bytes.byteLength);
    if (call.kind === "call") open.set(call.id, hold);
    const amounts = call.kind === "call" ? estimated(call, { tokens: options.tokens, typical, rates: options.rates }) : undefined;
    const metersFor = (all: readonly Scope[]): readonly Metered[] =>
      amounts ? metersOf(all, amounts, clock()) : countMeters(all);
    /** The next provider is tried where one's own limit refuses. */
    const from = (at: number): OrLater<void> => {
      const { name, scope } = providers[at] ?? {};
      const next = (error: unknown): OrLater<void> => {
        if (at + 1 < providers.length && isOfProvider(error)) return from(at + 1);
        open.delete(call.id);
        throw error;
      };
      const done = (): void => {
        if (name !== undefined) hold.providers.add(name);
        headersLater(call, hold);
      };
      try {
        const entered = enter(hold, call, metersFor(scope ? [...scopes, scope] : scopes));
        return entered instanceof Promise ? entered.then(done, next) : done();
      } catch (error) {
        return next(error);
      }
    };
    const entered = from(0);
    return entered instanceof Promise ? entered : undefined;
  };

  const beforeAttempt = ({ call, target }: Attempt): Promise<void> | undefined => {
    const { name } = target.provider;
    const scope = scopeOfProvider(config(), name);
    const hold = open.get(call.id);
    // Without a hold the call is over: its caller has left.
    if (!scope || !hold || hold.providers.has(name)) return undefined;
    const amounts = estimated(call, { tokens: options.tokens, typical, rates: options.rates });
    const entered = enter(hold, call, metersOf([scope], amounts, clock()));
    const done = (): void => void hold.providers.add(name);
    return entered instanceof Promise ? entered.then(done) : void done();
  };

  const learn = (hold: Hold, record: CallRecord): void => {
    if (record.usage.source === "reported") {
      typical.saw(record.caller, paidTotals(record.usage).output);
      const of = { provider: record.provider ?? "", model: record.modelServed ?? "" };
      options.tokens.weighed(of, hold.bytes, toldTotals(record.usage).prompt);
    }
    for (const metered of hold.unseen) {
      const actual = actualOf(metered.measure, amountsOf(record), isElsewhere(metered, record));
      by.grace.settled(metered, actual);
    }
  };

  return {
    hooks: { admit, beforeAttempt, answerHeaders: ({ draft }, reply) => heads.get(draft)?.(reply) ?? {} },
    write: (record) => {
      const hold = open.get(record.id);
      if (!hold) return;
      open.delete(record.id);
      hold.over = true;
      learn(hold, record);
      if (hold.held.length === 0) return;
      const settled: readonly Settled[] = settlementsOf(hold, record);
      for (const { meter, held, actual } of settled) levels.settled(meter.id, held, actual);
      tell(counters.settle(record.id, settled));
    },
    open: () => open.size,
    stop: async () => {
      renewal.stop();
      await Promise.all(telling);
    },
  };
}

/** A count of tokens is a request, whatever becomes of it. */
const asCounted = ({ held }: Admitted & { kind: "admitted" }) =>
  held.map(({ metered, held: amount }) => ({ meter: metered.meter, held: amount, actual: amount }));

function refusalIn(found: Admitted, now: number): GatewayError | undefined {
  if (found.kind === "refused") return refusalOf(found.full, now);
  return found.kind === "away" ? ledgerAway(found.metered) : undefined;
}

const isOfProvider = (error: unknown): boolean =>
  error instanceof Error && (error as Partial<GatewayError>).details?.nextTarget === true;

/** In the plan's order, each once. */
function providersOf({ plan }: Admissible, config: Config): readonly { name: string; scope: Scope | undefined }[] {
  const names = new Set(plan.targets.map(({ provider }) => provider.name));
  return [...names].map((name) => ({ name, scope: scopeOfProvider(config, name) }));
}
