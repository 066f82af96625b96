/** The gateway that a command asks: named by the person, else found by the note that it left, else where this folder's would be. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { variablesOf } from "../config/load.ts";
import { readVariable } from "../config/substitute.ts";
import { type Presence, presence } from "../probe/gateway.ts";
import { command } from "../typed/command.ts";
import { localUrl } from "../wire/local-url.ts";
import { dataHere } from "./data.ts";
import { startBeside } from "./listen.ts";
import { type Note, readNotes } from "./note.ts";
import { surroundings } from "./surroundings.ts";
import { Failure, UsageError } from "./usage.ts";
import { VERSION } from "../wire/version.ts";
import { flag } from "./flags.ts";

export interface Address {
  readonly url: string;
  readonly there: Presence;
  /** Of the gateway that really answers there. */
  readonly note?: Note;
  /** The person named it, so that this folder's keys are none of its business. */
  readonly isNamed: boolean;
}

export const GATEWAY_ARGS = {
  url: flag("URL", "The gateway to ask, which needs its key. Else CODESWITCH_URL, else the one that runs here."),
  key: flag("KEY", "Its key. Other users see it in the list of processes; the variable CODESWITCH_KEY they do not."),
} as const;

/** The key that the person gave for it. */
export const keyHere = (flag: string | undefined, file: string | undefined): string | undefined =>
  flag ?? readVariable(variablesOf(file, surroundings()), "CODESWITCH_KEY");

/** The key to ask it with. Those of this folder are none of a gateway's that the person named. */
export const keyFor = (config: Config, { isNamed }: Address, given: string | undefined): string | undefined =>
  given ?? (isNamed ? undefined : config.keys[0]?.key);

/** Throws UsageError where no address is known, Failure where several gateways could be meant. */
export async function findGateway(
  config: Config,
  flag: string | undefined,
  file: string | undefined,
): Promise<Address> {
  const notes = readNotes(dataHere(file).dataDir);
  const variable = readVariable(variablesOf(file, surroundings()), "CODESWITCH_URL");
  if (flag !== undefined) return { ...(await look(checkUrl(flag, "--url"), notes)), isNamed: true };
  if (variable !== undefined) return { ...(await look(checkUrl(variable, "CODESWITCH_URL"), notes)), isNamed: true };
  const found = await Promise.all(notes.map(({ url }) => look(url, notes)));
  const noted = choose(config, found);
  return { ...(noted ?? (await look(urlOf(config), notes))), isNamed: false };
}

type Seen = Omit<Address, "isNamed">;

async function look(url: string, notes: readonly Note[]): Promise<Seen> {
  const there = await presence(url);
  const note = there.kind === "gateway" ? notes.find(({ instance }) => instance === there.instance) : undefined;
  return { url, there, note };
}

/** At this configuration's address, else of this configuration, else the only one. */
function choose(config: Config, seen: readonly Seen[]): Seen | undefined {
  const noted = seen.filter(({ note }) => note !== undefined);
  const chosen =
    noted.find(({ url }) => config.server.port !== 0 && url === urlOf(config)) ??
    noted.find((one) => isSameFile(config, one));
  if (chosen || noted.length < 2) return chosen ?? noted[0];
  const list = noted.map(({ url, note }) => `${url} (from ${saySource(note)})`).join(", ");
  throw new Failure(`Several gateways run: ${list}. Say which one: --url URL, with its key in CODESWITCH_KEY.`);
}

/** Where a configuration came from, also for somebody who stands elsewhere. */
export function sourceOf({ source }: Config): string {
  const path = resolve(source);
  return existsSync(path) ? path : source;
}

export const saySource = (note: Note | undefined): string =>
  note === undefined ? "an unknown place" : note.source === "the environment" ? "its environment" : note.source;

/** Whether what runs there has the configuration that we read. Nothing that is known speaks against it. */
export const isOurs = (config: Config, { note }: Address): boolean =>
  note === undefined || note.source === sourceOf(config);

/** It was started from the file that we read. */
export const isSameFile = (config: Config, { note }: Pick<Address, "note">): boolean =>
  note !== undefined && note.source === sourceOf(config) && existsSync(note.source);

/** How it was started, as far as it can be known. */
export function origin(config: Config, address: Address): string {
  const { there, note } = address;
  if (note && isSameFile(config, address))
    return `it was started from ${note.source}, with other variables, before the file was changed, or keys were made beside it (${command("keys list")})`;
  if (note) return `it was started elsewhere (from ${saySource(note)})`;
  const isOlder = there.kind === "gateway" && there.instance === undefined;
  return `it was started elsewhere, ${isOlder ? "by an older version" : "with another data folder"}, so that it cannot be told from what`;
}

/** How the same configuration is read here, as far as it can be known. */
export const asItWas = (config: Config, { note }: Address): string =>
  note && existsSync(note.source) && note.source !== sourceOf(config)
    ? `with --config ${note.source}`
    : "with its variables";

/** What somebody can do whom the gateway refuses. */
export const howTaken = (config: Config, address: Address): string =>
  address.isNamed
    ? "Give its key in the variable CODESWITCH_KEY."
    : `Run this ${asItWas(config, address)}, or give its key: CODESWITCH_KEY=…`;

/** `key`: what it was asked with. */
export const refusesKey = (config: Config, address: Address, key: string | undefined): string =>
  `A gateway runs at ${address.url} and ${wantsKey(key)}. ${howTaken(config, address)}`;

export const wantsKey = (key: string | undefined): string =>
  key === undefined ? "wants a key, and this shell has none" : "refuses this key";

/** What a person should know of the gateway although it answers. */
export function addressNotes(config: Config, { url, there, note }: Address): string[] {
  return [
    ...(there.kind === "gateway" && there.instance === undefined
      ? [`The gateway at ${url} is of an older version than this command. Start it again with this one.`]
      : []),
    ...(note && note.version !== VERSION
      ? [`The gateway at ${url} is of version ${note.version}, and this command of ${VERSION}. Start it again.`]
      : []),
    ...(note && note.source !== sourceOf(config)
      ? [`The gateway at ${url} was started from ${saySource(note)}, and this command reads ${config.source}.`]
      : []),
  ];
}

/** What stands in the way of asking the gateway there; undefined: nothing, or nobody is there. */
export function addressFault({ url, there, isNamed }: Address): string | undefined {
  if (there.kind === "mute")
    return `Something at ${url} takes connections and does not answer: ${there.words}. ${there.fix}`;
  if (there.kind === "stranger")
    return `What answers at ${url} is no codeswitch (status ${there.status}). ${isNamed ? "Check the address." : `Stop it, or give the gateway another port: ${startBeside(Number(new URL(url).port))}`}`;
  return undefined;
}

function urlOf({ server: { host, port } }: Config): string {
  if (port === 0)
    throw new UsageError(
      "The port is 0, so that it is another one at each start, and none runs now. Start the gateway, set server.port, or name the address: --url http://127.0.0.1:4141",
    );
  return localUrl(host, port);
}

function checkUrl(written: string, from: string): string {
  const url = URL.parse(written);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `${from}: "${written}" is no address. Write it like http://127.0.0.1:4141 or https://gateway.example.com.`,
    );
  if (url.username !== "" || url.search !== "" || url.hash !== "")
    throw new UsageError(`${from}: leave out user, query and fragment; the key goes to CODESWITCH_KEY or --key.`);
  return written.replace(/\/+$/, "").replace(/\/v1$/, "");
}
