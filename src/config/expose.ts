/** Who can reach the gateway, and what must hold where that is not this machine alone. */
import { isLoopback } from "../wire/host.ts";
import type { KeyConfig } from "./config.ts";
import { ConfigError, type Place } from "./problem.ts";

/** Shorter ones can be guessed by who may try for a while. */
export const KEY_LENGTH_MIN = 16;
export const isWeakKey = ({ key }: Pick<KeyConfig, "key">): boolean => key.length < KEY_LENGTH_MIN;
export const WEAK_KEY_FIX = `Make one of ${KEY_LENGTH_MIN} characters or more: openssl rand -hex 32, or any password generator.`;

/** Where the configuration has a key: `auth.keys[0].key`, or a variable. */
export type PlaceOfKey = (key: KeyConfig, index: number) => string;

/** Throws ConfigError: anybody on the network could spend the owner's money. Keys that were made do not count: they may all be deleted while it runs. */
export function refuseExposed(host: string, keys: readonly KeyConfig[], from: Place, placeOf: PlaceOfKey): void {
  if (isLoopback(host)) return;
  if (keys.length === 0)
    throw new ConfigError({
      ...from,
      fault: "can be reached from other machines, and no key is configured, so that anybody could spend your money",
      fix: "Add a key (auth.keys in codeswitch.yaml, or the variable SERVICE_API_KEY where there is no file) or an owner's (CODESWITCH_OWNER_KEY), or listen on 127.0.0.1.",
    });
  const weak = weakKeys(keys, placeOf);
  if (weak.length > 0)
    throw new ConfigError({
      ...from,
      fault: `can be reached from other machines, and ${weak.join(" and ")} can be guessed: fewer than ${KEY_LENGTH_MIN} characters`,
      fix: `${WEAK_KEY_FIX} Or listen on 127.0.0.1.`,
    });
}

/** On this machine alone a weak key is only unwise. */
export const weakKeyWarnings = (keys: readonly KeyConfig[], placeOf: PlaceOfKey): string[] =>
  weakKeys(keys, placeOf).map(
    (place) => `${place} can be guessed: it has fewer than ${KEY_LENGTH_MIN} characters. ${WEAK_KEY_FIX}`,
  );

const weakKeys = (keys: readonly KeyConfig[], placeOf: PlaceOfKey): string[] =>
  keys.flatMap((key, index) => (isWeakKey(key) ? [placeOf(key, index)] : []));
