/** Deployments behind model names, as the two Azure seeds had them. */
import { OPENAI_CHAT } from "../../dialects/openai-chat/id.ts";
import { TRUNCATIONS, VERBOSITIES } from "../../ir/choices.ts";
import type { ModelConfig, TargetConfig } from "../config.ts";
import type { EnvReader } from "./reader.ts";
import { SUMMARY_CHOICES } from "../schema/schema.ts";

/** GPT names that Cursor has built in, so that it applies its own prompts for each: exactly those of seed 000's second generation. */
export const NATIVE_GPT: readonly string[] = [
  "gpt-5",
  "gpt-5-mini",
  "gpt-5-codex",
  "gpt-5.1",
  "gpt-5.1-codex",
  "gpt-5.1-codex-max",
  "gpt-5.1-codex-mini",
  "gpt-5.2",
  "gpt-5.2-codex",
  "gpt-5.3-codex",
  "gpt-5.4",
  "gpt-5.4-mini",
  "gpt-5.4-nano",
  "gpt-5.5",
];

export interface AzureNames {
  /** Behind the aliases too. */
  readonly big: TargetConfig;
  readonly small: TargetConfig;
  /** The map's names, and as guesses Cursor's native ones. */
  readonly models: readonly ModelConfig[];
  /** A model's name, through the map; "*": the name as asked. `variable`: which one named it. */
  target(name: string, variable?: string): TargetConfig;
}

const MAP = "AZURE_MODEL_DEPLOYMENTS";

export function azureDeployments(env: EnvReader): AzureNames {
  const map = readMap(env);
  const defaults = readDefaults(env);
  const named = env.first("CURSOR_AZURE_DEPLOYMENT", "AZURE_DEPLOYMENT");
  const written = named?.value;
  const target: AzureNames["target"] = (name, variable = MAP) => {
    const deployment = map.get(name.toLowerCase()) ?? map.get("*");
    return {
      provider: "azure",
      ...(deployment === undefined ? { model: name } : mapped(name, deployment)),
      writtenAt: deployment !== undefined || variable === MAP ? MAP : `${variable}, or ${MAP}`,
      ...defaults,
    };
  };
  const big = map.has("gpt-5") ? undefined : env.value("BIG_MODEL");
  const main = named
    ? deploymentTarget(named.value, (name) => target(name, named.name))
    : big === undefined
      ? target("gpt-5", "AZURE_DEPLOYMENT")
      : target(big, "BIG_MODEL");
  const native = NATIVE_GPT.map((name): ModelConfig => ({
    name,
    targets: [name === "gpt-5" && !map.has(name) && isNameless(written) ? main : target(name)],
    onceSeen: true,
  }));
  const small = map.has("gpt-5-mini") ? target("gpt-5-mini") : main;
  const listed = [...map.keys()]
    .filter((name) => name !== "*")
    .map((name): ModelConfig => ({ name, targets: [target(name)] }));
  const byName = ["BIG_MODEL", "SMALL_MODEL"].flatMap((variable): ModelConfig[] => {
    const name = env.value(variable);
    return name !== undefined && isGpt(name) ? [{ name, targets: [target(name, variable)], onceSeen: true }] : [];
  });
  const deployment: ModelConfig[] =
    written === undefined || NATIVE_GPT.includes(written) ? [] : [{ name: written, targets: [main], onceSeen: true }];
  return { big: main, small, models: [...listed, ...native, ...deployment, ...byName], target };
}

/** `*` in the map is every name that it does not hold. Other makers' models on Azure speak Chat Completions only. */
const mapped = (name: string, deployment: string): Pick<TargetConfig, "model" | "baseModel" | "dialect"> => ({
  model: deployment,
  ...(deployment !== name && name !== "*" && { baseModel: name }),
  ...(!isGpt(name) && { dialect: OPENAI_CHAT }),
});

const isGpt = (name: string): boolean => /^(\*$|gpt|o\d|codex|computer-use)/i.test(name);

/** A deployment may be called anything; one called `prod` is taken for what the seed was made for. */
const isNameless = (deployment: string | undefined): boolean =>
  deployment !== undefined && !/^(gpt|o\d|codex|claude|kimi|deepseek|grok|llama|mistral|phi)/i.test(deployment);

const deploymentTarget = (deployment: string, target: (name: string) => TargetConfig): TargetConfig => ({
  ...target(deployment),
  ...(isNameless(deployment) && { baseModel: "gpt-5" }),
});

function readDefaults(env: EnvReader): Pick<TargetConfig, "summary" | "verbosity" | "truncation"> {
  return {
    verbosity: env.choice("AZURE_VERBOSITY_LEVEL", VERBOSITIES),
    truncation: env.choice("AZURE_TRUNCATION", TRUNCATIONS),
    summary: env.choice("AZURE_SUMMARY_LEVEL", SUMMARY_CHOICES) ?? "detailed",
  };
}

const MAP_FIX = 'Write a JSON map from model names to deployments, such as {"gpt-5.4":"prod-54"}.';

/** Names in lower case, in the order of the map. */
function readMap(env: EnvReader): ReadonlyMap<string, string> {
  const written = env.value(MAP);
  const map = new Map<string, string>();
  if (written === undefined) return map;
  const parsed = parseJson(written);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    env.refuse(MAP, "is not a JSON map", MAP_FIX);
    return map;
  }
  for (const [name, deployment] of Object.entries(parsed)) {
    if (typeof deployment === "string" && deployment.trim() !== "" && name.trim() !== "")
      map.set(name.trim().toLowerCase(), deployment.trim());
    else env.refuse(MAP, "has a name without a deployment", MAP_FIX);
  }
  return map;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
