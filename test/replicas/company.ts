/** Three gateways of one company: one database, one Redis, one vendor, and processes that a test kills, pauses and starts again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BudgetConfig } from "../../src/config/config.ts";
import { type GatewayProcess, startProcess } from "../e2e/process.ts";

export interface Replica {
  readonly url: string;
  /** SIGKILL, and a new process over the same data folder. */
  crash(): Promise<void>;
  pause(): void;
  resume(): void;
  /** As an orderly stop: calls end, rows are written. */
  leave(): Promise<void>;
}

export interface Shared {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly vendorUrl: string;
}

/** Every call costs this much: 5 tokens in at $10 a million, 2 out at $50. */
export const CALL_NANO = 5 * 10_000 + 2 * 50_000;

const SECRET = "the-one-secret-of-three-replicas-long-enough";

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
export const KEYS = {
  limited: bearer("key-of-limited-1234567890"),
  spender: bearer("key-of-spender-1234567890"),
  free: bearer("key-of-free-123456789012"),
};

export const FREE_BUDGETS: readonly BudgetConfig[] = [
  { usd: 1000, per: "total", soft: [], degrade: [], status: 422 },
  { usd: 900, per: "month", zone: "Europe/Berlin", soft: [], degrade: [], status: 422 },
];

/** Keys: `limited` with a thousand requests a minute, `spender` whose budget holds a hundred calls, `free` with room for everything. */
const yamlOf = ({ databaseUrl, redisUrl, vendorUrl }: Shared): string => `
storage: { url: "${databaseUrl}" }
redis: { url: "${redisUrl}", wait_ms: 1000 }
auth:
  keys:
    - { name: limited, key: key-of-limited-1234567890, limits: { requests_per_minute: 1000 } }
    - { name: spender, key: key-of-spender-1234567890, budgets: [ { usd: ${(100 * CALL_NANO) / 1e9}, per: total } ] }
    - { name: free, key: key-of-free-123456789012, limits: { parallel: 100000, tokens_per_minute: 1000000000 }, budgets: ${JSON.stringify(FREE_BUDGETS)} }
budgets: [ { usd: 5000, per: 30d } ]
providers:
  chat: { kind: openai-compatible, base_url: "${vendorUrl}/v1", api_key: vendor-key, prices: { input: 10, output: 50 } }
  responses: { kind: openai, base_url: "${vendorUrl}/v1", api_key: vendor-key, prices: { input: 10, output: 50 } }
  messages: { kind: anthropic, base_url: "${vendorUrl}", api_key: vendor-key, prices: { input: 10, output: 50 } }
models:
  chat: { targets: [ { provider: chat, model: served } ] }
  responses: { targets: [ { provider: responses, model: served } ] }
  messages: { targets: [ { provider: messages, model: served } ] }
`;

export async function startReplica(shared: Shared): Promise<Replica> {
  const dataDir = mkdtempSync(join(tmpdir(), "codeswitch-replica-"));
  const launch = (): Promise<GatewayProcess> =>
    startProcess(yamlOf(shared), { variables: { CODESWITCH_DATA_DIR: dataDir, CODESWITCH_SECRET: SECRET } });
  let child = await launch();
  return {
    get url() {
      return child.url;
    },
    crash: async () => {
      await child.stop();
      child = await launch();
    },
    pause: () => child.signal("SIGSTOP"),
    resume: () => child.signal("SIGCONT"),
    leave: async () => {
      child.signal("SIGTERM");
      await child.exited;
      await child.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
