/** Which deployments were seen to answer, and which not to be there: where a vendor's list names what could be deployed, nothing else tells. */
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
  /** Of other vendors nothing is kept. */
  saw(provider: ProviderConfig, model: string, state: Sighting["state"]): void;
  /** What answers there, by the names that were asked for. */
  answering(provider: ProviderConfig): readonly string[];
  /** From an earlier life: what was seen since is newer. */
  recall(seen: readonly SeenDeployment[]): void;
}

/** The same again is news after so long only. */
const NEWS_MS = 24 * 60 * 60 * 1000;

export const hasDeployments = (provider: ProviderConfig): boolean => vendorOf(provider).listsDeployable === true;

/** `changed` is told what is worth keeping. */
export function sightings(clock: () => number, changed: (seen: SeenDeployment) => void = () => {}): Sightings {
  const places = new Map<string, Map<string, SeenDeployment>>();
  const at = (baseUrl: string): Map<string, SeenDeployment> => {
    let place = places.get(baseUrl);
    if (!place) places.set(baseUrl, (place = new Map()));
    return place;
  };
  const of: Sightings["of"] = ({ baseUrl }, model) => places.get(baseUrl)?.get(model.toLowerCase());
  return {
    of,
    saw: (provider, model, state) => {
      if (!hasDeployments(provider)) return;
      const known = of(provider, model);
      const now = clock();
      if (known?.state === state && now - known.at < NEWS_MS) return;
      const seen = { baseUrl: provider.baseUrl, model, state, at: now };
      at(provider.baseUrl).set(model.toLowerCase(), seen);
      changed(seen);
    },
    answering: ({ baseUrl }) =>
      [...(places.get(baseUrl)?.values() ?? [])].filter(({ state }) => state === "answers").map(({ model }) => model),
    recall: (all) => {
      for (const seen of all) {
        const place = at(seen.baseUrl);
        const name = seen.model.toLowerCase();
        if (!place.has(name)) place.set(name, seen);
      }
    },
  };
}
