/** What a store keeps of keys, those that callers present and those at vendors: asked every half second whether anything changed. */
import { randomBytes } from "node:crypto";
import type { Credentials } from "../config/credentials.ts";
import { openSecrets, type Secrets } from "../store/secret.ts";
import type { SharedStore } from "../store/open.ts";
import { every } from "../time/every.ts";
import { orLate } from "../time/limit.ts";
import { LIMITS } from "../wire/limits.ts";
import { credentialSeal, opened } from "./credentials.ts";
import { keyHashes } from "./key-hash.ts";
import { type MadeKeys, madeKeys } from "./made-keys.ts";

export interface KeptKeys extends MadeKeys {
  stop(): void;
}

export interface KeptKeysParts {
  readonly store: SharedStore;
  /** Absent: it cannot be read, and the vault has said why. Without it no made key can be told from a guess: all are refused. */
  readonly secrets?: Secrets;
  readonly clock: () => number;
  readonly warn: (message: string) => void;
  /** Gets the keys at vendors, at the start and after each change. */
  readonly credentials: (stored: Credentials) => Promise<void>;
}

/** Waits a moment for the store's first word, so that a gateway knows from its first call on whether it wants a key. */
export async function keptKeys({
  store,
  clock,
  warn,
  credentials,
  secrets = [{ id: "none", value: randomBytes(32).toString("hex") }],
}: KeptKeysParts): Promise<KeptKeys> {
  const seal = credentialSeal(secrets);
  const keys = madeKeys({
    rows: {
      find: async (hash) => (await store.get()).keys.find(hash),
      all: async () => (await store.get()).keys.all(),
    },
    epoch: async () => (await store.get()).epoch(),
    hashes: keyHashes(secrets),
    ...{ clock, warn },
    changed: async () => {
      const stored = opened(await (await store.get()).credentials.all(), seal);
      if (stored.lost.length > 0) warn(lost(stored.lost));
      await credentials(stored.credentials);
    },
  });
  await orLate(keys.poll(), FIRST_WORD_MS);
  return { ...keys, stop: every(LIMITS.epochEveryMs, keys.poll) };
}
const FIRST_WORD_MS = 10_000;

/** undefined: the file is damaged, or the variable too short. */
export function readableSecrets(dataDir: string, secret: string | undefined, now: number): Secrets | undefined {
  try {
    return openSecrets(dataDir, secret, now);
  } catch {
    return undefined;
  }
}

const lost = (providers: readonly string[]): string =>
  `The stored ${providers.length === 1 ? "key" : "keys"} of ${providers.join(", ")} cannot be read: sealed under another secret than this gateway's. Store them anew, or give it that CODESWITCH_SECRET too: NEW,OLD.`;
