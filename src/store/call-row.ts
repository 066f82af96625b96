/**
 * A row of the table `calls`: one call as it is remembered, inserted as JSON and printed by `codeswitch logs --json`.
 * Never a prompt, an answer or a key. Times are milliseconds since 1970, durations milliseconds, money nano-dollars
 * (10⁻⁹ $, an integer). null: not known, or there was none.
 */
export interface CallRow {
  /** Ours: a UUIDv7, so that ids stand in the order of their calls. The vendor's is `upstream_id`. */
  readonly id: string;
  readonly started_at: number;
  /** Spending counts at this moment, and a row belongs to the slice and the partition that it is in. */
  readonly ended_at: number;
  /** count: tokens were counted, nothing was generated. */
  readonly kind: "call" | "count";

  readonly key_id: string | null;
  /** The key's name; "local" at an open gateway. */
  readonly key: string;
  readonly address: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly client: string;
  readonly client_version: string | null;
  readonly session: string | null;
  /** The header or field that it was read from; "guessed": the conversation's first words, hashed. */
  readonly session_from: string | null;
  readonly agent: string | null;
  readonly parent_agent: string | null;
  readonly turn: string | null;
  /** turn, title, compaction, subagent …: as the client says it. */
  readonly turn_kind: string | null;
  /** host/owner/name, without user info. */
  readonly repo: string | null;
  readonly branch: string | null;
  readonly commit_hash: string | null;
  readonly pr: string | null;

  readonly surface: string;
  readonly dialect: string | null;
  readonly lane: "native" | "translated" | null;
  readonly stream: boolean;
  readonly model_asked: string | null;
  /** The entry of the configuration that it led to, as it is written there (`claude-*`): by it a model's limits and budgets count. */
  readonly model_entry: string | null;
  readonly model_served: string | null;
  readonly provider: string | null;
  readonly effort_asked: string | null;
  readonly effort_sent: string | null;
  /** unknown: the gateway was killed while the call ran. */
  readonly outcome: "ended" | "failed" | "abandoned" | "unknown";
  /** What the caller got; 499 when it went away, 0 when nobody knows. */
  readonly status: number;
  /** A kind of error (`ErrorKind`), of a call that failed or was left. */
  readonly error: string | null;
  /** The same in the gateway's own words, never a vendor's. */
  readonly why: string | null;
  readonly stop_reason: string | null;
  /** The vendor's own id of the answer or the request. */
  readonly upstream_id: string | null;
  readonly attempts: readonly AttemptRow[];
  /** The first of them, hints among them; a last entry says how many more there were. */
  readonly losses: readonly unknown[];
  /** Of the request and of the answer, those that may change what is said: no hints. */
  readonly loss_count: number;
  /** Names of the tools that the answer called, without their inputs. */
  readonly tools: readonly string[];

  /** Of the last attempt: from its sending to the head of its answer. When the connection stood, Bun's fetch does not tell. */
  readonly response_ms: number | null;
  /** Until the call was let in by its limits. */
  readonly queue_ms: number | null;
  readonly first_token_ms: number | null;
  readonly total_ms: number;
  /** What the gateway itself took of it, in hundredths of a millisecond (ledger/stopwatch.ts). */
  readonly overhead_ms: number | null;

  /** Disjoint, summed over all that is billed: `tokens_input` excludes what was read from or written to a cache; `tokens_reasoning` is a share of `tokens_output`. */
  readonly tokens_input: number;
  readonly tokens_cache_read: number;
  readonly tokens_cache_write_5m: number;
  readonly tokens_cache_write_1h: number;
  readonly tokens_cache_write_12h: number;
  readonly tokens_output: number;
  readonly tokens_reasoning: number;
  /** Calls of tools that the vendor runs and bills, by their name. */
  readonly hosted_calls: Readonly<Record<string, number>>;
  /** As the vendor billed them, where one answer billed several: what a price correction computes again. */
  readonly usage_lines: readonly unknown[];
  readonly usage_source: "reported" | "estimated" | "none";
  /** The one that served, not the one that was asked for. */
  readonly service_tier: string | null;

  /** null: the price is not known. Never 0 for that reason. Of an `unknown` outcome: what budgets held. */
  readonly cost_nano: number | null;
  /** Of the table or file that the first price came from. */
  readonly price_version: string | null;
  /** false: no price, or the input rate stands for one that the table lacks. */
  readonly priced: boolean;
  /** The tokens, and so the cost, are a count of ours. */
  readonly estimated: boolean;
  /** What budgets held for the call while it ran. */
  readonly held_nano: number;
  /** The hold came to its end with this row. */
  readonly settled: boolean;
}

/** One request to a target. */
export interface AttemptRow {
  readonly provider: string;
  readonly model: string;
  readonly status?: number;
  readonly error?: string;
  readonly why?: string;
  /** Until its first word, or its failure. */
  readonly ms: number;
  /** What the attempt itself was billed, where it failed after tokens were spent. */
  readonly billed_nano?: number;
}
