/** A resolved configuration in the file's own spelling. Secrets are masked because of where they are, not of what they look like. */
import { stringify } from "yaml";
import type { Config, ProviderConfig, SearchConfig, TargetConfig } from "./config.ts";
import { maskSecret, maskUrl } from "./mask.ts";
import { FileSchema } from "./schema/schema.ts";
import { inSnake } from "./schema/spelling.ts";

export function printConfig(config: Config): string {
  const { keys, ownerKey, models, providers, search, source } = config;
  const file = {
    ...config,
    auth: {
      ownerKey: ownerKey === undefined ? undefined : maskSecret(ownerKey),
      keys: keys.map((key) => ({ ...key, key: maskSecret(key.key) })),
    },
    providers: Object.fromEntries(Object.entries(providers).map(([name, provider]) => [name, printProvider(provider)])),
    models: Object.fromEntries(
      models.map((model) => [model.name, { ...model, targets: model.targets.map(printTarget) }]),
    ),
    search: search && printHost(search),
    ...printPlaces(config),
  };
  return `# From ${source}. Defaults are filled in, secrets are masked.\n${stringify(inSnake(file, FileSchema), { lineWidth: 0 })}`;
}

/** Where things are kept and told: passwords stand in addresses, and an incoming webhook is a secret as a whole. */
const printPlaces = ({ storage, redis, outbox, alerts }: Config): object => ({
  storage: { ...storage, url: storage.url && maskUrl(storage.url) },
  redis: redis && { url: maskUrl(redis.url) },
  outbox: outbox && { url: maskUrl(outbox.url), headers: maskedValues(outbox.headers) },
  alerts: maskedValues(alerts),
});

const maskedValues = (named: Readonly<Record<string, string | undefined>>): object =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, value && maskSecret(value)]));

const printProvider = (provider: ProviderConfig): object => ({
  ...printHost(provider),
  headers: maskedValues(provider.headers),
});

const printHost = (host: ProviderConfig | SearchConfig): object => ({
  ...host,
  baseUrl: maskUrl(host.baseUrl) || undefined,
  apiKey: host.apiKey && maskSecret(host.apiKey),
});

function printTarget(target: TargetConfig): object {
  const isSet = (target.effort ?? target.summary ?? target.budgetTokens) !== undefined;
  return isSet ? { ...target, reasoning: target } : target;
}
