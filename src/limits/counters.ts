/**
 * What is counted of calls: in this process, in another of the same machine, or in Redis. Every implementation passes
 * test/fixtures/counters-contract.ts. The ledger is the truth and counters are its cache: what a counter lost is seeded
 * from the ledger.
 */

/** One thing that is counted against a maximum. All numbers are integers. */
export interface Meter {
  /** Names it among all meters of all replicas: `key:0198…:requests`, `global:cost:month:2026-11`. */
  readonly id: string;
  readonly max: number;
  /**
   * charged: `amount` counts at once, in the bucket of that moment, and the end of the call corrects it (requests,
   * tokens). held: `amount` is held by a lease until the end of the call, when what it came to is counted instead
   * (money; parallel calls, which come to 0).
   */
  readonly counts: "charged" | "held";
  readonly amount: number;
  /** held only: where less than `amount` is left, what is left is held, as long as it is more than 0. */
  readonly takesLess?: boolean;
  /** What is remembered beyond the call. Absent: nothing, as for parallel calls. */
  readonly window?: Window;
  /** The ledger can tell what was spent in the window: a counter that is missing is not 0 but unknown, until it is seeded. */
  readonly seeded?: boolean;
}

/**
 * rolling: the last `buckets` × `bucketMs`, of which the oldest bucket counts whole, so that no run of that length ever
 * holds more than `max`. fixed: from `start` to `end`, a calendar window as its zone has it, or `end: null` for ever.
 */
export type Window =
  | { readonly kind: "rolling"; readonly bucketMs: number; readonly buckets: number }
  | { readonly kind: "fixed"; readonly start: number; readonly end: number | null };

/** A counter as it stood when the answer was given. */
export interface Level {
  readonly spent: number;
  readonly held: number;
}

export type Admission =
  /** `levels`: after this call, in the order of the meters; `holds`: what was held or charged of each. */
  | {
      readonly kind: "admitted";
      readonly levels: readonly Level[];
      readonly holds: readonly number[];
    }
  /** Nothing was counted. `meter`: index of the first that is full; `waitMs`: until as much has left its window that the call fits, null where only other calls' ends can tell. */
  | {
      readonly kind: "refused";
      readonly meter: number;
      readonly level: Level;
      readonly waitMs: number | null;
    }
  /** Nothing was counted: these meters, by index, must be seeded first. */
  | { readonly kind: "unknown"; readonly meters: readonly number[] }
  /** Nothing was counted. Who counts for all replicas is away, and what may be spent without its word is spent: the meter at this index. */
  | { readonly kind: "away"; readonly meter: number };

export interface Admit {
  /**
   * The call's own id: the lease is known by it, and an id is settled once. A further admit under the same id adds
   * meters to its lease; one under an id that is settled is refused.
   */
  readonly id: string;
  readonly meters: readonly Meter[];
  /** After so long without `renew` a lease is over: what it held counts as spent until the call's true end is settled. */
  readonly leaseMs: number;
}

/** What one meter of a call came to. */
export interface Settlement {
  readonly meter: Meter;
  /** What was held or charged for it. */
  readonly held: number;
  readonly actual: number;
}

export interface Counters {
  /** Checks every meter, then adds to every meter: a refused call uses up nothing. Synchronous where it can be. */
  admit(call: Admit): Admission | Promise<Admission>;
  /**
   * Once for each id: later ones with the same id do nothing. A meter of the lease that is not named came to 0. What is
   * more than was counted is counted now; what is less is taken from where it was counted, as long as that is in the
   * window. After a lease is over it corrects what was counted for it; where the lease is not known, all of `actual` is
   * counted. Never throws: what cannot be reached now is told later.
   */
  settle(id: string, settlements: readonly Settlement[]): void | Promise<void>;
  /** From now. What is over or was never known stays so. */
  renew(ids: readonly string[], leaseMs: number): void | Promise<void>;
  /** What the ledger says was spent: rolling: by the start of each bucket, aligned to multiples of `bucketMs`. Does nothing where the counter is there. */
  seed(meter: Meter, spent: ReadonlyMap<number, number>): void | Promise<void>;
  /** Levels without a change, for reports and for the comparison with the ledger; undefined: not there. */
  levels(meters: readonly Meter[]): readonly (Level | undefined)[] | Promise<readonly (Level | undefined)[]>;
  /** Adds to what was spent, also less than 0: the ledger knew better. Nothing goes below 0. */
  correct(meter: Meter, by: number): void | Promise<void>;
  close(): Promise<void>;
}
