/** A resolved configuration in the file's own spelling. Secrets are masked because of where they stand, not of what they look like. */
import { stringify } from "yaml";
import type { Config, KeyConfig, ModelConfig, ProviderConfig, SearchConfig, TargetConfig } from "./config.ts";
import { maskSecret, maskUrl } from "./keys.ts";

export function printConfig(config: Config): string {
  const { server, log } = config;
  const value = {
    server: {
      host: server.host,
      port: server.port,
      body_bytes_max: server.bodyBytesMax,
      cors_origins: server.corsOrigins,
      heartbeat_ms: server.heartbeatMs,
      drain_ms: server.drainMs,
    },
    auth: { keys: config.keys.map(printKey) },
    providers: Object.fromEntries(
      Object.entries(config.providers).map(([name, provider]) => [name, printProvider(provider)]),
    ),
    models: Object.fromEntries(config.models.map((model) => [model.name, printModel(model)])),
    ...(config.search && { search: printSearch(config.search) }),
    log: { format: log.format },
  };
  return `# From ${config.source}. Defaults are filled in, secrets are masked.\n${stringify(value, { lineWidth: 0 })}`;
}

const printKey = (key: KeyConfig): object =>
  present({
    name: key.name,
    key: maskSecret(key.key),
    models: key.models,
    strict: key.strict,
    show_reasoning: key.reasoning,
    vault: key.vault,
  });

const printProvider = (provider: ProviderConfig): object =>
  present({
    kind: provider.kind,
    base_url: maskUrl(provider.baseUrl) || undefined,
    api_key: provider.apiKey === undefined ? undefined : maskSecret(provider.apiKey),
    api_version: provider.apiVersion,
    vendor: provider.vendor,
    headers: Object.fromEntries(Object.entries(provider.headers).map(([name, value]) => [name, maskSecret(value)])),
    first_byte_ms: provider.firstByteMs,
    idle_ms: provider.idleMs,
  });

const printSearch = ({ kind, baseUrl, apiKey }: SearchConfig): object =>
  present({ kind, base_url: maskUrl(baseUrl), api_key: apiKey === undefined ? undefined : maskSecret(apiKey) });

const printModel = (model: ModelConfig): object =>
  present({ targets: model.targets.map(printTarget), strict: model.strict, show_reasoning: model.reasoning });

function printTarget(target: TargetConfig): object {
  const reasoning = present({ effort: target.effort, summary: target.summary, budget_tokens: target.budgetTokens });
  return present({
    provider: target.provider,
    model: target.model,
    base_model: target.baseModel,
    dialect: target.dialect,
    reasoning: Object.keys(reasoning).length > 0 ? reasoning : undefined,
    verbosity: target.verbosity,
    truncation: target.truncation,
    max_tokens: target.maxTokens,
    store: target.store,
  });
}

const present = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
