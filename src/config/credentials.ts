/** Keys at vendors that are stored beside a configuration: what it is with them. */
import type { Config, SwitchedOff } from "./config.ts";

/** By the provider's name. */
export type Credentials = ReadonlyMap<string, string>;

/** The same configuration with the stored keys where it has none: an api_key that is written there wins. */
export function withCredentials(config: Config, credentials: Credentials): Config {
  const { awaiting } = config;
  const waiting = Object.values(awaiting?.providers ?? {}).filter(({ name }) => credentials.has(name));
  const keyless = Object.values(config.providers).filter(
    ({ name, apiKey }) => apiKey === undefined && credentials.has(name),
  );
  if (waiting.length + keyless.length === 0) return config;
  const providers = { ...config.providers };
  for (const one of [...keyless, ...waiting]) providers[one.name] = { ...one, apiKey: credentials.get(one.name) };
  if (!awaiting || waiting.length === 0) return { ...config, providers };
  const models = awaiting.models.flatMap((model) => {
    const targets = model.targets.filter(({ provider }) => Object.hasOwn(providers, provider));
    return targets.length > 0 ? [{ ...model, targets }] : [];
  });
  const isOn = ({ provider }: SwitchedOff): boolean => provider !== undefined && Object.hasOwn(providers, provider);
  const { switchedOff = [], warnings } = config;
  const mended = switchedOff.filter(isOn).map(({ why }) => why);
  return {
    ...{ ...config, providers, models },
    switchedOff: switchedOff.filter((one) => !isOn(one)),
    warnings: warnings.filter((warning) => !mended.some((why) => warning.startsWith(why))),
  };
}

/** Whether a stored key would be used; else why not, in words that finish "Provider claude …". */
export function whyUnused({ providers, awaiting, source }: Config, provider: string): string | undefined {
  if (awaiting && Object.hasOwn(awaiting.providers, provider)) return undefined;
  const known = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (!known) return `is none that ${source} has without an api_key`;
  return known.apiKey === undefined ? undefined : `has an api_key in ${source}, which wins`;
}
