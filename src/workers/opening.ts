/** The first word to a worker: all that it serves with. It goes through a channel between the two, where no list of processes shows it. */
import type { Config } from "../config/config.ts";
import type { Made } from "../vault/provenance.ts";

export interface Opening {
  /** Its port is the one that all share. */
  readonly config: Config;
  /** One for all: whoever asks /health twice may ask two processes. */
  readonly instance: string;
  readonly dataDir?: string;
  readonly secret?: string;
  /** Seals that went out to clients before it started. */
  readonly seals: readonly Made[];
}
