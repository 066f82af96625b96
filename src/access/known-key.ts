/** Whether a key that is known may be used now, and from here. */
import type { KeySettings } from "../config/config.ts";
import { momentOf } from "../config/moment.ts";
import { GatewayError } from "../ir/error.ts";
import { type Addresses, addressesOf } from "./addresses.ts";
import type { Caller } from "./caller.ts";

/** A key as it is asked at each call: what can be read beforehand has been. */
export interface KnownKey {
  readonly caller: Caller;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** unreadable: nobody may do more because this version does not know what holds them back. */
  readonly refusal?: "blocked" | "unreadable";
  readonly addresses?: Addresses;
}

export interface Visit {
  readonly now: number;
  /** The connection's address, whatever its headers say: anybody can write those. */
  peer(): string;
}

export const knownKey = (caller: Caller, settings: KeySettings): KnownKey => ({
  caller,
  ...(settings.expires !== undefined && { expiresAt: momentOf(settings.expires) }),
  ...(settings.addresses && { addresses: addressesOf(settings.addresses) }),
});

/** Throws `unauthenticated` or `forbidden` in words. */
export function checkedKey({ caller, expiresAt, refusal, addresses }: KnownKey, { now, peer }: Visit): Caller {
  if (refusal === "blocked")
    throw new GatewayError(
      "unauthenticated",
      `The API key ${caller.name} is blocked. Whoever runs this gateway can unblock it.`,
    );
  if (refusal === "unreadable")
    throw new GatewayError(
      "forbidden",
      `The API key ${caller.name} has settings that this version of the gateway does not know. Whoever runs it can update it, or make the key again.`,
    );
  if (expiresAt !== undefined && expiresAt <= now)
    throw new GatewayError(
      "unauthenticated",
      `The API key ${caller.name} expired on ${new Date(expiresAt).toISOString()}. Ask whoever runs this gateway for a new one.`,
    );
  if (addresses && !addresses.has(peer()))
    throw new GatewayError(
      "forbidden",
      `The API key ${caller.name} may not be used from the address ${peer()}. Whoever runs this gateway decides which addresses it may be used from.`,
    );
  return caller;
}
