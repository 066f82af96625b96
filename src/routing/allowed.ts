/** What a key's `models` let through: checked against what will really be asked, so that no spelling widens them. */
import { matches } from "../ir/model-name.ts";
import type { Match } from "./names.ts";
import type { Target } from "./target.ts";

export interface Asked {
  /** As the caller spelt it. */
  readonly name: string;
  readonly match: Match;
  readonly targets: readonly Target[];
}

/** The targets that one of the patterns lets through, in their order; none: the model is not allowed. */
export function allowedTargets(
  patterns: readonly string[],
  asked: Asked,
  providers: readonly string[],
): readonly Target[] {
  const checks = patterns.map((pattern) =>
    namesProvider(pattern, providers) ? atProvider(pattern, asked) : byName(pattern, asked),
  );
  return asked.targets.filter((target) => checks.some((allows) => allows(target)));
}

/** `azure/gpt-5*` is about the targets at azure, where a provider is called so; `google/gemini-*` is a name like any other where none is. */
function namesProvider(pattern: string, providers: readonly string[]): boolean {
  const slash = pattern.indexOf("/");
  return slash > 0 && providers.some((provider) => matches(pattern.slice(0, slash), provider));
}

const atProvider =
  (pattern: string, { match }: Asked) =>
  ({ provider, model }: Target): boolean =>
    [model, match.model.name].some((name) => matches(pattern, `${provider.name}/${name}`));

/** The entry `*haiku*` may lead to any model: a key for `kimi-*` does not reach it as kimi-haiku, one for `claude-haiku*` does. */
function byName(pattern: string, { name, match }: Asked): (target: Target) => boolean {
  const entry = match.model.name;
  // A variant by its own name, `gpt-5-high`: a star would let in whatever a caller adds.
  const isMeant = matches(pattern, entry) || (!pattern.includes("*") && matches(pattern, name));
  const isPart = matches(pattern, match.upstreamName);
  return ({ model }) => isMeant || (isPart && (model === match.upstreamName || matches(entry, pattern)));
}
