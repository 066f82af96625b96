/** The one end of what a call held: by its record, whatever the surface and the outcome. */
import { paidTotals, toldTotals } from "../ir/usage.ts";
import type { CallRecord, Sink } from "../ledger/ledger.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import type { Counters, Settlement } from "./counters.ts";
import type { Grace } from "./grace.ts";
import type { LastLevels } from "./levels.ts";
import type { Marks } from "./marks.ts";
import { actualOf } from "./meters.ts";
import { amountsOf, type Hold, isElsewhere, settlementsOf } from "./open-holds.ts";
import type { Typical } from "./typical.ts";

export interface Settling extends Sink {
  tell(id: string, settlements: readonly Settlement[]): void;
  /** When every settlement is told. */
  told(): Promise<void>;
}

export interface SettlingOptions {
  readonly counters: Pick<Counters, "settle">;
  readonly look: Marks["look"];
  readonly open: Map<string, Hold>;
  readonly levels: LastLevels;
  readonly typical: Typical;
  readonly tokens: Pick<TokenMeter, "weighed">;
  readonly grace: Grace;
  warn(message: string): void;
}

export function settling(options: SettlingOptions): Settling {
  const { counters, open, levels, warn } = options;
  const telling = new Set<Promise<void>>();

  const tell = (id: string, settlements: readonly Settlement[]): void => {
    const told = counters.settle(id, settlements);
    if (!(told instanceof Promise)) return;
    const settled = told.catch((error: unknown) => warn(`A call could not be settled: ${String(error)}`));
    telling.add(settled);
    void settled.finally(() => telling.delete(settled));
  };

  return {
    tell,
    write: (record) => {
      const hold = open.get(record.id);
      if (!hold) return;
      open.delete(record.id);
      hold.over = true;
      learn(hold, record, options);
      if (hold.held.length === 0) return;
      const settled = settlementsOf(hold, record);
      tell(record.id, settled);
      for (const { metered, meter, held, actual } of settled) {
        const level = levels.settled(meter.id, held, actual);
        if (level) options.look(metered, level);
      }
    },
    told: async () => void (await Promise.all(telling)),
  };
}

/** What is expected of later calls, and what was spent unseen. */
function learn(hold: Hold, record: CallRecord, { typical, tokens, grace }: SettlingOptions): void {
  const { usage, provider = "", modelServed = "" } = record;
  if (usage.source === "reported") {
    typical.saw(record.caller, paidTotals(usage).output);
    tokens.weighed({ provider, model: modelServed }, hold.bytes, toldTotals(usage).prompt);
  }
  for (const metered of hold.unseen)
    grace.settled(metered, actualOf(metered.measure, amountsOf(record), isElsewhere(metered, record)));
}
