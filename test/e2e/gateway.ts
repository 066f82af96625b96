/** A gateway in this process with a configuration of a few lines. */
import type {
  Config,
  KeyConfig,
  ModelConfig,
  ProviderConfig,
  ProviderKind,
  ServerConfig,
  TargetConfig,
} from "../../src/config/config.ts";
import { DEFAULTS } from "../../src/config/default.ts";
import { startGateway } from "../../src/gateway.ts";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import type { Counters } from "../../src/limits/counters.ts";
import type { Hooks } from "../../src/relay/call.ts";
import type { Cooldowns } from "../../src/routing/cooldowns.ts";
import { until } from "../fixtures/until.ts";
import type { Wire } from "./wires.ts";
import type { Upstream } from "./upstream.ts";

export interface Running {
  readonly url: string;
  /** What the ledger wrote, in order. */
  readonly records: readonly CallRecord[];
  readonly warnings: readonly string[];
  stop(): Promise<void>;
}

export const KIND_OF: Readonly<Record<Wire, ProviderKind>> = {
  chat: "openai-compatible",
  responses: "openai",
  messages: "anthropic",
};
export const DIALECT_OF: Readonly<Record<Wire, DialectId>> = {
  chat: "openai-chat",
  responses: "openai-responses",
  messages: "anthropic-messages",
};

export function provider(name: string, wire: Wire, url: string, more: Partial<ProviderConfig> = {}): ProviderConfig {
  return {
    name,
    kind: KIND_OF[wire],
    baseUrl: wire === "messages" ? url : `${url}/v1`,
    apiKey: "upstream-key",
    headers: {},
    firstByteMs: 10_000,
    idleMs: 10_000,
    ...more,
  };
}

export const target = (name: string, wire: Wire, model = "served", more: Partial<TargetConfig> = {}): TargetConfig => ({
  provider: name,
  model,
  dialect: DIALECT_OF[wire],
  ...more,
});

export interface Setup {
  readonly providers: readonly ProviderConfig[];
  readonly models: readonly ModelConfig[];
  readonly keys?: readonly KeyConfig[];
  readonly server?: Partial<ServerConfig>;
  /** Where it keeps what outlives it. Absent: nowhere. */
  readonly dataDir?: string;
  /** How long a client's connection may stand still while it is the client's turn. */
  readonly idleSeconds?: number;
  readonly hooks?: Hooks;
  /** What else the configuration says: limits, budgets. */
  readonly config?: Partial<Config>;
  readonly counters?: Counters;
  readonly cooldowns?: Cooldowns;
}

/** For tests that let a vendor fail in many ways, one after the other, behind one gateway. */
export const NEVER_COOL: Cooldowns = {
  order: (targets) => ({ kind: "now", targets }),
  trial: () => ({ succeeded: () => {}, ended: () => {} }),
  hear: () => {},
  listen: () => {},
};

export function configOf({ providers, models, keys = [], server = {}, config = {} }: Setup): Config {
  return {
    ...DEFAULTS,
    server: {
      host: "127.0.0.1",
      port: 0,
      bodyBytesMax: 32 * 1024 * 1024,
      corsOrigins: [],
      heartbeatMs: 0,
      drainMs: 0,
      workers: 1,
      ...server,
    },
    keys,
    providers: Object.fromEntries(providers.map((one) => [one.name, one])),
    models,
    log: { format: "json" },
    source: "a test",
    warnings: [],
    ...config,
  };
}

export async function start(setup: Setup): Promise<Running> {
  const records: CallRecord[] = [];
  const warnings: string[] = [];
  const log = {
    info: () => {},
    warn: (message: string) => void warnings.push(message),
    write: (record: CallRecord) => void records.push(record),
  };
  const { dataDir, idleSeconds, hooks, counters, cooldowns } = setup;
  const options = {
    log,
    ...(dataDir && { dataDir }),
    ...(idleSeconds !== undefined && { idleSeconds }),
    ...(hooks && { hooks }),
    ...(counters && { counters }),
    ...(cooldowns && { cooldowns }),
  };
  return { records, warnings, ...(await startGateway(configOf(setup), options)) };
}

/** The record behind so many: a call's client may have its answer before its record is written. */
export async function recordAfter({ records }: Pick<Running, "records">, known: number): Promise<CallRecord> {
  await until("the record", () => records.length > known);
  return records[known] as CallRecord;
}

/** One upstream of each wire behind the models `chat`, `responses` and `messages`. */
export const startThree = (
  urls: Readonly<Record<Wire, string>>,
  more: Omit<Setup, "providers" | "models"> = {},
): Promise<Running> => {
  const wires = Object.keys(urls) as Wire[];
  return start({
    ...more,
    providers: wires.map((wire) => provider(wire, wire, urls[wire])),
    models: wires.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
  });
};

/** A vendor of each wire, and the gateway in front of them; `stop` ends all. */
export async function startOver(serve: (wire: Wire) => Upstream): Promise<{
  readonly servers: Readonly<Record<Wire, Upstream>>;
  readonly gateway: Running;
  stop(): Promise<void>;
}> {
  const servers = { chat: serve("chat"), responses: serve("responses"), messages: serve("messages") };
  const { chat, responses, messages } = servers;
  const gateway = await startThree({ chat: chat.url, responses: responses.url, messages: messages.url });
  const stop = async (): Promise<void> => {
    await gateway.stop();
    for (const server of [chat, responses, messages]) await server.stop();
  };
  return { servers, gateway, stop };
}
