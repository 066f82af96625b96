/** Providers that the environment has a key for. */
import type { ProviderConfig, ProviderKind } from "../config.ts";
import { BASE_URL_FIX, doubtsOf, normaliseBaseUrl, versionFor } from "../base-url.ts";
import { SIMULATOR } from "../default.ts";
import type { EnvReader, Found } from "./reader.ts";
import { consumerToken, isSampleKey } from "../api-keys.ts";
import type { VendorFacts } from "../vendor.ts";

const API_VERSION = "AZURE_API_VERSION";

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
  const variables = { base_url: url.name, api_version: API_VERSION };
  const written = env.value(API_VERSION);
  const apiVersion = versionFor("azure", base, written, (key, ...why) => env.refuse(variables[key], ...why));
  const doubts = doubtsOf("azure", base.baseUrl, written);
  for (const key of ["api_version", "base_url"] as const) if (doubts[key]) env.warn(`${variables[key]} ${doubts[key]}`);
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
  writtenAt: { apiKey: key.name, apiVersion: API_VERSION },
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
