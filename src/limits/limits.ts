/** Limits and budgets as hooks of the relay and as a sink of the ledger: a call is let in once, and settled once. */
import type { Config } from "../config/config.ts";
import type { PriceBook } from "../cost/price-book.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { GatewayError } from "../ir/error.ts";
import type { Sink } from "../ledger/ledger.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import type { Admissible, Attempt, Hooks } from "../relay/call.ts";
import type { CallRows } from "../store/store.ts";
import { LEASE_MS, type OrLater } from "./admission.ts";
import { alertsOf } from "./alerts.ts";
import { headersOf } from "./answer-headers.ts";
import type { Counters } from "./counters.ts";
import { drift } from "./drift.ts";
import { after, enter, type Entering } from "./entrance.ts";
import { estimated } from "./estimate.ts";
import { grace } from "./grace.ts";
import { degrading } from "./degrade.ts";
import { lastLevels } from "./levels.ts";
import { marks } from "./marks.ts";
import { countMeters, type Metered, metersOf } from "./meters.ts";
import { type Hold, newHold, renewing } from "./open-holds.ts";
import { type Scope, scopeOfProvider, scopesOf } from "./scope.ts";
import { seeding } from "./seeding.ts";
import { settling } from "./settling.ts";
import { typicalOutput } from "./typical.ts";

export interface LimitsOptions {
  readonly config: () => Config;
  readonly counters: Counters;
  readonly tokens: Pick<TokenMeter, "roughly" | "weighed">;
  readonly prices: PriceBook;
  /** What was spent before. Absent: nothing is remembered. */
  readonly calls?: Pick<CallRows, "spent">;
  /** The journal takes no further record: calls under a budget are refused. */
  full?(): boolean;
  clock(): number;
  warn(message: string): void;
}

export interface Limits extends Sink {
  readonly hooks: Required<Pick<Hooks, "instead" | "admit" | "beforeAttempt" | "answerHeaders">>;
  /** How many calls hold something now. */
  open(): number;
  /** When every settlement is told. */
  stop(): Promise<void>;
}

export function limitsOf(options: LimitsOptions): Limits {
  const { counters, clock, config, calls, warn, tokens, prices, full } = options;
  const levels = lastLevels();
  const failed = (why: string): void =>
    warn(`What was spent cannot be read, so that budgets allow little more than was known: ${why}`);
  const open = new Map<string, Hold>();
  const typical = typicalOutput();
  const unseen = grace(levels);
  const alerts = alertsOf({ to: () => config().alerts, warn });
  const { look } = marks({ counters, clock, tell: alerts.send, warn });
  const settle = settling({ look, counters, open, levels, typical, tokens, grace: unseen, warn });
  const seeds = seeding({ counters, clock, ...(calls && { calls }), failed });
  const comparing = calls && drift({ counters, seeding: seeds, clock, warn });
  const by: Entering = {
    ...{ counters, levels, clock, grace: unseen },
    ...(full && { full }),
    ...(comparing && { saw: comparing.saw }),
    seeding: seeds,
    settle: settle.tell,
    look,
  };
  const estimating = { tokens, typical, prices, clock };
  const heads = new WeakMap<object, (reply: DialectId) => Readonly<Record<string, string>>>();
  const renewal = renewing(open, counters, LEASE_MS);

  const metersFor = (call: Admissible, scopes: readonly Scope[]): readonly Metered[] =>
    call.kind === "count" ? countMeters(scopes) : metersOf(scopes, () => estimated(call, estimating), clock());

  const head = ({ record: { draft } }: Admissible, { held }: Hold): void => {
    const own = held.filter(({ metered }) => metered.scope.kind === "key");
    const now = clock();
    if (own.length > 0) heads.set(draft, (reply) => headersOf(own, reply, now));
  };

  const admit = (call: Admissible): Promise<void> | undefined => {
    const { key } = call.caller;
    const scopes = scopesOf(config(), { key, model: call.plan.modelName, tags: call.record.draft.tags });
    const providers = providersOf(call, config());
    if (scopes.length === 0 && providers.every(({ scope }) => scope === undefined)) return undefined;
    const hold = newHold(call.id, call.bytes.byteLength);
    if (call.kind === "call") open.set(call.id, hold);
    const from = (at: number): OrLater<GatewayError | undefined> => {
      const { name, scope } = providers[at] ?? {};
      const meters = metersFor(call, scope ? [...scopes, scope] : scopes);
      return after(enter(hold, call, meters, by), (refused) => {
        // Another provider may have room where one's own limit refuses.
        if (refused?.details.nextTarget && at + 1 < providers.length) return from(at + 1);
        if (refused) open.delete(call.id);
        else if (name !== undefined) hold.providers.add(name);
        if (!refused) head(call, hold);
        return refused;
      });
    };
    return thrown(from(0));
  };

  const beforeAttempt = ({ call, target }: Attempt): Promise<void> | undefined => {
    const { name } = target.provider;
    const scope = scopeOfProvider(config(), name);
    const hold = open.get(call.id);
    // Without a hold the call is over: its caller has left.
    if (!scope || !hold || hold.providers.has(name)) return undefined;
    return thrown(
      after(enter(hold, call, metersFor(call, [scope]), by), (refused) => {
        if (!refused) hold.providers.add(name);
        return refused;
      }),
    );
  };

  return {
    hooks: {
      ...degrading(config, levels, clock),
      admit,
      beforeAttempt,
      answerHeaders: ({ draft }, reply) => heads.get(draft)?.(reply) ?? {},
    },
    write: settle.write,
    open: () => open.size,
    stop: () => {
      renewal.stop();
      comparing?.stop();
      alerts.stop();
      return settle.told();
    },
  };
}

/** A refusal is thrown, now or later. */
function thrown(refused: OrLater<GatewayError | undefined>): Promise<void> | undefined {
  const raise = (error: GatewayError | undefined): void => {
    if (error) throw error;
  };
  return refused instanceof Promise ? refused.then(raise) : void raise(refused);
}

/** In the plan's order, each once. */
function providersOf({ plan }: Admissible, config: Config): readonly { name: string; scope: Scope | undefined }[] {
  const [first, ...others] = plan.targets;
  if (first && others.length === 0)
    return [{ name: first.provider.name, scope: scopeOfProvider(config, first.provider.name) }];
  const names = new Set(plan.targets.map(({ provider }) => provider.name));
  return [...names].map((name) => ({ name, scope: scopeOfProvider(config, name) }));
}
