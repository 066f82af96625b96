/** The keys of a configuration, by the digest of what a caller sends. */
import type { Config } from "../config/config.ts";
import { type KnownKey, knownKey } from "./known-key.ts";
import { OWNER } from "./caller.ts";
import { digestOf } from "./presented.ts";

export type ConfiguredKeys = ReadonlyMap<string, KnownKey>;

/** Made once for each configuration and remembered, so that every call may ask for them. */
export function configuredKeys(config: Config): ConfiguredKeys {
  const known = remembered.get(config) ?? read(config);
  remembered.set(config, known);
  return known;
}
const remembered = new WeakMap<Config, ConfiguredKeys>();

function read({ keys, ownerKey }: Config): ConfiguredKeys {
  const owner: [string, KnownKey][] = ownerKey === undefined ? [] : [[digestOf(ownerKey), { caller: OWNER }]];
  const others = keys.map(({ key, ...settings }): [string, KnownKey] => [
    digestOf(key),
    knownKey({ id: `file:${settings.name}`, name: settings.name, key: settings }, settings),
  ]);
  return new Map([...others, ...owner]);
}
