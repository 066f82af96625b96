/** What a provider's refusal means for the operator, and where to mend it: for the call that met it, for the log, and for the checks. */
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import { hasDeployments } from "./sightings.ts";

export interface Refused {
  readonly status: number;
  /** The vendor's code and message. */
  readonly said: string;
}

export interface Asked {
  readonly provider: ProviderConfig;
  /** With the name that the upstream was asked for. */
  readonly target: Pick<TargetConfig, "model" | "writtenAt">;
  /** As callers call it. */
  readonly name: string;
}

export interface OperatorsFault {
  readonly what: "deployment" | "key" | "version";
  /** Nothing in it is the vendor's; of the caller's, the model's name alone. */
  readonly says: string;
}

/** undefined: it is the caller's business, who gets the vendor's own words. */
export function operatorsFault(refused: Refused, asked: Asked): OperatorsFault | undefined {
  if (isMissing(refused, asked.provider)) return { what: "deployment", says: missingDeployment(asked) };
  // A configuration that was made otherwise has no place to name.
  const place = asked.provider.writtenAt?.apiKey;
  if (refused.status === 401 && place) return { what: "key", says: keyRefused(asked.provider, place) };
  if (isVersion(refused, asked.provider)) return { what: "version", says: versionRefused(asked.provider) };
  return undefined;
}

/** Elsewhere a model's name is the vendor's own, and its error names it. */
const isMissing = ({ status, said }: Refused, provider: ProviderConfig): boolean =>
  status === 404 && hasDeployments(provider) && /deployment|model/i.test(said);

const isVersion = ({ status, said }: Refused, provider: ProviderConfig): boolean =>
  (status === 400 || status === 404) && hasDeployments(provider) && /api[- ]?version/i.test(said);

const missingDeployment = ({ provider, target, name }: Asked): string =>
  `${provider.name} has no deployment '${target.model}' (asked for as ${name}). Set ${target.writtenAt ?? "the model of its target"}.`;

const keyRefused = ({ name }: ProviderConfig, place: string): string =>
  `${name} refuses its key, which is the gateway's and not the caller's. Check ${place}.`;

function versionRefused({ name, apiVersion, writtenAt }: ProviderConfig): string {
  const which = apiVersion === undefined ? "that it is asked for" : apiVersion;
  const place = writtenAt?.apiVersion ?? `the api_version of ${name}`;
  return `${name} does not know the API version ${which}. Set ${place} to one that it has, or leave it out for the v1 API.`;
}
