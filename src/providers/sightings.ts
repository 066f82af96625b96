/** Which deployments were seen to answer, and which not to be there: where a vendor's list names what could be deployed, only a call shows it. */
import type { ProviderConfig } from "../config/config.ts";
import { vendorOf } from "./catalog.ts";

export interface Sighting {
  readonly state: "answers" | "missing";
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A sighting is one of a resource: another provider at the same address has the same deployments. */
export interface SeenDeployment extends Sighting {
  readonly baseUrl: string;
  readonly model: string;
}

export interface Sightings {
  /** undefined: never asked. */
  of(provider: ProviderConfig, model: string): Sighting | undefined;
  /** Keeps the sighting, where the vendor has deployments. */
  saw(provider: ProviderConfig, model: string, state: Sighting["state"]): void;
  /** Adds sightings of an earlier run; those of this run are newer and stay. */
  recall(seen: readonly SeenDeployment[]): void;
}

/** The same sighting is reported again only after this time. */
const NEWS_MS = 24 * 60 * 60 * 1000;

export const hasDeployments = (provider: ProviderConfig): boolean => vendorOf(provider).listsDeployable === true;

/** `changed` is called with each sighting that is worth keeping. */
export function sightings(clock: () => number, changed: (seen: SeenDeployment) => void = () => {}): Sightings {
  const all = new Map<string, SeenDeployment>();
  const of: Sightings["of"] = ({ baseUrl }, model) => all.get(keyOf(baseUrl, model));
  return {
    of,
    saw: (provider, model, state) => {
      if (!hasDeployments(provider)) return;
      const known = of(provider, model);
      const now = clock();
      if (known?.state === state && now - known.at < NEWS_MS) return;
      const seen = { baseUrl: provider.baseUrl, model, state, at: now };
      all.set(keyOf(provider.baseUrl, model), seen);
      changed(seen);
    },
    recall: (kept) => {
      for (const seen of kept) {
        const key = keyOf(seen.baseUrl, seen.model);
        if (!all.has(key)) all.set(key, seen);
      }
    },
  };
}

/** Deployments are the same in any case. */
const keyOf = (baseUrl: string, model: string): string => `${baseUrl} ${model.toLowerCase()}`;
