/** How a name that a caller picks finds an entry of the config. */
import type { ModelConfig } from "../config/config.ts";
import { matches } from "../ir/model-name.ts";
import type { Effort } from "../ir/request.ts";
import { isModelName, variantOf } from "../providers/model-rows.ts";

export interface Match {
  readonly model: ModelConfig;
  /** What replaces a target's "*". */
  readonly upstreamName: string;
  readonly forcedEffort?: Effort;
}

/** The name as it was asked, then without an effort or variant at its end, then by the most specific pattern. */
export function matchName(models: readonly ModelConfig[], asked: string): Match | undefined {
  const exact = named(models, asked);
  if (exact) return { model: exact, upstreamName: exact.name, ...effortOfAlias(exact) };
  return matchVariant(models, asked) ?? matchPattern(models, asked);
}

function named(models: readonly ModelConfig[], name: string): ModelConfig | undefined {
  const lower = name.toLowerCase();
  return (
    models.find((model) => model.name === name) ??
    models.find((model) => !model.name.includes("*") && model.name.toLowerCase() === lower)
  );
}

/** `gpt-high` says high, unless its own target says otherwise: then its last word is only a name. */
function effortOfAlias({ name, targets }: ModelConfig): { readonly forcedEffort?: Effort } {
  const effort = variantOf(name)?.effort;
  const isMeant =
    effort !== undefined && targets.every((target) => target.effort === undefined || target.effort === effort);
  return isMeant ? { forcedEffort: effort } : {};
}

/** `gpt-5-high-fast` where gpt-5 is an entry. The effort nearest the end counts. */
function matchVariant(models: readonly ModelConfig[], asked: string): Match | undefined {
  let effort: Effort | undefined;
  for (let variant = variantOf(asked); variant; variant = variantOf(variant.base)) {
    effort ??= variant.effort;
    const model = named(models, variant.base);
    if (model)
      return {
        model,
        upstreamName: model.name,
        ...(effort !== undefined ? { forcedEffort: effort } : effortOfAlias(model)),
      };
  }
  return undefined;
}

/** A pattern takes any name; an effort at its end is taken off where what remains is a model that a maker is known for (model-rows.ts). */
function matchPattern(models: readonly ModelConfig[], asked: string): Match | undefined {
  const patterns = models.filter((model) => model.name.includes("*"));
  const { name, effort } = withoutVariant(asked);
  const model = mostSpecific(patterns, asked) ?? mostSpecific(patterns, name);
  return model && { model, upstreamName: name, ...(effort !== undefined && { forcedEffort: effort }) };
}

/** `gpt-5-*` before `gpt-*` before `*`. Where neither holds the other (`*haiku*`, `claude-*`), the order of the config decides. */
function mostSpecific(patterns: readonly ModelConfig[], name: string): ModelConfig | undefined {
  const candidates = patterns.filter((pattern) => matches(pattern.name, name));
  return candidates.find((pattern) => !candidates.some((other) => isNarrower(other.name, pattern.name)));
}

/** A star of the narrower pattern is matched by a star of the wider one only. */
const isNarrower = (pattern: string, than: string): boolean => matches(than, pattern) && !matches(pattern, than);

function withoutVariant(asked: string): { readonly name: string; readonly effort?: Effort } {
  let effort: Effort | undefined;
  let name = asked;
  for (let variant = variantOf(asked); variant; variant = variantOf(name)) {
    if (!isModelName(variant.base)) break;
    effort ??= variant.effort;
    name = variant.base;
  }
  return { name, ...(effort !== undefined && { effort }) };
}
