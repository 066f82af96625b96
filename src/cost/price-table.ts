/**
 * The format of a price table, bundled (prices.json) or an operator's. Prices are pico-dollars (10⁻¹² $) a token, whole
 * numbers: $0.003 per million tokens is 3,000, and its batch half still whole. Fees are pico-dollars a call of a tool.
 * Example of a row: { "vendor": "openai", "model": "gpt-5.4", "in": 2500000, "out": 15000000, "read": 250000 }
 */

/** An absent rate is not known: it is never 0. */
export interface Rates {
  readonly in: number;
  readonly out: number;
  /** Read from a cache. */
  readonly read?: number;
  /** Written to a cache: for minutes (5 or 30, as the vendor has it), for one hour, for twelve. */
  readonly w5m?: number;
  readonly w1h?: number;
  readonly w12h?: number;
}

/** The rates of the whole call once its prompt (fresh, read and written) is longer than `over`, or at least `from`. */
export type Tier = Rates & ({ readonly over: number } | { readonly from: number });

export interface TieredRates extends Rates {
  /** By length, the longest last. */
  readonly tiers?: readonly Tier[];
}

/** A price of a model, from a moment until another. Times are ISO, in UTC. */
export interface PriceRow extends TieredRates {
  /** An id of the catalog. */
  readonly vendor: string;
  /** In lower case; a data zone's own price has its name in front: us/gpt-4o. */
  readonly model: string;
  /** Absent: what the price was before is not known, and it is taken for all times before. */
  readonly from?: string;
  /** The first moment at which it does not hold. */
  readonly until?: string;
  /** By the name of a service tier, or batch. */
  readonly modes?: Readonly<Record<string, TieredRates>>;
  /** What every rate is multiplied by where the call is kept in a region. */
  readonly regions?: Readonly<Record<string, number>>;
  readonly tools?: Readonly<Record<string, number>>;
  /** Within the hours of this rule every rate is `times` as high. */
  readonly clock?: { readonly rule: string; readonly times: number };
}

export interface VendorPrices {
  /** local: what runs on the operator's own machine or network costs nothing. always: it costs nothing wherever it runs. */
  readonly free?: "local" | "always";
  /** Names of service tiers that mean another one. */
  readonly tiers?: Readonly<Record<string, string>>;
  readonly tools?: Readonly<Record<string, number>>;
  /** Where a row has none of its own. */
  readonly regions?: Readonly<Record<string, number>>;
  /** The region that a host keeps its calls in. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** Hours of the day in UTC, "16:30" to "00:30", from the first to before the last. */
export interface ClockRule {
  readonly hours: readonly (readonly [string, string])[];
  /** 1: Monday. Absent: every day. Days are those of `zoneHours` east of UTC. */
  readonly weekdays?: readonly number[];
  readonly zoneHours?: number;
  /** Days that it does not hold on: a calendar's name. */
  readonly notOn?: string;
  readonly from?: string;
  readonly until?: string;
  readonly source: string;
}

export interface Calendar {
  readonly dates: readonly string[];
  /** The last day that is known. */
  readonly through: string;
  readonly source: string;
}

export interface PriceTable {
  /** The day that it was made: 2026-11-22. */
  readonly made: string;
  readonly vendors: Readonly<Record<string, VendorPrices>>;
  readonly clocks: Readonly<Record<string, ClockRule>>;
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly rows: readonly PriceRow[];
}
