/** What the gateway keeps beyond a restart. Every implementation passes test/fixtures/store-contract.ts. */

import type { CallRow } from "./call-row.ts";

export interface Store {
  readonly reasoning: ReasoningRows;
  readonly capabilities: CapabilityRows;
  readonly deployments: DeploymentRows;
  readonly calls: CallRows;
  readonly keys: KeyRows;
  readonly credentials: CredentialRows;
  /** Goes up with every change of keys, credentials and prices, whoever made it: what was cached under an older one is read again. */
  epoch(): Promise<number>;
  close(): Promise<void>;
}

/** Rows of the reasoning vault: sealed, so that a store never sees what it keeps. */
export interface ReasoningRows {
  /**
   * All of them or none. A key that is there with other contents loses them: two that differ restore neither, until the
   * clash expires on the date that it had when it came to be. Gives the keys that hold a clash now.
   */
  put(rows: readonly SealedRow[], now: number): Promise<readonly string[]>;
  /** Those of the keys that are there and alive, in any order. */
  get(keys: readonly string[], now: number): Promise<readonly FoundRow[]>;
  /** Changes when another connection to the same store has written, not with our own writes. */
  version(): Promise<number>;
  /** Deletes expired rows, then the oldest beyond either bound. Other questions are answered in between. */
  prune(now: number, bounds: Bounds): Promise<void>;
  count(): Promise<Bounds>;
}

export interface SealedRow {
  readonly key: string;
  /** Which secret it is sealed with. */
  readonly secret: string;
  /** Equal for equal contents. */
  readonly digest: string;
  readonly sealed: Uint8Array;
  readonly expiresAt: number;
}

export interface FoundRow {
  readonly key: string;
  readonly secret: string;
  /** null: a clash, and nothing to restore. */
  readonly sealed: Uint8Array | null;
  readonly expiresAt: number;
}

export interface Bounds {
  readonly rows: number;
  readonly bytes: number;
}

/** What models were seen to do. */
export interface CapabilityRows {
  /** Takes the place of what was there for the same provider, model and dialect. */
  put(row: CapabilityRow): Promise<void>;
  /** One row for each dialect in which it was asked, by the dialect's name. */
  get(provider: string, model: string): Promise<readonly CapabilityRow[]>;
}

/** Which deployments were seen to be there. */
export interface DeploymentRows {
  /** Takes the place of what was there for the same address and model. */
  put(row: DeploymentRow): Promise<void>;
  all(): Promise<readonly DeploymentRow[]>;
}

export interface DeploymentRow {
  readonly baseUrl: string;
  readonly model: string;
  readonly state: "answers" | "missing";
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface CapabilityRow {
  readonly provider: string;
  readonly model: string;
  readonly dialect: string;
  /** JSON, which a store does not look into. */
  readonly observed: string;
  /** Milliseconds since 1970. */
  readonly probedAt: number;
}

/** The memory of calls: rows, and sums of them that can be made again at any time. */
export interface CallRows {
  /** Rows as JSON objects in one JSON array. Those whose id is there already are left as they are, so that a replay doubles nothing. All or none. */
  insert(rows: string): Promise<void>;
  /** Newest first, at most `limit`, each before `before`. */
  list(filter: CallFilter, page: { readonly limit: number; readonly before?: PageEnd }): Promise<readonly CallRow[]>;
  /** One row for each value of `by`, the dearest first, at most `limit`; days in their order, the last ones. Closed slices are read from the roll-up, the rest from the rows. */
  usage(by: UsageBy, filter: UsageFilter, limit: number): Promise<readonly UsageSum[]>;
  /** What was spent, by the start of each bucket (multiples of `bucketMs`; one bucket from `from` where it is absent). */
  spent(
    of: SpentScope,
    what: SpentMeasure,
    span: Span & { readonly bucketMs?: number },
  ): Promise<ReadonlyMap<number, number>>;
  /** Makes the sums of every closed slice that has none, and again those that got late rows. */
  rollUp(now: number): Promise<void>;
  /** What outlived its retention goes (store/retention.ts), and partitions are made ahead. Calls go on meanwhile. Gives what the operator should know. */
  retain(now: number, days: RetentionDays): Promise<readonly string[]>;
  /** Rows to be priced again, a batch at a time in the order of their ids, and what `priced` makes of each. Their slices are summed again. */
  reprice(
    span: Span,
    priced: (row: CallRow) => RepricedRow | undefined,
  ): Promise<{ readonly seen: number; readonly changed: number }>;
}

/** `reprice` in steps between which its caller computes: what a thread can be asked for. */
export interface CallSteps extends CallRows {
  /** Some rows after this id ("": from the first), in the order of their ids; none: that was all. */
  toPrice(span: Span, after: string): Promise<readonly CallRow[]>;
  /** A JSON array of what `RepricedRow` has, with `id` and `ended_at`. */
  setPrices(changes: string): Promise<void>;
}

export interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}
export interface CallFilter extends Partial<Span> {
  readonly id?: string;
  readonly key?: string;
  readonly session?: string;
  readonly model?: string;
  readonly client?: string;
  readonly repo?: string;
  readonly outcome?: CallRow["outcome"];
}
export type PageEnd = Pick<CallRow, "id" | "ended_at">;
export const USAGE_BY = ["model", "key", "client", "session", "repo", "provider", "tag", "day"] as const;
export type UsageBy = (typeof USAGE_BY)[number];
export interface UsageFilter extends Span {
  /** A key's name. */
  readonly key?: string;
  /** day: the days of this zone (IANA). */
  readonly zone?: string;
}
export interface UsageSum {
  /** null: calls that have no such value. */
  readonly value: string | null;
  readonly calls: number;
  readonly failed: number;
  readonly tokens_input: number;
  readonly tokens_cache_read: number;
  readonly tokens_cache_write: number;
  readonly tokens_output: number;
  readonly tokens_reasoning: number;
  /** Of the calls whose price is known. */
  readonly cost_nano: number;
  readonly unpriced_calls: number;
  readonly estimated_calls: number;
  readonly total_ms: number;
}
/** key: its name. model: the entry of the configuration (`model_entry`). provider: the one that answered. A tag as `name=value`. */
export type SpentScope =
  | { readonly kind: "key" | "model" | "provider" | "tag"; readonly value: string }
  | { readonly kind: "global" };
export type SpentMeasure = "cost" | "requests" | "input" | "output" | "tokens";
export type RepricedRow = Pick<CallRow, "cost_nano" | "price_version" | "priced">;
export interface RetentionDays {
  readonly calls: number;
  readonly rollups: number;
}

/** Keys that were made here, beside those of the configuration. */
export interface KeyRows {
  put(row: KeyRow): Promise<void>;
  /** By the HMAC of what a caller sent: also a key that was rotated and is in its grace. */
  find(hash: string): Promise<KeyRow | undefined>;
  named(name: string): Promise<KeyRow | undefined>;
  all(): Promise<readonly KeyRow[]>;
  /** Rows of its calls stay. */
  delete(id: string): Promise<boolean>;
}
export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  /** What may be shown: `cs-…` and its last four characters. */
  readonly shown: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly blocked: boolean;
  /** The hash before the last rotation, which is taken until `grace_until`. */
  readonly hash_before: string | null;
  readonly grace_until: number | null;
  /** JSON: what the key may do, and what else was said of it. */
  readonly settings: string;
}

/** Keys at vendors, sealed by the server's secret before they come here. */
export interface CredentialRows {
  put(row: CredentialRow): Promise<void>;
  all(): Promise<readonly CredentialRow[]>;
  delete(provider: string): Promise<boolean>;
}
export interface CredentialRow {
  readonly provider: string;
  /** Which secret it is sealed with. */
  readonly secret: string;
  readonly sealed: Uint8Array;
  readonly changed_at: number;
}
