/** What a client must know of the gateway that this folder configures: address, key, models. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { isDotenv } from "../config/dotenv.ts";
import { GatewayError } from "../ir/error.ts";
import { listedModels, plan } from "../routing/plan.ts";
import { readFile, textBefore } from "../setup/apply.ts";
import { addKey } from "../setup/own-config.ts";
import type { Change, Connection } from "../setup/setup.ts";
import type { State } from "../setup/state.ts";
import { UsageError } from "./usage.ts";

export interface Wanted {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly model?: string | undefined;
}

export interface Connecting {
  readonly connection: Connection;
  /** To our own configuration: the client's key. */
  readonly ownChange?: Change;
  readonly notes: readonly string[];
}

/** Throws UsageError for what cannot be called. */
export function connect(config: Config, wanted: Wanted, id: string, state: State): Connecting {
  const url = wanted.url === undefined ? urlOf(config) : checkUrl(wanted.url);
  const { models, model } = modelsOf(config, wanted);
  const { key, ownChange, notes } = keyOf(config, wanted, id, state);
  const rest = models.filter((name) => name !== model);
  return { connection: { url, key, model, models: [model, ...rest] }, ...(ownChange && { ownChange }), notes };
}

export function urlOf({ server: { host, port } }: Config): string {
  if (port === 0)
    throw new UsageError(
      "The port is 0, so that it is another one at each start. Set server.port, or name the address: --url http://127.0.0.1:4141",
    );
  const name =
    host === "0.0.0.0" || host === "::"
      ? "127.0.0.1"
      : host.includes(":") && !host.startsWith("[")
        ? `[${host}]`
        : host;
  return `http://${name}:${port}`;
}

export function checkUrl(written: string): string {
  const url = URL.parse(written);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `--url: "${written}" is no address. Write it like http://127.0.0.1:4141 or https://gateway.example.com.`,
    );
  if (url.username !== "" || url.search !== "" || url.hash !== "")
    throw new UsageError("--url: leave out user, query and fragment; the key goes to CODESWITCH_KEY or --key.");
  return written.replace(/\/+$/, "").replace(/\/v1$/, "");
}

function modelsOf(config: Config, { url, model }: Wanted): { models: readonly string[]; model: string } {
  const models = listedModels(config).map(({ name }) => name);
  // A gateway elsewhere has models of its own.
  if (url !== undefined && model !== undefined) return { models: [model], model };
  const chosen = model ?? models[0];
  if (chosen === undefined)
    throw new UsageError(
      "The configuration lists no model without a *, so that none can be chosen. Name one: --model NAME",
    );
  refuseUnknownModel(config, chosen);
  return { models, model: chosen };
}

function refuseUnknownModel(config: Config, name: string): void {
  try {
    plan(config, name);
  } catch (error) {
    if (error instanceof GatewayError) throw new UsageError(`--model: ${error.message}`);
    throw error;
  }
}

/** The configuration's file; undefined where the environment or a .env stands in for one. */
export function configFile({ source }: Config): string | undefined {
  const path = resolve(source);
  return existsSync(path) && !isDotenv(path) ? path : undefined;
}

/** What a client sends to a gateway that takes anything. */
export const NO_KEY = "codeswitch-local";

type Keyed = { readonly key: string; readonly ownChange?: Change; readonly notes: readonly string[] };

function keyOf(config: Config, wanted: Wanted, id: string, state: State): Keyed {
  if (wanted.key !== undefined) return { key: wanted.key, notes: [] };
  if (wanted.url !== undefined && wanted.url !== urlOrNone(config))
    throw new UsageError(
      "--url names a gateway whose keys are not in this configuration. Give the client's key too, in the variable CODESWITCH_KEY or with --key KEY.",
    );
  const file = configFile(config);
  if (file !== undefined) return keyInFile(config, file, id, state);
  const [first] = config.keys;
  if (first)
    return {
      key: first.key,
      notes: [
        `The environment knows one key (${first.name}), which this client shares with others. For keys of their own write a codeswitch.yaml.`,
      ],
    };
  return {
    key: NO_KEY,
    notes: [
      "The gateway has no key: it serves this machine only and takes any. For one, start it with SERVICE_API_KEY set (openssl rand -hex 24 makes one) and run this again.",
    ],
  };
}

const urlOrNone = (config: Config): string | undefined => (config.server.port === 0 ? undefined : urlOf(config));

function keyInFile(config: Config, file: string, id: string, state: State): Keyed {
  const known = config.keys.find(({ name }) => name === id)?.key;
  const ours = state.setups[id]?.files.find(({ path }) => path === file);
  if (known !== undefined && !ours)
    return { key: known, notes: [`Your configuration has a key called ${id} already, which is used.`] };
  const key = known ?? `cs-${randomBytes(24).toString("base64url")}`;
  const now = readFile(file);
  const before = (ours ? textBefore(ours, now) : now) ?? "";
  const notes = config.keys.length === 0 ? ["This is the first key: from now on every caller needs one."] : [];
  return { key, ownChange: { path: file, before, after: addKey(file, before, { name: id, key }) }, notes };
}

/** For --print: a key that exists, or a word in its place. */
export function printableKey(config: Config, wanted: Wanted, id: string): string {
  const { key } = config.keys.find(({ name }) => name === id) ?? config.keys[0] ?? {};
  return wanted.key ?? key ?? "YOUR_KEY";
}
