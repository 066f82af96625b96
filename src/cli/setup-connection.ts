/** What a client must know of the gateway: address, key, models. Asked of the gateway that runs; where none does, read from this folder's configuration. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { makeKey } from "../access/made-key.ts";
import type { Config, KeyConfig } from "../config/config.ts";
import { isDotenv } from "../config/dotenv.ts";
import { askModels, modelFault, type Served } from "../probe/gateway.ts";
import { readFile, textBefore } from "../setup/apply.ts";
import { addKey } from "../setup/own-config.ts";
import type { Change, Connection } from "../setup/setup.ts";
import type { State } from "../setup/state.ts";
import { type Address, addressFault, addressNotes, howTaken, isOurs, origin, wantsKey } from "./find-gateway.ts";
import { guess } from "./setup-guess.ts";
import { Failure, UsageError } from "./usage.ts";

export interface Wanted {
  readonly key?: string | undefined;
  readonly model?: string | undefined;
  /** Headers that the client shall send. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface Connecting {
  readonly connection: Connection;
  /** To our own configuration: the client's key. */
  readonly ownChange?: Change;
  readonly notes: readonly string[];
  /** What the gateway answers to now. later: it learns the client's own key when it is started again. nobody: none runs. */
  readonly asked: { readonly kind: "now" | "nobody" } | { readonly kind: "later"; readonly with: KeyConfig };
}

/** What a client sends to a gateway that takes anything. */
export const NO_KEY = "codeswitch-local";

/** Throws UsageError for what cannot be called, Failure where the gateway that runs is not this configuration's. */
export async function connect(
  config: Config,
  address: Address,
  wanted: Wanted,
  id: string,
  state: State,
): Promise<Connecting> {
  const fault = addressFault(address);
  if (fault !== undefined) throw new Failure(fault);
  if (address.there.kind !== "gateway") return offline(config, address, wanted, id, state);
  const accepted = await firstAccepted(config, address, wanted, id);
  const { key, ownChange, notes } = clientsKey(config, address, accepted, id, state);
  const models = await modelsOf(address, accepted, wanted);
  const isKnown = accepted.key === undefined || accepted.key.key === key;
  return {
    connection: { url: address.url, key, ...models, ...labelsIn(wanted) },
    ownChange,
    notes: [...addressNotes(config, address), ...notes],
    asked: isKnown ? { kind: "now" } : { kind: "later", with: accepted.key },
  };
}

const labelsIn = ({ labels }: Wanted): Pick<Connection, "labels"> => (labels ? { labels } : {});

/** A key that the gateway takes, and what it serves to it. Without a key: it takes anything. */
interface Accepted extends Served {
  readonly key?: KeyConfig;
}

/** So many keys of a configuration are tried. */
const TRIED_MAX = 20;

async function firstAccepted(config: Config, address: Address, { key }: Wanted, id: string): Promise<Accepted> {
  const { url, isNamed } = address;
  // Keys of this folder are for its own gateway: another one that the person named must not get to see them.
  const own = isNamed ? [] : inOrder(config.keys, id);
  const candidates = key === undefined ? own : [{ name: "that was given", key }];
  for (const candidate of candidates.length > 0 ? candidates : [undefined]) {
    const reply = await askModels(url, candidate?.key);
    if (reply.kind === "fails") throw new Failure(`The gateway at ${url} does not say what it serves: ${reply.words}`);
    if (reply.kind === "serves") return { ...reply, key: candidate };
  }
  if (isNamed && key === undefined) throw needsKey();
  throw new Failure(
    `A gateway runs at ${url} and ${wantsKey(candidates[0]?.key)}; ${origin(config, address)}. ${howTaken(config, address)}`,
  );
}

/** The client's own first, then those that are offered every model. */
const inOrder = (keys: readonly KeyConfig[], id: string): readonly KeyConfig[] =>
  keys.toSorted((one, other) => rank(one, id) - rank(other, id)).slice(0, TRIED_MAX);
const rank = ({ name, models }: KeyConfig, id: string): number => (name === id ? 0 : models === undefined ? 1 : 2);

const needsKey = (): UsageError =>
  new UsageError(
    "--url names a gateway whose keys are not in this configuration. Give the client's key too, in the variable CODESWITCH_KEY or with --key KEY.",
  );

async function modelsOf(
  { url }: Address,
  { key, models, catalogue }: Accepted,
  { model }: Wanted,
): Promise<Omit<Connection, "url" | "key">> {
  const chosen = model ?? models[0];
  if (chosen === undefined)
    throw new UsageError(`The gateway at ${url} lists no model for this key. Name one: --model NAME`);
  const fault = models.includes(chosen) ? undefined : await modelFault(url, key?.key, chosen);
  if (fault !== undefined) throw new UsageError(`--model: ${fault}`);
  return { model: chosen, models: firstOf(chosen, models), catalogue };
}

const firstOf = (model: string, models: readonly string[]): readonly string[] => [
  model,
  ...models.filter((name) => name !== model),
];

type Keyed = { readonly key: string; readonly ownChange?: Change; readonly notes: readonly string[] };

/** A key of its own where the gateway reads one from our file; else the one that it takes. */
function clientsKey(config: Config, address: Address, accepted: Accepted, id: string, state: State): Keyed {
  const isGiven = accepted.key !== undefined && !config.keys.includes(accepted.key);
  if (!isGiven && !address.isNamed && isOurs(config, address)) return ownKey(config, id, state);
  return { key: accepted.key?.key ?? NO_KEY, notes: [] };
}

/** Where none runs: what this folder's configuration would be. */
function offline(config: Config, address: Address, wanted: Wanted, id: string, state: State): Connecting {
  if (address.isNamed && wanted.key === undefined) throw needsKey();
  const own: Keyed = wanted.key === undefined ? ownKey(config, id, state) : { key: wanted.key, notes: [] };
  const { key, ...rest } = own;
  const { models, ...known } = guess(config, address, wanted.model);
  const connection = { url: address.url, key, ...known, models: firstOf(known.model, models), ...labelsIn(wanted) };
  return { connection, ...rest, asked: { kind: "nobody" } };
}

/** The configuration's file; undefined where the environment or a .env stands in for one. */
export function configFile({ source }: Config): string | undefined {
  const path = resolve(source);
  return existsSync(path) && !isDotenv(path) ? path : undefined;
}

function ownKey(config: Config, id: string, state: State): Keyed {
  const file = configFile(config);
  if (file !== undefined) return keyInFile(config, file, id, state);
  const [first] = config.keys;
  if (!first) return { key: NO_KEY, notes: [KEYLESS] };
  const isShared = `The environment knows one key (${first.name}), which this client shares with others. For keys of their own write a codeswitch.yaml.`;
  return { key: first.key, notes: [isShared] };
}

const KEYLESS =
  "The gateway has no key: it serves this machine only and takes any. To give it one, start it with SERVICE_API_KEY set (openssl rand -hex 24 makes one) and run this again.";
const FIRST_KEY = "This is the first key: once the gateway is started again, every caller needs one.";

function keyInFile(config: Config, file: string, id: string, state: State): Keyed {
  const known = config.keys.find(({ name }) => name === id)?.key;
  const ours = state.setups[id]?.files.find(({ path }) => path === file);
  if (known !== undefined && !ours)
    return { key: known, notes: [`Your configuration has a key called ${id} already, which is used.`] };
  const key = known ?? makeKey();
  const now = readFile(file);
  const before = (ours ? textBefore(ours, now) : now) ?? "";
  const notes = config.keys.length === 0 ? [FIRST_KEY] : [];
  return { key, ownChange: { path: file, before, after: addKey(file, before, { name: id, key }) }, notes };
}

/** For --print: a key that exists, or a word in its place. */
export function printableKey(config: Config, wanted: Wanted, id: string): string {
  const { key } = config.keys.find(({ name }) => name === id) ?? config.keys[0] ?? {};
  return wanted.key ?? key ?? "YOUR_KEY";
}
