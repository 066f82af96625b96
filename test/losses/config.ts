/** One model per upstream dialect that takes all that its dialect has, so that the table is about dialects. */
import type { Config, ProviderConfig } from "../../src/config/config.ts";
import { DEFAULTS } from "../../src/config/default.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";

const provider = (name: string, kind: ProviderConfig["kind"], baseUrl: string): ProviderConfig => ({
  name,
  kind,
  baseUrl,
  apiKey: "unused",
  headers: {},
  firstByteMs: 1000,
  idleMs: 1000,
});

export const MODEL_OF: Readonly<Record<DialectId, string>> = {
  "openai-chat": "any-chat",
  "openai-responses": "any-responses",
  "anthropic-messages": "any-messages",
};

export const CONFIG: Config = {
  ...DEFAULTS,
  server: {
    host: "127.0.0.1",
    port: 0,
    bodyBytesMax: 1 << 20,
    corsOrigins: [],
    heartbeatMs: 0,
    drainMs: 0,
    workers: 1,
  },
  keys: [],
  providers: {
    openai: provider("openai", "openai", "https://api.openai.com/v1"),
    claude: provider("claude", "anthropic", "https://api.anthropic.com"),
  },
  models: [
    { name: "any-chat", targets: [{ provider: "openai", model: "a-model-without-a-row", dialect: "openai-chat" }] },
    {
      name: "any-responses",
      targets: [{ provider: "openai", model: "a-model-without-a-row", dialect: "openai-responses" }],
    },
    {
      name: "any-messages",
      targets: [{ provider: "claude", model: "a-model-without-a-row", dialect: "anthropic-messages" }],
    },
  ],
  log: { format: "json" },
  source: "test",
  warnings: [],
};
