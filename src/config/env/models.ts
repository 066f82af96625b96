/** The names that work when there is no file: those that the seeds promised, and every vendor's own for whose key is set. */
import { EFFORTS } from "../../ir/choices.ts";
import { matches } from "../../ir/model-name.ts";
import type { ModelConfig, ProviderConfig, TargetConfig } from "../config.ts";
import { azureDeployments, type AzureNames } from "./azure.ts";
import type { EnvReader, Found } from "./reader.ts";
import type { VendorFacts } from "../vendor.ts";

const ALIAS_EFFORTS = ["high", "medium", "low", "minimal"] as const;

/** Of whom the environment has a key. */
interface Known {
  readonly env: EnvReader;
  readonly azure: AzureNames | undefined;
  /** The names of the providers that are on, and their rows. */
  readonly names: ReadonlySet<string>;
  readonly owned: readonly VendorFacts[];
  readonly vendors: readonly VendorFacts[];
}

/** In the order in which they are listed and looked up: exact names before patterns, patterns before `*`. */
export function modelsOf(
  env: EnvReader,
  providers: readonly ProviderConfig[],
  vendors: readonly VendorFacts[],
): ModelConfig[] {
  const names = new Set(providers.map(({ name }) => name));
  const azure = names.has("azure") ? azureDeployments(env) : undefined;
  const owned = vendors.filter((vendor) => names.has(vendor.id));
  const all = [
    ...aliases(azure, names),
    ...(azure?.models ?? []),
    ...owned.flatMap(({ id, listed = [] }) => listed.map((name) => model(name, { provider: id, model: name }))),
    ...sizes({ env, azure, names, owned, vendors }),
    ...owned.flatMap(({ id, kind, models }) =>
      models.map((name) => model(name, azure && kind === "azure" ? azure.target("*") : { provider: id, model: "*" })),
    ),
    ...catchAll(owned),
  ];
  const seen = new Set<string>();
  return all.filter(({ name }) => !seen.has(name) && seen.add(name));
}

const model = (name: string, target: TargetConfig): ModelConfig => ({ name, targets: [target] });

/** Seed 000's `gpt-high` and its siblings: one deployment, the effort in the name. */
function aliases(azure: AzureNames | undefined, names: ReadonlySet<string>): ModelConfig[] {
  const main: TargetConfig | undefined =
    azure?.big ?? (names.has("openai") ? { provider: "openai", model: "gpt-5" } : undefined);
  return main ? ALIAS_EFFORTS.map((effort) => model(`gpt-${effort}`, { ...main, effort })) : [];
}

/**
 * haiku → small, sonnet and opus → big. BIG_MODEL and SMALL_MODEL are the operator's word and win over an Anthropic key;
 * without them these names are that key's, and where there is none somebody must answer.
 */
function sizes(known: Known): ModelConfig[] {
  const { env, azure, names, owned } = known;
  const substitute = names.has("anthropic") ? undefined : (azure ?? substituteOf(owned));
  const pick = (size: "big" | "small", variable: string): TargetConfig | undefined => {
    const value = env.value(variable);
    return value === undefined ? substitute?.[size] : targetFor({ name: variable, value }, known);
  };
  const big = withEffort(env, "BIG_EFFORT", pick("big", "BIG_MODEL"));
  const small = withEffort(env, "SMALL_EFFORT", pick("small", "SMALL_MODEL"));
  const named = (target: TargetConfig | undefined, ...patterns: readonly string[]): ModelConfig[] =>
    target ? patterns.map((name) => model(name, target)) : [];
  const rest = substitute && big ? [model("claude-*", big)] : [];
  return [...named(small, "*haiku*"), ...named(big, "*sonnet*", "*opus*"), ...rest];
}

function substituteOf(owned: readonly VendorFacts[]): Pick<AzureNames, "big" | "small"> | undefined {
  const { id: provider = "", sizes } = owned.find((vendor) => vendor.sizes) ?? {};
  return sizes && { big: { provider, model: sizes.big }, small: { provider, model: sizes.small } };
}

/** BIG_MODEL names a deployment where there is an Azure, unless the name is plainly another vendor's whose key is set. */
function targetFor({ name: variable, value }: Found, { azure, owned, vendors }: Known): TargetConfig | undefined {
  const claims = ({ models }: VendorFacts): boolean => models.some((pattern) => matches(pattern, value));
  const owner = owned.find((vendor) => vendor.kind !== "azure" && claims(vendor));
  const isGpt = vendors.some((vendor) => vendor.kind === "azure" && claims(vendor));
  if (azure && (isGpt || !owner)) return azure.target(value, variable);
  const carrier = owner ?? owned.find((vendor) => vendor.catchAll);
  return carrier && { provider: carrier.id, model: value, writtenAt: variable };
}

/** The seed's own rule for these two: a word that is no effort is a warning, and medium. */
function withEffort(env: EnvReader, variable: string, target: TargetConfig | undefined): TargetConfig | undefined {
  const written = env.value(variable);
  if (written === undefined || target === undefined) return target;
  const effort = EFFORTS.find((known) => known === written.toLowerCase());
  if (!effort) env.warn(`${variable} is not an effort; medium is used. One of: ${EFFORTS.join(", ")}.`);
  return { ...target, effort: effort ?? "medium" };
}

/** Several may carry every maker's models, and a name can go to one only: the first row gets it. */
function catchAll(owned: readonly VendorFacts[]): ModelConfig[] {
  const carrier = owned.find((vendor) => vendor.catchAll);
  return carrier ? [model("*", { provider: carrier.id, model: "*" })] : [];
}
