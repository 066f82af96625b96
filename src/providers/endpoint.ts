/** Where a call goes, with which credentials. URLs are the operator's own; no caller can name a host. */
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { DIALECTS } from "../dialects/index.ts";
import { GatewayError } from "../ir/error.ts";
import type { OutgoingRequest } from "./auth.ts";
import { vendorOf } from "./catalog.ts";
import { USER_AGENT } from "./headers.ts";
import { modelRow } from "./model-rows.ts";
import type { Endpoint, Operation } from "./provider.ts";
import { transportOf, type Vendor } from "./vendor.ts";

export const endpoint = (provider: ProviderConfig, dialect: DialectId, model: string, operation: Operation): Endpoint =>
  endpointOf(vendorOf(provider), provider, dialect, model, operation);

/** The same at a vendor that the catalog need not have. */
export function endpointOf(
  vendor: Vendor,
  provider: ProviderConfig,
  dialect: DialectId,
  model: string,
  operation: Operation,
): Endpoint {
  if (operation === "count-tokens" && !countsTokens(provider, dialect))
    throw new GatewayError("unsupported", `The provider ${provider.name} has no endpoint that counts tokens.`, {
      provider: provider.name,
    });
  const path = operation === "list-models" ? "/models" : DIALECTS[dialect].paths.upstream(operation, model);
  const base = provider.baseUrl.replace(/\/+$/, "");
  const { address, auth, framing } = transportOf(vendor, dialect);
  const own = Object.fromEntries(Object.entries(provider.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const key = auth.kind === "static" && provider.apiKey ? auth.headers(provider.apiKey) : {};
  return {
    url: address({ base, apiVersion: provider.apiVersion, operation, path, model }),
    // The operator's own headers come last.
    headers: { "user-agent": USER_AGENT, ...key, ...own },
    framing,
    ...(auth.kind === "signed" && {
      sign: async (request: OutgoingRequest) => ({ ...(await auth.sign(request, provider)), ...own }),
    }),
  };
}

/** The dialect of a target that names none. */
export function dialectFor(
  provider: ProviderConfig,
  target: Pick<TargetConfig, "model" | "baseModel" | "dialect">,
): DialectId {
  return target.dialect ?? defaultDialect(provider, target.baseModel ?? target.model);
}

export function defaultDialect(provider: ProviderConfig, model: string): DialectId {
  const { dialect, dialectOf } = vendorOf(provider);
  return dialectOf?.(modelRow(model)?.maker, provider) ?? dialect;
}

/** undefined: the deployment's own name says which model it is, or nothing does. */
export function impliedModel(provider: ProviderConfig, model: string, asked: string): string | undefined {
  if (modelRow(model)) return undefined;
  const maker = modelRow(asked)?.maker;
  return maker !== undefined && maker === vendorOf(provider).serves ? asked : undefined;
}

/** The vendor has a counter for bodies of this dialect. */
export const countsTokens = (provider: ProviderConfig, dialect: DialectId): boolean =>
  DIALECTS[dialect].tokenCount !== undefined && vendorOf(provider).countsTokens === true;

/** The issuer of this provider's seals: the vendor where its accounts read each other's, else this provider. */
export function issuerOf(provider: ProviderConfig): string {
  const { sharesSeals, hosts } = vendorOf(provider);
  return sharesSeals && hosts.includes(hostOf(provider.baseUrl)) ? provider.kind : `${provider.kind}:${provider.name}`;
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : url);
