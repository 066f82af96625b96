/** The composition root: a configuration in, a running gateway out. The only file that knows everybody. */
import { keptKeys, readableSecrets } from "./access/kept-keys.ts";
import { keyringOf } from "./access/keyring.ts";
import { every } from "./access/polling.ts";
import { serve } from "./http/serve.ts";
import { stackOf } from "./http/stack.ts";
import type { Config } from "./config/config.ts";
import { type Credentials, withCredentials } from "./config/credentials.ts";
import { openPrices, pricesPath } from "./cost/price-files.ts";
import { refuseExposed } from "./config/expose.ts";
import { ledgerOf, type Sink } from "./ledger/ledger.ts";
import { remember } from "./ledger/remember.ts";
import { beginAsking, callsMax, descriptorsMax, fewDescriptors } from "./relay/descriptors.ts";
import type { Gateway, Hooks } from "./relay/call.ts";
import { joined, NO_HOOKS } from "./relay/hooks.ts";
import type { Counters } from "./limits/counters.ts";
import { limitsOf } from "./limits/limits.ts";
import { openCounters } from "./limits/open-counters.ts";
import type { Log } from "./observe/log.ts";
import { sightings, type Sightings } from "./providers/sightings.ts";
import { tokenMeter } from "./providers/token-meter.ts";
import { cooldowns } from "./routing/cooldowns.ts";
import { simulated } from "./simulated.ts";
import { orAway, type SharedStore, storeAt } from "./store/open.ts";
import { openSecrets } from "./store/secret.ts";
import type { CallRows } from "./store/store.ts";
import { openVault } from "./vault/open.ts";
import { type Provenance, provenance } from "./vault/provenance.ts";
import type { Level } from "./vault/vault.ts";
import type { Search } from "./search/search-provider.ts";
import { searchOf } from "./search/search.ts";
import { LIMITS } from "./wire/limits.ts";

export interface RunningGateway {
  readonly url: string;
  /** What /health says to tell it from every other. */
  readonly instance: string;
  /** As it holds now, with what is stored beside it. */
  config(): Config;
  /** Whether callers need a key now. */
  access(): "open" | "closed" | "unknown";
  /** How many calls are open now. */
  openCalls(): number;
  /** Before a stop, where another process takes over the port: clients are told to open new connections. */
  leave(): Promise<void>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** Where messages go, and the record of each call. */
  readonly log: Log;
  /** Where records go beside the log. */
  readonly sinks?: readonly Sink[];
  /** Limits, budgets and guards. Absent: none. */
  readonly hooks?: Hooks;
  /** Where what outlives a restart is kept. Absent: nowhere, memory alone serves. */
  readonly dataDir?: string;
  /** What it is sealed with. Absent: a secret that the data folder holds. */
  readonly secret?: string;
  /** How long a client's connection may stand still while it is the client's turn. */
  readonly idleSeconds?: number;
  /** Where it is noted which deployments are there. Absent: in memory. */
  readonly sightings?: Sightings;
  /** Where limits and budgets are counted. Absent: in the memory of this process. */
  readonly counters?: Counters;
  /** What it has in common with the other processes on its port. Absent: it is alone there. */
  readonly crew?: Crewed;
}

/** What the processes of one port hold together. */
export interface Crewed {
  readonly instance: string;
  /** The reasoning that no disk may see. */
  readonly reasoning: Level;
  readonly provenance: Provenance;
}

export async function startGateway(config: Config, options: GatewayOptions): Promise<RunningGateway> {
  // As loading does, for a configuration that was made otherwise.
  const from = { file: config.source, key: "server.host" };
  const owner = config.ownerKey === undefined ? [] : [{ name: "owner", key: config.ownerKey }];
  refuseExposed(config.server.host, [...config.keys, ...owner], from, ({ name }) => `the key ${name}`);
  const { log } = options;
  const descriptors = descriptorsMax();
  const few = fewDescriptors(descriptors);
  const simulator = simulated();
  let ready = await simulator.ready(config);
  const { dataDir, secret } = options;
  const { url } = config.storage;
  const secrets = dataDir === undefined ? undefined : readableSecrets(dataDir, secret, Date.now());
  const store = storeAt({ dataDir, url, secrets: () => openSecrets(dataDir ?? "", secret, Date.now()) });
  // What nobody can use is told before a call comes; a server that is away may come back.
  if (url !== undefined) await store?.get().catch(orAway(log.warn));
  const vault = openVault({ dataDir, secret, url }, Date.now, log.warn, options.crew?.reasoning);
  const credentials = async (stored: Credentials): Promise<void> => {
    ready = await simulator.ready(withCredentials(config, stored));
  };
  const made = store
    ? await keptKeys({ store, ...(secrets && { secrets }), clock: Date.now, warn: log.warn, credentials })
    : undefined;
  for (const warning of few === undefined ? ready.warnings : [...ready.warnings, few]) log.warn(warning);
  const priceFiles = await openPrices({ ...pricesPath(ready), ...(dataDir !== undefined && { dataDir }) }, log.warn);
  const prices = priceFiles.book;
  const calls = async (): Promise<CallRows> => (await (store as SharedStore).get()).calls;
  const memory =
    dataDir === undefined ? undefined : remember({ dataDir, calls, config, clock: Date.now, warn: log.warn });
  const instance = options.crew?.instance ?? crypto.randomUUID();
  const tokens = tokenMeter();
  const counters = options.counters ?? (await openCounters(ready, { log, clock: Date.now }));
  const limits = limitsOf({
    config: () => ready,
    counters,
    tokens,
    prices,
    clock: Date.now,
    warn: log.warn,
    ...(memory && {
      full: memory.full,
      calls: { spent: async (...asked: Parameters<CallRows["spent"]>) => (await calls()).spent(...asked) },
    }),
  });
  const ledger = ledgerOf({
    sinks: [limits, log, ...(memory ? [memory] : []), ...(options.sinks ?? [])],
    clock: Date.now,
    failed: (error) => log.warn(`A record was lost at one of its sinks: ${stackOf(error)}`),
  });
  const gateway: Gateway = {
    get config() {
      return ready;
    },
    instance,
    keyring: keyringOf({
      config: () => gateway.config,
      made,
      unreadable: url === undefined ? "open" : "unknown",
      clock: Date.now,
    }),
    log,
    ledger,
    hooks: joined(options.hooks ?? NO_HOOKS, limits.hooks),
    clock: Date.now,
    vault,
    provenance: options.crew?.provenance ?? provenance(),
    tokens,
    prices,
    sightings: options.sightings ?? sightings(Date.now),
    cooldowns: cooldowns(Date.now),
    search: (...asked: Parameters<Search>) => searchOf(gateway.config.search)(...asked),
  };
  const { idleSeconds } = options;
  const restPrices = every(LIMITS.priceFilesEveryMs, priceFiles.look);
  await beginAsking();
  const server = serve(gateway, {
    callsMax: callsMax(descriptors),
    ...(idleSeconds !== undefined && { idleSeconds }),
    ...(options.crew && { port: "shared" }),
  });
  return {
    url: server.url,
    instance,
    config: () => ready,
    access: gateway.keyring.access,
    openCalls: server.openCalls,
    leave: server.leave,
    stop: async () => {
      await server.stop();
      simulator.stop();
      restPrices();
      made?.stop();
      await limits.stop();
      await memory?.stop();
      await counters.close();
      await vault.stop();
      await store?.close();
    },
  };
}
