/** Where in which conversation of which caller an answer stands. */

/** A key never reads what another stored, and tool ids repeat between conversations (`call_0`). */
export interface Scope {
  readonly caller: string;
  readonly conversation: string;
  /** named: by the client. guessed: from its first words, with which another conversation may have begun too. */
  readonly session: "named" | "guessed";
  /** memory: nothing of this call is written to a disk or read from one. */
  readonly keeps: "memory" | "disk";
}

/** A place in a conversation. `front`: the hash of what stands directly in front of the answer, by `frontOf`. */
export interface Place extends Scope {
  readonly front: string;
  /** The hash of all that stood in front; absent where it was not read, and then the answer is not kept whole either. */
  readonly whole?: string;
}
