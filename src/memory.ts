/** What a gateway remembers and counts, opened and stopped as one: the store with its keys, the vault, prices, the journal of calls, counters and their limits. */
import { type KeptKeys, keptKeys, readableSecrets } from "./access/kept-keys.ts";
import type { Config } from "./config/config.ts";
import type { Credentials } from "./config/credentials.ts";
import type { PriceBook } from "./cost/price-book.ts";
import { openPrices, pricesPath } from "./cost/price-files.ts";
import type { Sink } from "./ledger/ledger.ts";
import { remember } from "./ledger/remember.ts";
import type { Counters } from "./limits/counters.ts";
import { type Limits, limitsOf } from "./limits/limits.ts";
import { openCounters } from "./limits/open-counters.ts";
import type { Log } from "./observe/log.ts";
import type { TokenMeter } from "./providers/token-meter.ts";
import type { Cooldowns } from "./routing/cooldowns.ts";
import { orAway, type SharedStore, storeAt } from "./store/open.ts";
import { openSecrets } from "./store/secret.ts";
import type { CallRows } from "./store/store.ts";
import { every } from "./time/every.ts";
import { openVault } from "./vault/open.ts";
import type { Level, Vault } from "./vault/vault.ts";
import { LIMITS } from "./wire/limits.ts";

export interface Memory {
  readonly vault: Vault;
  /** Absent: there is no place to keep keys. */
  readonly made?: KeptKeys;
  readonly prices: PriceBook;
  readonly limits: Limits;
  /** In the order in which they get a record: limits settle what the others then write. */
  sinks(log: Sink): readonly Sink[];
  stop(): Promise<void>;
}

export interface MemoryOptions {
  /** Where messages go, and the record of each call. */
  readonly log: Log;
  /** Where what outlives a restart is kept. Absent: nowhere, memory alone serves. */
  readonly dataDir?: string;
  /** What it is sealed with. Absent: a secret that the data folder holds. */
  readonly secret?: string;
  /** Where limits and budgets are counted. Absent: where the configuration says. */
  readonly counters?: Counters;
}

export interface MemoryParts {
  /** As it was loaded. */
  readonly config: Config;
  /** As it holds now. */
  readonly current: () => Config;
  readonly options: MemoryOptions;
  /** The reasoning that no disk may see, where several processes share it. */
  readonly reasoning?: Level | undefined;
  readonly tokens: TokenMeter;
  readonly cooldowns: Cooldowns;
  /** Gets the keys at vendors that the store has, at the start and after each change. */
  readonly credentials: (stored: Credentials) => Promise<void>;
}

const clock = Date.now;

export async function openMemory(parts: MemoryParts): Promise<Memory> {
  const { config, options } = parts;
  const { dataDir, secret, log } = options;
  const { url } = config.storage;
  const store = storeAt({ dataDir, url, secrets: () => openSecrets(dataDir ?? "", secret, clock()) });
  // What nobody can use is told before a call comes; a server that is away may come back.
  if (url !== undefined) await store?.get().catch(orAway(log.warn));
  const vault = openVault({ dataDir, secret, url }, clock, log.warn, parts.reasoning);
  const made = store && (await keysIn(store, parts));
  const priceFiles = await openPrices({ ...pricesPath(config), ...(dataDir !== undefined && { dataDir }) }, log.warn);
  const restPrices = every(LIMITS.priceFilesEveryMs, priceFiles.look);
  const calls = store && (async (): Promise<CallRows> => (await store.get()).calls);
  const journal =
    calls && dataDir !== undefined ? remember({ dataDir, calls, config, clock, warn: log.warn }) : undefined;
  const counters = options.counters ?? (await openCounters(config, { log, clock, cooldowns: parts.cooldowns }));
  const limits = limitsOf({
    ...{ config: parts.current, counters, tokens: parts.tokens, prices: priceFiles.book, clock, warn: log.warn },
    ...(journal && { full: journal.full }),
    ...(calls && { calls: { spent: async (...asked) => (await calls()).spent(...asked) } }),
  });
  return {
    ...{ vault, prices: priceFiles.book, limits },
    ...(made && { made }),
    sinks: (other) => [limits, other, ...(journal ? [journal] : [])],
    stop: async () => {
      restPrices();
      made?.stop();
      await limits.stop();
      await journal?.stop();
      await counters.close();
      await vault.stop();
      await store?.close();
    },
  };
}

function keysIn(store: SharedStore, { options, credentials }: MemoryParts): Promise<KeptKeys> {
  const { dataDir, secret, log } = options;
  const secrets = dataDir === undefined ? undefined : readableSecrets(dataDir, secret, clock());
  return keptKeys({ store, clock, warn: log.warn, credentials, ...(secrets && { secrets }) });
}
