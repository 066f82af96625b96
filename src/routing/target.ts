/** One deployment of one model, ready to be asked. */
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import type { Addressee } from "../dialects/dialect.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { SealReader } from "../ir/seal.ts";
import { capabilitiesOf } from "../providers/capabilities.ts";
import { dialectFor, impliedModel, issuerOf } from "../providers/endpoint.ts";
import type { Capabilities } from "../providers/provider.ts";

export interface Target {
  readonly provider: ProviderConfig;
  /** The name that the upstream knows. */
  readonly model: string;
  /** Which model it is, where its name does not tell. */
  readonly baseModel?: string;
  readonly dialect: DialectId;
  readonly config: TargetConfig;
  readonly capabilities: Capabilities;
  readonly issuer: string;
  readonly addressee: Addressee;
  /** What it can read of what models sealed. */
  readonly reader: SealReader;
}

/** Whether the configuration names the model: behind a pattern the caller does, and may make one up. */
export const isNamed = ({ config, model }: Target): boolean => config.model === model;

export function targetOf(provider: ProviderConfig, config: TargetConfig, askedName: string): Target {
  const model = config.model === "*" || config.model === "" ? askedName : config.model;
  const baseModel = config.baseModel ?? impliedModel(provider, model, askedName);
  const named = { ...config, model, ...(baseModel !== undefined && { baseModel }) };
  const dialect = dialectFor(provider, named);
  const capabilities = capabilitiesOf(provider, dialect, model, baseModel);
  const { family, traits } = capabilities;
  const issuer = issuerOf(provider);
  const addressee = { issuer, family, model, traits };
  const reader = { dialect, issuer, family, ...(traits.signedCalls && { sealsCalls: true as const }) };
  return {
    provider,
    model,
    ...(baseModel !== undefined && { baseModel }),
    dialect,
    config,
    capabilities,
    issuer,
    addressee,
    reader,
  };
}
