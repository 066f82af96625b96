/** `codeswitch models`: what can be asked for, where each name goes, and what was seen of it. */
import { defineCommand } from "citty";
import type { Config, ModelConfig, ProviderConfig } from "../config/config.ts";
import { ABILITIES, type Observed } from "../doctor/probe-model.ts";
import { seenIn } from "../doctor/seen.ts";
import { knownSightings } from "../doctor/stored-sightings.ts";
import { dialectFor } from "../providers/endpoint.ts";
import { hasDeployments, type Sighting } from "../providers/sightings.ts";
import { listedModels, reached } from "../routing/plan.ts";
import { matchName } from "../routing/names.ts";
import { command } from "../typed/command.ts";
import { dataHere } from "./data.ts";
import { GATEWAY_ARGS } from "./find-gateway.ts";
import { offered } from "./offered.ts";
import { CONFIG_ARG, loadHere, printWarnings } from "./surroundings.ts";
import { complain, paint } from "./paint.ts";
import { table, WIDTH, wrapped } from "./table.ts";
import { Failure } from "./usage.ts";
import { toggle } from "./flags.ts";
import { reasonOf } from "../wire/reason.ts";

export const modelsCommand = defineCommand({
  meta: {
    name: "models",
    description: "List what can be asked for, where each name goes, and what was seen of it. Asks no vendor.",
  },
  args: {
    config: CONFIG_ARG,
    json: toggle("One JSON object instead of a table."),
    ...GATEWAY_ARGS,
  },
  run: async ({ args }) => {
    const config = loadHere(args.config, {});
    printWarnings(config);
    const { dataDir } = dataHere(args.config);
    const offers = new Set(listedModels(config, undefined, await knownSightings(dataDir)).map(({ name }) => name));
    const models = config.models.map((model): Listed => ({
      name: model.name,
      targets: targetsOf(config, model),
      unseen: (model.onceSeen && !offers.has(model.name)) || undefined,
    }));
    const [seen, deployments] = [await seenOf(models, dataDir), await deploymentsOf(config, models, dataDir)];
    if (args.json) return console.log(JSON.stringify({ source: config.source, models, deployments, seen }, null, 2));
    if (models.length === 0)
      throw new Failure(`${config.source} lists no model. Add one (docs/CONFIG.md), or set a vendor's key.`);
    console.log(asTables(config.source, models, deployments, seen));
    console.log(`\n${await offered(config, { file: args.config, url: args.url, key: args.key })}`);
  },
});

interface Listed {
  readonly name: string;
  readonly targets: readonly ListedTarget[];
  /** Answered when asked, and offered to nobody before it was seen to be there. */
  readonly unseen?: true;
}

interface ListedTarget {
  readonly provider: string;
  /** "*": the name as asked. */
  readonly model: string;
  readonly dialect: string;
  readonly effort?: string;
}

/** A name as a call for it would be planned; a pattern as it is written. */
function targetsOf(config: Config, { name, targets }: ModelConfig): ListedTarget[] {
  if (name.includes("*"))
    return targets.flatMap((target) => {
      const { provider, model, effort } = target;
      const configured = config.providers[provider];
      return configured ? [{ provider, model, dialect: dialectFor(configured, target), effort }] : [];
    });
  const forced = matchName(config.models, name)?.forcedEffort;
  return reached(config, name).map(({ provider, model, dialect, config: { effort } }) => ({
    provider: provider.name,
    model,
    dialect,
    effort: forced ?? effort,
  }));
}

interface Deployment {
  readonly provider: string;
  readonly model: string;
  readonly state: Sighting["state"] | "never asked";
  readonly at?: string;
}

/** Each once, where the vendor's own list does not tell which are there. */
async function deploymentsOf(config: Config, models: readonly Listed[], dir: string): Promise<readonly Deployment[]> {
  const isDeployed = ({ provider, model }: ListedTarget): boolean =>
    model !== "*" && hasDeployments(config.providers[provider] as ProviderConfig);
  const asked = distinct(models).filter(isDeployed);
  if (asked.length === 0) return [];
  const known = await knownSightings(dir);
  return asked.map(({ provider, model }) => {
    const sighting = known.of(config.providers[provider] as ProviderConfig, model);
    return sighting
      ? { provider, model, state: sighting.state, at: new Date(sighting.at).toISOString() }
      : { provider, model, state: "never asked" };
  });
}

/** Each target once. A folder that cannot be read costs a warning, not the list. */
async function seenOf(models: readonly Listed[], dir: string): Promise<readonly Observed[]> {
  try {
    return await seenIn(dir, distinct(models));
  } catch (error) {
    const why = reasonOf(error);
    complain(`${paint("!", process.stderr)} What was seen cannot be read in ${dir}: ${why}.`);
    return [];
  }
}

const distinct = (models: readonly Listed[]): readonly ListedTarget[] => [
  ...new Map(models.flatMap((model) => model.targets.map((target) => [shown(target), target] as const))).values(),
];

const shown = ({ provider, model }: { provider: string; model: string }): string => `${provider}/${model}`;

const LAYOUT = { indent: "  ", width: WIDTH };

const asTables = (
  source: string,
  models: readonly Listed[],
  deployments: readonly Deployment[],
  seen: readonly Observed[],
): string => {
  const known = models.filter(({ unseen }) => !unseen);
  const unseen = models.filter((model) => model.unseen).map(({ name }) => name);
  const standing = new Set(distinct(known).map(shown));
  const asked = deployments.filter((one) => standing.has(shown(one)) || one.at !== undefined);
  const later = wrapped(`Offered once seen, and answered when asked: ${unseen.join(", ")}`, WIDTH).join("\n");
  return [
    `As ${source} says it:`,
    table([["MODEL", "GOES TO", "DIALECT", "EFFORT"], ...known.flatMap(rowsOf)], LAYOUT),
    ...(unseen.length === 0 ? [] : [later]),
    ...(asked.length === 0 ? [] : [table([["DEPLOYMENT", "WHEN LAST ASKED"], ...asked.map(deploymentRow)], LAYOUT)]),
    seen.length === 0
      ? `What they can do nobody has asked yet: ${command("doctor --deep")}`
      : table([["SEEN", "ON", "EFFORTS", "DOES"], ...seen.map(seenRow)], LAYOUT),
  ].join("\n\n");
};

/** One line a target, in the order in which they are tried. */
const rowsOf = ({ name, targets }: Listed): string[][] =>
  targets.map((target, index) => [
    index === 0 ? name : "",
    `${index === 0 ? "" : "else "}${shown(target)}${target.model === "*" ? ", the name as asked" : ""}`,
    target.dialect,
    target.effort ?? "",
  ]);

const deploymentRow = ({ state, at, ...target }: Deployment): string[] => [
  shown(target),
  at === undefined ? state : `${state}, ${at.slice(0, 10)}`,
];

const seenRow = (seen: Observed): string[] => [
  shown(seen),
  seen.at.slice(0, 10),
  seen.efforts.join(" ") || "-",
  ABILITIES.filter((name) => seen[name] === true).join(", ") || "nothing of it",
];
