/** The made keys of a store, asked every half second whether one of them changed. */
import { randomBytes } from "node:crypto";
import { openSecrets } from "../store/secret.ts";
import type { SharedStore } from "../store/open.ts";
import { orLate } from "../time/limit.ts";
import { LIMITS } from "../wire/limits.ts";
import { keyHashes, type KeyHashes } from "./key-hash.ts";
import { type MadeKeys, madeKeys } from "./made-keys.ts";
import { every } from "./polling.ts";

export interface KeptKeys extends MadeKeys {
  stop(): void;
}

export interface KeptKeysParts {
  readonly store: SharedStore;
  /** Where the secret is, where CODESWITCH_SECRET does not hold it. */
  readonly dataDir: string;
  readonly secret?: string;
  readonly clock: () => number;
  readonly warn: (message: string) => void;
}

/** Waits a moment for the store's first word, so that a gateway knows from its first call on whether it wants a key. */
export async function keptKeys({ store, clock, warn, ...place }: KeptKeysParts): Promise<KeptKeys> {
  const keys = madeKeys({
    rows: {
      find: async (hash) => (await store.get()).keys.find(hash),
      all: async () => (await store.get()).keys.all(),
    },
    epoch: async () => (await store.get()).epoch(),
    hashes: hashesAt(place, clock()),
    clock,
    warn,
  });
  await orLate(keys.poll(), FIRST_WORD_MS);
  return { ...keys, stop: every(LIMITS.epochEveryMs, keys.poll) };
}
const FIRST_WORD_MS = 1_000;

/** Without its secret no made key can be told from a guess: all are refused, and the vault has said what is wrong with the secret. */
function hashesAt({ dataDir, secret }: Pick<KeptKeysParts, "dataDir" | "secret">, now: number): KeyHashes {
  try {
    return keyHashes(openSecrets(dataDir, secret, now));
  } catch {
    const value = randomBytes(32).toString("hex");
    return keyHashes([{ id: "none", value }]);
  }
}
