/** Providers that nothing can be called with, and the models that go with them. */
import type { ModelConfig, SwitchedOff } from "./config.ts";
import { isSampleKey } from "./keys.ts";
import { nameOf } from "./place.ts";
import type { VendorFacts } from "./vendor.ts";
import type { FileConfig, FileProvider } from "./schema.ts";
import type { YamlFile } from "./yaml-file.ts";

/** In words that finish "provider x is switched off: …"; undefined: it is on. */
export function whyOff(
  yaml: YamlFile,
  name: string,
  provider: FileProvider,
  vendors: readonly VendorFacts[],
): string | undefined {
  const path = ["providers", name, "api_key"];
  const key = provider.api_key?.trim();
  const [variable] = yaml.missing(path);
  if (variable !== undefined) return `its api_key needs ${variable}, which is not set`;
  if (key === "") return "its api_key is empty";
  if (key !== undefined) return isSampleKey(key) ? "its api_key is still a sample value" : undefined;
  return needsKey(provider, vendors) ? "it has no api_key" : undefined;
}

/** One for each provider that is off, with the models that go with it. */
export function whatIsOff(
  models: readonly ModelConfig[],
  file: FileConfig,
  off: ReadonlyMap<string, string>,
  yaml: YamlFile,
): SwitchedOff[] {
  const lost = new Map<string, Set<string>>([...off].map(([name]) => [name, new Set()]));
  for (const { name, targets } of models)
    if (targets.length === 0)
      for (const { provider } of file.models[name]?.targets ?? []) lost.get(provider)?.add(name);
  return [...off].map(([name, reason]) => ({
    why: `Provider ${nameOf(yaml, "providers", name)} is switched off: ${reason}.`,
    models: [...(lost.get(name) ?? [])],
  }));
}

export function notServed({ why, models }: SwitchedOff, yaml: YamlFile): string {
  const names = models.map((name) => nameOf(yaml, "models", name)).join(", ");
  return names === "" ? why : `${why} Not served without it: ${names}.`;
}

/** A vendor's own host answers nobody without a key; a host of the operator's, or one that takes it in a header, may. */
function needsKey(provider: FileProvider, vendors: readonly VendorFacts[]): boolean {
  const vendor = vendors.find(({ kind }) => kind === provider.kind);
  if (provider.kind === "openai-compatible" || vendor === undefined || vendor.keyVariables.length === 0) return false;
  if (Object.keys(provider.headers).length > 0) return false;
  if (provider.base_url === undefined || !URL.canParse(provider.base_url)) return true;
  const { hostname } = new URL(provider.base_url);
  return vendor.hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}
