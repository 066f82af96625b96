/** The gateway that runs: whether it is there, and has the configuration that we read. Only it can say so. */
import type { Config, KeyConfig } from "../config/config.ts";
import { fault, type Finding, ok, warning } from "../doctor/finding.ts";
import { askModels, modelFault, type Reply, type Served } from "../probe/gateway.ts";
import { listedModels, reached } from "../routing/plan.ts";
import { command } from "../typed/command.ts";
import { type Address, addressFault, addressNotes, asItWas, howTaken, isSameFile, saySource } from "./find-gateway.ts";

const ABOUT = "the gateway";
/** So many keys, and models that are not in its list, are asked for. */
const ASKED_MAX = 20;

export async function checkGateway(config: Config, address: Address, given: string | undefined): Promise<Finding[]> {
  const { url, there } = address;
  const none = `None runs at ${url}, so that nothing was asked of it. Start it: ${command("start")}`;
  if (there.kind === "none") return [warning(ABOUT, "reach", none)];
  const unfit = addressFault(address);
  if (unfit !== undefined) return [fault(ABOUT, "reach", unfit)];
  const notes = addressNotes(config, address).map((sentence) => warning(ABOUT, "version", sentence));
  return [...notes, ...(await compare(config, address, given))];
}

/** Whoever is turned away leaves a line in the log, so that nobody asks for nothing. */
const REFUSES: Reply = { kind: "refuses" };

async function compare(config: Config, address: Address, given: string | undefined): Promise<Finding[]> {
  const { url, there, isNamed } = address;
  const isChosen = isNamed || given !== undefined;
  const keys = keysFor(config, address, given);
  const open = there.kind === "gateway" && there.wantsKey ? REFUSES : await askModels(url, undefined);
  const answers = await Promise.all(keys.map(async (key) => ({ key, reply: await askModels(url, key.key) })));
  const failed = [open, ...answers.map(({ reply }) => reply)].find((reply) => reply.kind === "fails");
  if (failed) return [fault(ABOUT, "models", `The one at ${url} does not say what it serves: ${failed.words}`)];
  const other = (words: string): Finding[] => [fault(ABOUT, "configuration", elsewhere(config, address, words))];
  if (open.kind === "serves") {
    if (config.keys.length > 0 && !isChosen) return other("it takes calls without a key, and this one has keys");
    return inOrder(config, address, { keys: undefined, isChosen }, open);
  }
  const wants = `The one at ${url} wants a key. Give it in the variable CODESWITCH_KEY or with --key KEY.`;
  if (keys.length === 0)
    return isNamed
      ? [fault(ABOUT, "key", wants)]
      : other(`it wants a key, and this one has none; where keys were made, give one in CODESWITCH_KEY`);
  const refused = answers.filter(({ reply }) => reply.kind === "refuses").map(({ key }) => key);
  const best = answers.find(({ reply }) => reply.kind === "serves");
  if (best?.reply.kind !== "serves" && given !== undefined)
    return [fault(ABOUT, "key", `The one at ${url} refuses ${keysNamed(refused)}. ${howTaken(config, address)}`)];
  if (best?.reply.kind !== "serves") return other(`it refuses ${keysNamed(refused)}`);
  if (refused.length === 0) return inOrder(config, address, { keys, isChosen }, best.reply);
  const again = "Restart it, so that it reads its configuration again.";
  return [fault(ABOUT, "key", `It does not know ${keysNamed(refused)}. ${again}`)];
}

interface Taken {
  readonly keys: readonly KeyConfig[] | undefined;
  /** The person gave its address or its key, and knows that it is another one. */
  readonly isChosen: boolean;
}

/** It takes our keys; where its models are ours too, or the person chose it, it is green. */
async function inOrder(
  config: Config,
  address: Address,
  { keys, isChosen }: Taken,
  { models }: Served,
): Promise<Finding[]> {
  const { url } = address;
  const differs = await modelsDiffer(config, url, keys?.[0], models);
  if (differs !== undefined && !isChosen) return [fault(ABOUT, "configuration", elsewhere(config, address, differs))];
  const takes = keys ? `takes ${keysNamed(keys)}` : "takes calls of this machine without a key";
  const count = models.length === 1 ? "1 model" : `${models.length} models`;
  const runs = ok(ABOUT, "reach", `It runs at ${url}, ${takes} and serves ${count}.`);
  if (differs === undefined) return [runs];
  const whose = `It has another configuration than ${config.source} here: ${differs}. What is said of providers and models is of the one here.`;
  return [runs, warning(ABOUT, "configuration", whose)];
}

/** A key that was given stands for all: keys of this folder are not shown to a gateway that the person named. */
function keysFor(config: Config, { isNamed }: Address, given: string | undefined): readonly KeyConfig[] {
  if (given !== undefined)
    return [config.keys.find(({ key }) => key === given) ?? { name: "that was given", key: given }];
  return isNamed ? [] : config.keys.slice(0, ASKED_MAX);
}

function elsewhere(config: Config, address: Address, words: string): string {
  if (isSameFile(config, address))
    return `Another configuration runs there than ${config.source} is now: ${words}. Restart it, or run this with the variables that it was started with.`;
  return `Another configuration runs there (from ${saySource(address.note)}): ${words}. Run this ${asItWas(config, address)}; or name it, with its key where it has one: CODESWITCH_URL=${address.url} CODESWITCH_KEY=…`;
}

/** undefined: it serves what this configuration has, and nothing else. Some names are served and not listed. */
async function modelsDiffer(
  config: Config,
  url: string,
  key: KeyConfig | undefined,
  running: readonly string[],
): Promise<string | undefined> {
  const strange = running.filter((model) => reached(config, model).length === 0);
  const unlisted = listedModels(config, key).flatMap((model) => (running.includes(model.name) ? [] : [model.name]));
  const asked = unlisted.slice(0, ASKED_MAX);
  const faults = await Promise.all(asked.map((model) => modelFault(url, key?.key, model)));
  const missing = asked.filter((_model, at) => faults[at] !== undefined);
  const words = [
    ...(strange.length > 0 ? [`it serves ${list(strange)}, of which this one knows nothing`] : []),
    ...(missing.length > 0 ? [`it does not know ${list(missing)}`] : []),
  ];
  return words.length > 0 ? words.join("; ") : undefined;
}

const SHOWN = 6;
function list(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, SHOWN).join(", ");
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

const keysNamed = (keys: readonly KeyConfig[]): string =>
  `the ${keys.length === 1 ? "key" : "keys"} ${list(keys.map(({ name }) => name))}`;
