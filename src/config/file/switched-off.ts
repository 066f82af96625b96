/** Providers that nothing can be called with, and the models that go with them. */
import { isOfDomain } from "../../wire/host.ts";
import type { ModelConfig, SwitchedOff } from "../config.ts";
import { isSampleKey } from "../api-keys.ts";
import { nameOf } from "../yaml/place.ts";
import type { FileProvider } from "../schema/file-config.ts";
import type { VendorFacts } from "../vendor.ts";
import type { FileReading } from "./reading.ts";

/** In words that finish "provider x is switched off: …"; undefined: it is on. */
export function whyOff(name: string, provider: FileProvider, { yaml, vendors }: FileReading): string | undefined {
  const key = provider.apiKey;
  const [variable] = yaml.missing(["providers", name, "api_key"]);
  if (variable !== undefined) return `its api_key needs ${variable}, which is not set`;
  if (key === "") return "its api_key is empty";
  if (key !== undefined) return isSampleKey(key) ? "its api_key is still a sample value" : undefined;
  return needsKey(provider, vendors) ? NO_KEY : undefined;
}

/** One may be stored beside the file. */
export const NO_KEY = "it has no api_key";

/** One for each provider that is off, with the models that go with it. */
export function whatIsOff(
  models: readonly ModelConfig[],
  off: ReadonlyMap<string, string>,
  { file, yaml }: FileReading,
): SwitchedOff[] {
  const lost = new Map<string, Set<string>>([...off].map(([name]) => [name, new Set()]));
  for (const { name } of models.filter(({ targets }) => targets.length === 0))
    for (const { provider } of file.models[name]?.targets ?? []) lost.get(provider)?.add(name);
  return [...off].map(([name, reason]) => ({
    provider: name,
    why: `Provider ${nameOf(yaml, "providers", name)} is switched off: ${reason}.`,
    models: [...(lost.get(name) ?? [])],
  }));
}

export function notServed({ why, models }: SwitchedOff, { yaml }: FileReading): string {
  const names = models.map((name) => nameOf(yaml, "models", name)).join(", ");
  return names === "" ? why : `${why} Not served without it: ${names}.`;
}

/** A vendor's own host answers nobody without a key; a host of the operator's, or one that takes it in a header, may. */
function needsKey(provider: FileProvider, vendors: readonly VendorFacts[]): boolean {
  const vendor = vendors.find(({ kind }) => kind === provider.kind);
  if (provider.kind === "openai-compatible" || vendor === undefined || vendor.keyVariables.length === 0) return false;
  if (Object.keys(provider.headers).length > 0) return false;
  if (provider.baseUrl === undefined || !URL.canParse(provider.baseUrl)) return true;
  const { hostname } = new URL(provider.baseUrl);
  return vendor.hosts.some((host) => isOfDomain(hostname, host));
}
