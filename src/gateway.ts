/** The composition root: a configuration in, a running gateway out. The only file that knows everybody. */
import { keyringOf } from "./access/keyring.ts";
import { serve } from "./http/serve.ts";
import { stackOf } from "./http/stack.ts";
import type { Config } from "./config/config.ts";
import { withCredentials } from "./config/credentials.ts";
import { refuseExposed } from "./config/expose.ts";
import { ledgerOf, type Sink } from "./ledger/ledger.ts";
import { beginAsking, callsMax, descriptorsMax, fewDescriptors } from "./relay/descriptors.ts";
import type { Gateway, Hooks } from "./relay/call.ts";
import { joined, NO_HOOKS } from "./relay/hooks.ts";
import { type MemoryOptions, openMemory } from "./memory.ts";
import { sightings, type Sightings } from "./providers/sightings.ts";
import { tokenMeter } from "./providers/token-meter.ts";
import { cooldowns, type Cooldowns } from "./routing/cooldowns.ts";
import { simulated } from "./simulated.ts";
import { type Provenance, provenance } from "./vault/provenance.ts";
import type { Level } from "./vault/vault.ts";
import type { Search } from "./search/search-provider.ts";
import { searchOf } from "./search/search.ts";

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

export interface GatewayOptions extends MemoryOptions {
  /** Where records go beside the log. */
  readonly sinks?: readonly Sink[];
  /** Limits, budgets and guards. Absent: none. */
  readonly hooks?: Hooks;
  /** How long a client's connection may stand still while it is the client's turn. */
  readonly idleSeconds?: number;
  /** Where it is noted which deployments are there. Absent: in memory. */
  readonly sightings?: Sightings;
  /** Which deployments cool down. Absent: as this process alone sees them. */
  readonly cooldowns?: Cooldowns;
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
  const tokens = tokenMeter();
  const cooling = options.cooldowns ?? cooldowns(Date.now);
  const memory = await openMemory({
    ...{ config, options, tokens, cooldowns: cooling, reasoning: options.crew?.reasoning },
    current: () => ready,
    credentials: async (stored) => void (ready = await simulator.ready(withCredentials(config, stored))),
  });
  for (const warning of few === undefined ? ready.warnings : [...ready.warnings, few]) log.warn(warning);
  const { vault, prices, made, limits } = memory;
  const gateway: Gateway = {
    get config() {
      return ready;
    },
    instance: options.crew?.instance ?? crypto.randomUUID(),
    keyring: keyringOf({
      config: () => ready,
      made,
      unreadable: config.storage.url === undefined ? "open" : "unknown",
      clock: Date.now,
    }),
    log,
    ledger: ledgerOf({
      sinks: [...memory.sinks(log), ...(options.sinks ?? [])],
      clock: Date.now,
      failed: (error) => log.warn(`A record was lost at one of its sinks: ${stackOf(error)}`),
    }),
    hooks: joined(options.hooks ?? NO_HOOKS, limits.hooks),
    clock: Date.now,
    ...{ vault, prices, tokens },
    provenance: options.crew?.provenance ?? provenance(),
    sightings: options.sightings ?? sightings(Date.now),
    cooldowns: cooling,
    search: (...asked: Parameters<Search>) => searchOf(ready.search)(...asked),
  };
  const { idleSeconds } = options;
  await beginAsking();
  const server = serve(gateway, {
    callsMax: callsMax(descriptors),
    ...(idleSeconds !== undefined && { idleSeconds }),
    ...(options.crew && { port: "shared" }),
  });
  return {
    url: server.url,
    instance: gateway.instance,
    config: () => ready,
    access: gateway.keyring.access,
    openCalls: server.openCalls,
    leave: server.leave,
    stop: async () => {
      await server.stop();
      simulator.stop();
      await memory.stop();
    },
  };
}
