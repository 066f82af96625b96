/** A configuration from the environment alone, for when there is no file: the seeds' variables, and one key per vendor. */
import type { Config, KeyConfig, ModelConfig } from "../config.ts";
import { DEFAULTS, SIMULATOR } from "../default.ts";
import { modelsOf } from "./models.ts";
import { azureProvider, vendorProviders } from "./providers.ts";
import { envReader, type EnvReader } from "./reader.ts";
import { EVERYDAY, variables as knownVariables } from "./variables.ts";
import { keyFault } from "../api-keys.ts";
import type { Resolved } from "../file/resolve.ts";
import type { Variables } from "../substitute.ts";
import type { VendorFacts } from "../vendor.ts";

/** Throws ConfigError with everything that is wrong. With no key at all the simulator answers. */
export function fromEnvironment(variables: Variables, vendors: readonly VendorFacts[]): Resolved {
  const env = envReader(variables);
  const keys = callerKeys(env);
  const azure = azureProvider(env);
  const found = [...(azure ? [azure] : []), ...vendorProviders(env, vendors)];
  const providers = found.length > 0 ? found : [SIMULATOR];
  const models = found.length > 0 ? modelsOf(env, found, vendors) : DEMO_MODELS;
  warnOfUnread(env, vendors);
  env.finish();
  const switchedOff = [...env.off].map(([name, why]) => ({ why, models: namesOf(name, variables, vendors) }));
  return {
    ...DEFAULTS,
    keys,
    providers: Object.fromEntries(providers.map((one) => [one.name, one])),
    models,
    ...(switchedOff.length > 0 && { switchedOff }),
    warnings: env.warnings,
  };
}

/** What a provider would be asked for, were it there. A reader of its own: what is wrong with its levels says nobody. */
const namesOf = (name: string, variables: Variables, vendors: readonly VendorFacts[]): string[] =>
  modelsOf(envReader(variables), [{ ...SIMULATOR, name }], vendors).map((model) => model.name);

/** Nobody has named any provider, so that the simulator answers. */
export const isDemo = ({ models }: Pick<Config, "models">): boolean => models === DEMO_MODELS;

/** The first answers plain text whatever one says; `gpt-5:sim-tool` plays a scenario under a real model's rules. */
const DEMO_MODELS: readonly ModelConfig[] = [
  { name: "demo", targets: [{ provider: "simulator", model: "demo" }] },
  { name: "sim-*", targets: [{ provider: "simulator", model: "*" }] },
  { name: "*:sim-*", targets: [{ provider: "simulator", model: "*" }] },
];

const CALLER_KEYS = [
  ["service", "SERVICE_API_KEY"],
  ["auth-token", "ANTHROPIC_AUTH_TOKEN"],
] as const;

/** Where a key comes from. */
export const variableOfKey = (key: KeyConfig): string =>
  CALLER_KEYS.find(([name]) => name === key.name)?.[1] ?? key.name;

function callerKeys(env: EnvReader): KeyConfig[] {
  const keys = CALLER_KEYS.flatMap(([name, variable]): KeyConfig[] => {
    const key = env.value(variable);
    if (key === undefined) return [];
    const fault = keyFault(key);
    if (fault !== undefined)
      env.refuse(
        variable,
        `is ${fault}, and is refused as a key`,
        "Make one: openssl rand -hex 32, or any password generator; or leave it blank.",
      );
    return [{ name, key }];
  });
  return keys.filter((one, index) => keys.findIndex(({ key }) => key === one.key) === index);
}

/** What people bring along from elsewhere must not do nothing in silence. */
function warnOfUnread(env: EnvReader, vendors: readonly VendorFacts[]): void {
  for (const row of knownVariables(vendors)) {
    if (row.status === "honoured" || EVERYDAY.includes(row.name) || env.value(row.name) === undefined) continue;
    env.warn(
      row.status === "renamed"
        ? `${row.name} is not read; use ${row.instead}.`
        : `${row.name} is not read: ${row.instead}.`,
    );
  }
}
