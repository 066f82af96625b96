/** Where a call comes from, as far as its client says so: names and ids, never a word of the conversation. */
export interface Origin {
  readonly clientVersion?: string;
  readonly session?: string;
  /** The header or field that the session was read from; "guessed": the conversation's first words, hashed. */
  readonly sessionFrom?: string;
  /** A helper that the client's main agent started; absent: the main agent. */
  readonly agent?: string;
  readonly parentAgent?: string;
  /** What the person asked for once, and all calls that came of it. */
  readonly turn?: string;
  /** In the client's own word: turn, compaction, prewarm … */
  readonly turnKind?: string;
  /** host/owner/name, without user info. */
  readonly repo?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly pr?: string;
}
