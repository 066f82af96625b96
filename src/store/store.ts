/** What the gateway keeps beyond a restart. Every implementation passes contract.ts. */

export interface Store {
  readonly reasoning: ReasoningRows;
  readonly capabilities: CapabilityRows;
  readonly deployments: DeploymentRows;
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
