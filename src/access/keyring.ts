/** Finds the caller of a request by its key: one of the configuration, else one that was made. */
import { consumerToken } from "../config/api-keys.ts";
import type { Config } from "../config/config.ts";
import { GatewayError } from "../ir/error.ts";
import { checkedKey, type Visit } from "./known-key.ts";
import { type Caller, LOCAL } from "./caller.ts";
import { configuredKeys } from "./configured-keys.ts";
import { kindOfKey } from "./made-key.ts";
import type { MadeKeys } from "./made-keys.ts";
import { digestOf, presentedKey } from "./presented.ts";

export type { Caller } from "./caller.ts";

export interface Keyring {
  /**
   * open: there is no key, and nobody needs one. unknown: none in the configuration, and the store has not told yet
   * whether any was made. A gateway that was closed once stays so until it stops: deleting the last key lets nobody in.
   */
  access(): "open" | "closed" | "unknown";
  /** A promise only where the store has to be asked. Throws a GatewayError with what to do. */
  identify(headers: Headers, peer: () => string): Caller | Promise<Caller>;
}

export interface KeyringParts {
  /** The configuration that holds now. */
  readonly config: () => Config;
  /** Absent: keys of the configuration alone. */
  readonly made?: MadeKeys;
  /** What a gateway without keys of its configuration is where its store cannot be read. A file keeps nobody of this machine out; replicas share a database, and one of them may have been given keys. */
  readonly unreadable?: "open" | "unknown";
  readonly clock: () => number;
}

export function keyringOf({ config, made, unreadable = "open", clock }: KeyringParts): Keyring {
  let wasClosed = false;
  const access: Keyring["access"] = () => {
    wasClosed ||= configuredKeys(config()).size > 0 || made?.exist() === "yes";
    if (wasClosed) return "closed";
    const exist = made?.exist();
    if (exist === "unreadable") return unreadable;
    return exist === "unknown" ? "unknown" : "open";
  };
  /** The first key that is made shuts the gateway within a second; whoever comes with it sooner is its caller already. */
  const madeJustNow = (presented: string | undefined, visit: Visit): Promise<Caller> | undefined => {
    if (made === undefined || presented === undefined || kindOfKey(presented) !== "made") return undefined;
    return Promise.resolve(made.find(presented, visit)).then((caller) => caller ?? LOCAL);
  };
  return {
    access,
    identify: (headers, peer) => {
      const state = access();
      const presented = presentedKey(headers);
      if (state === "open") return madeJustNow(presented, { now: clock(), peer }) ?? LOCAL;
      if (presented === undefined) throw state === "unknown" ? cannotTell() : noKey();
      const visit: Visit = { now: clock(), peer };
      const configured = configuredKeys(config()).get(digestOf(presented));
      if (configured) return checkedKey(configured, visit);
      if (made === undefined || kindOfKey(presented) !== "made")
        throw state === "unknown" ? cannotTell() : unknownKey(presented);
      const found = made.find(presented, visit);
      return found instanceof Promise ? found.then(known) : known(found);
    },
  };
}

const known = (caller: Caller | undefined): Caller => {
  if (caller) return caller;
  throw new GatewayError(
    "unauthenticated",
    "The API key is none of this gateway's: it was never made here, was deleted, or was replaced by a rotation.",
  );
};

const noKey = (): GatewayError =>
  new GatewayError(
    "unauthenticated",
    "No API key came with the request. Send one of this gateway's keys as `Authorization: Bearer …`, `x-api-key` or `api-key`.",
  );

const cannotTell = (): GatewayError =>
  new GatewayError(
    "unavailable",
    "The database that holds this gateway's keys has not answered yet, so that it is not known whether a key is needed. Ask again in a moment.",
    { retryAfter: "1" },
  );

function unknownKey(presented: string): GatewayError {
  const foreign = consumerToken(presented);
  if (foreign)
    return new GatewayError(
      "unauthenticated",
      `The key is ${foreign}. It belongs to a consumer log-in and is never accepted or forwarded here; use one of this gateway's own keys.`,
    );
  if (kindOfKey(presented) === "mistyped")
    return new GatewayError(
      "unauthenticated",
      "The API key was mistyped or cut off: it begins like one of this gateway's keys, and its checksum is wrong. Copy it whole.",
    );
  return new GatewayError(
    "unauthenticated",
    "The API key is not one of this gateway's keys. Keys are set under `auth.keys` in its configuration, or as SERVICE_API_KEY, or are made by whoever runs it.",
  );
}
