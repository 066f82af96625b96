/** Providers that the environment has a key for. */
import type { ProviderConfig, ProviderKind } from "./config.ts";
import {
  apiVersionDoubt,
  apiVersionFault,
  BASE_URL_FIX,
  baseUrlDoubt,
  normaliseBaseUrl,
  readApiVersion,
} from "./base-url.ts";
import { SIMULATOR } from "./default.ts";
import type { EnvReader, Found } from "./env-reader.ts";
import { consumerToken, isSampleKey } from "./api-keys.ts";
import type { VendorFacts } from "./vendor.ts";

export function azureProvider(env: EnvReader): ProviderConfig | undefined {
  const url = usable(env, env.first("AZURE_BASE_URL", "AZURE_OPENAI_ENDPOINT"));
  const key = usable(env, env.first("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"));
  if (!url || !key) {
    const [set, unset] = url ? [url.name, "AZURE_API_KEY"] : [key?.name, "AZURE_BASE_URL"];
    if (set === undefined) return undefined;
    env.warn(`Azure is switched off: ${set} is set, but ${unset} is not.`);
    env.switchOff("azure", `Azure is switched off: ${unset} is not set.`);
    return undefined;
  }
  const base = normaliseBaseUrl("azure", url.value);
  if (typeof base === "string") {
    env.refuse(url.name, base, BASE_URL_FIX);
    return undefined;
  }
  const written = env.value("AZURE_API_VERSION");
  const apiVersion = written === undefined ? base.apiVersion : readApiVersion(written);
  const fault = apiVersion === undefined ? undefined : apiVersionFault("azure", apiVersion);
  if (fault) env.refuse(written === undefined ? url.name : "AZURE_API_VERSION", ...fault);
  const doubt = written === undefined || fault ? undefined : apiVersionDoubt(written);
  if (doubt !== undefined) env.warn(`AZURE_API_VERSION ${doubt}`);
  const urlDoubt = baseUrlDoubt("azure", base.baseUrl);
  if (urlDoubt !== undefined) env.warn(`${url.name} ${urlDoubt}`);
  return { ...provider("azure", "azure", base.baseUrl, key), apiVersion };
}

/** In the catalog's order. */
export function vendorProviders(env: EnvReader, vendors: readonly VendorFacts[]): ProviderConfig[] {
  return vendors.flatMap((vendor) => {
    if (vendor.kind === "azure" || vendor.baseUrl === undefined) return [];
    const written = env.first(...vendor.keyVariables);
    const key = usable(env, written);
    if (written && !key)
      env.switchOff(vendor.id, `Provider ${vendor.id} is switched off: ${written.name} is still a sample value.`);
    if (!key) return [];
    const found = provider(vendor.id, vendor.kind, vendor.baseUrl, key);
    return [vendor.kind === "openai-compatible" ? { ...found, vendor: vendor.id } : found];
  });
}

const provider = (name: string, kind: ProviderKind, baseUrl: string, key: Found): ProviderConfig => ({
  ...SIMULATOR,
  name,
  kind,
  baseUrl,
  apiKey: key.value,
  writtenAt: { apiKey: key.name, apiVersion: "AZURE_API_VERSION" },
});

/** The seeds' examples came with change_me in every line: left as they are, they mean unset. */
function usable(env: EnvReader, found: Found | undefined): Found | undefined {
  if (!found) return undefined;
  if (isSampleKey(found.value)) {
    env.warn(`${found.name} is still a sample value and counts as unset.`);
    return undefined;
  }
  const consumer = consumerToken(found.value);
  if (consumer === undefined) return found;
  env.refuse(
    found.name,
    `is ${consumer}, which belongs to a person's subscription and is never forwarded`,
    "Use an API key from the vendor's console, or unset it.",
  );
  return undefined;
}
