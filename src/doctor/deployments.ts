/** Deployments: a vendor's list does not tell which are there, so each that the configuration names is asked once, for a few tokens. */
import type { Config, ProviderConfig } from "../config/config.ts";
import { hasDeployments, type Sightings } from "../providers/sightings.ts";
import type { Finding } from "./finding.ts";
import { judgedModel, type Subject } from "./check-model.ts";

/** What somebody named, and not what the gateway guesses: each under the first name that leads to it. Of one provider, or of all. */
export function configured(config: Config, only?: ProviderConfig): readonly Subject[] {
  const all = config.models.flatMap(({ name, targets, onceSeen }) =>
    (onceSeen ? [] : targets).flatMap((target): Subject[] => {
      const provider = config.providers[target.provider];
      return provider && (only ?? provider) === provider && target.model !== "*" ? [{ provider, target, name }] : [];
    }),
  );
  const same = Map.groupBy(all, ({ provider, target }) => [provider.name, target.model, target.dialect].join("\n"));
  return [...same.values()].flatMap(([first]) => first ?? []);
}

export const deployments = (config: Config, only?: ProviderConfig): readonly Subject[] =>
  configured(config, only).filter(({ provider }) => hasDeployments(provider));

/** All at once: who asks waits for the slowest. */
export const checkModels = (
  subjects: readonly Subject[],
  seen: Pick<Sightings, "saw">,
  timeoutMs: number,
): Promise<Finding[]> =>
  Promise.all(
    subjects.map(async (subject) => {
      const { finding, state } = await judgedModel(subject, timeoutMs);
      if (state) seen.saw(subject.provider, subject.target.model, state);
      return finding;
    }),
  );
