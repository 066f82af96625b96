/** `codeswitch models`: what can be asked for, where each name goes, and what was seen of it. */
import { defineCommand } from "citty";
import type { Config, ModelConfig, TargetConfig } from "../config/config.ts";
import type { Observed } from "../doctor/capabilities.ts";
import { seenIn } from "../doctor/seen.ts";
import { dialectFor } from "../providers/endpoint.ts";
import { reached } from "../routing/plan.ts";
import { matchName } from "../routing/names.ts";
import { command } from "../typed/command.ts";
import { dataHere } from "./data.ts";
import { CONFIG_ARG, loadHere, printWarnings } from "./surroundings.ts";
import { table } from "./table.ts";
import { Failure } from "./usage.ts";

export const modelsCommand = defineCommand({
  meta: {
    name: "models",
    description: "List what can be asked for, where each name goes, and what was seen of it. Asks nobody.",
  },
  args: { config: CONFIG_ARG, json: { type: "boolean", description: "One JSON object instead of a table." } },
  run: async ({ args }) => {
    const config = loadHere(args.config, {});
    printWarnings(config);
    const models = config.models.map((model) => ({ name: model.name, targets: targetsOf(config, model) }));
    const seen = await seenIn(dataHere(args.config).dataDir, distinct(models.flatMap(({ targets }) => targets)));
    if (args.json) return console.log(JSON.stringify({ source: config.source, models, seen }, null, 2));
    if (models.length === 0)
      throw new Failure(`${config.source} lists no model. Add one (docs/CONFIG.md), or set a vendor's key.`);
    console.log(asTables(config.source, models, seen));
  },
});

interface Listed {
  readonly name: string;
  readonly targets: readonly ListedTarget[];
}

interface ListedTarget {
  readonly provider: string;
  /** "*": the name as asked. */
  readonly model: string;
  readonly dialect?: string;
  readonly effort?: string;
  /** Its provider has no key. */
  readonly off?: true;
}

/** A name without a * as it would be planned; a pattern as it is written. */
function targetsOf(config: Config, { name, targets }: ModelConfig): ListedTarget[] {
  const isPattern = name.includes("*");
  const planned = isPattern ? [] : reached(config, name);
  const forced = isPattern ? undefined : matchName(config.models, name)?.forcedEffort;
  return targets.map((target) => {
    const found = planned.find((one) => one.config.provider === target.provider && isOf(one.model, target, name));
    const provider = config.providers[target.provider];
    const effort = forced ?? target.effort;
    return {
      provider: target.provider,
      model: found?.model ?? target.model,
      ...(provider ? { dialect: found?.dialect ?? dialectFor(provider, target) } : { off: true }),
      ...(effort !== undefined && { effort }),
    };
  });
}

const isOf = (model: string, target: TargetConfig, name: string): boolean =>
  model === (target.model === "*" ? name : target.model);

function distinct(targets: readonly ListedTarget[]): readonly ListedTarget[] {
  return [...new Map(targets.map((target) => [shown(target), target])).values()];
}

const shown = ({ provider, model }: { provider: string; model: string }): string => `${provider}/${model}`;

const WIDE = 100;
const LAYOUT = { indent: "  ", width: Math.min(process.stdout.columns ?? WIDE, WIDE) };

const asTables = (source: string, models: readonly Listed[], seen: readonly Observed[]): string =>
  [
    `As ${source} says it; a gateway that was started with another one serves others.`,
    table([["MODEL", "GOES TO", "DIALECT", "EFFORT"], ...models.flatMap(rowsOf)], LAYOUT),
    seen.length === 0
      ? `What they can do nobody has asked yet: ${command("doctor --deep")}`
      : table([["SEEN", "ON", "EFFORTS", "DOES"], ...seen.map(seenRow)], LAYOUT),
  ].join("\n\n");

/** One line a target, in the order in which they are tried. */
const rowsOf = ({ name, targets }: Listed): string[][] =>
  targets.map((target, index) => [
    index === 0 ? name : "",
    `${index === 0 ? "" : "else "}${shown(target)}${target.model === "*" ? ", the name as asked" : ""}`,
    target.off ? "switched off" : (target.dialect ?? ""),
    target.effort ?? "",
  ]);

const DOES = ["streaming", "tools", "images", "thinking", "cache"] as const;

const seenRow = (seen: Observed): string[] => [
  shown(seen),
  seen.at.slice(0, 10),
  seen.efforts.join(" ") || "-",
  DOES.filter((name) => seen[name] === true).join(", ") || "nothing of it",
];
