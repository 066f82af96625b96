/** The tables, as every database behind the store has them. Those of calls are in call-columns.ts and sum-columns.ts. Times are milliseconds since 1970. */

export interface Schema {
  readonly reasoning: ReasoningTable;
  readonly capabilities: CapabilitiesTable;
  readonly deployments: DeploymentsTable;
  readonly settings: SettingsTable;
  readonly keys: KeysTable;
  readonly credentials: CredentialsTable;
  readonly reasoning_writers: ReasoningWritersTable;
}

/** What clients drop, sealed: nothing in a row can be read without the server's secret. */
export interface ReasoningTable {
  /** A hash under the server's secret: neither caller nor conversation can be read, or guessed, from it. */
  readonly key: string;
  /** Which secret it is sealed with. */
  readonly secret: string;
  /** Tells equal contents from different ones without opening them. "" once two different ones came under one key. */
  readonly digest: string;
  /** null: two different ones came under one key, so that neither counts. */
  readonly sealed: Uint8Array | null;
  readonly bytes: number;
  readonly expires_at: number;
}

/** What a model was seen to do, as `codeswitch doctor --deep` asked it. No secret, and sealed with none. */
export interface CapabilitiesTable {
  readonly provider: string;
  readonly model: string;
  /** One deployment may speak several, and does not do the same in each. */
  readonly dialect: string;
  /** JSON. */
  readonly observed: string;
  readonly probed_at: number;
}

/** Whether a deployment answered or was missing when it was last asked. No secret: an address that holds one is refused at the start. */
export interface DeploymentsTable {
  readonly base_url: string;
  readonly model: string;
  /** answers or missing. */
  readonly state: string;
  readonly seen_at: number;
}

/** `epoch`, `min_version` and others, one row each. */
export interface SettingsTable {
  readonly name: string;
  readonly value: string;
}

/** As `KeyRow`. No key: an HMAC of it. */
export interface KeysTable {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly shown: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  /** 0 or 1. */
  readonly blocked: number;
  readonly hash_before: string | null;
  readonly grace_until: number | null;
  readonly settings: string;
}

export interface CredentialsTable {
  readonly provider: string;
  readonly secret: string;
  readonly sealed: Uint8Array;
  readonly changed_at: number;
}

/** Who writes reasoning into this database, and how often it did. */
export interface ReasoningWritersTable {
  readonly writer: string;
  readonly writes: number;
  readonly wrote_at: number;
}
