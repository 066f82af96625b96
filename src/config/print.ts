/** A resolved configuration in the file's own spelling. Secrets are masked because of where they are, not of what they look like. */
import { stringify } from "yaml";
import type { Config, ProviderConfig, SearchConfig, TargetConfig } from "./config.ts";
import { maskSecret, maskUrl } from "./mask.ts";
import { FileSchema } from "./schema/schema.ts";
import { inSnake } from "./schema/spelling.ts";

export function printConfig(config: Config): string {
  const { keys, models, providers, search, source } = config;
  const file = {
    ...config,
    auth: { keys: keys.map((key) => ({ ...key, key: maskSecret(key.key) })) },
    providers: Object.fromEntries(Object.entries(providers).map(([name, provider]) => [name, printProvider(provider)])),
    models: Object.fromEntries(
      models.map((model) => [model.name, { ...model, targets: model.targets.map(printTarget) }]),
    ),
    search: search && printHost(search),
  };
  return `# From ${source}. Defaults are filled in, secrets are masked.\n${stringify(inSnake(file, FileSchema), { lineWidth: 0 })}`;
}

const printProvider = (provider: ProviderConfig): object => ({
  ...printHost(provider),
  headers: Object.fromEntries(Object.entries(provider.headers).map(([name, value]) => [name, maskSecret(value)])),
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
