/** Finds the caller of a request by its key. Keys are compared by their digest, so that neither length nor prefix of a key can be timed. */
import { createHash } from "node:crypto";
import type { Config, KeyConfig } from "../config/config.ts";
import { GatewayError } from "../ir/error.ts";
import { consumerToken } from "../config/api-keys.ts";

export interface Caller {
  /** The key's name; "local" when the gateway is open. */
  readonly name: string;
  readonly key?: KeyConfig;
}

export interface Keyring {
  readonly open: boolean;
  /** Throws `unauthenticated` with what to do. */
  identify(headers: Headers): Caller;
}

const OPEN: Caller = { name: "local" };

/** Made once for each configuration and remembered, so that every call may ask for it. */
export function keyring(config: Config): Keyring {
  const ring = rings.get(config) ?? keyringOf(config);
  rings.set(config, ring);
  return ring;
}
const rings = new WeakMap<Config, Keyring>();

function keyringOf({ keys }: Config): Keyring {
  const byDigest = new Map(keys.map((key) => [digest(key.key), key]));
  if (byDigest.size === 0) return { open: true, identify: () => OPEN };
  return {
    open: false,
    identify: (headers) => {
      const presented = presentedKey(headers);
      if (presented === undefined)
        throw new GatewayError(
          "unauthenticated",
          "No API key came with the request. Send one of this gateway's keys as `Authorization: Bearer …`, `x-api-key` or `api-key`.",
        );
      const key = byDigest.get(digest(presented));
      if (key) return { name: key.name, key };
      const foreign = consumerToken(presented);
      throw new GatewayError(
        "unauthenticated",
        foreign
          ? `The key is ${foreign}. It belongs to a consumer log-in and is never accepted or forwarded here; use one of this gateway's own keys.`
          : "The API key is not one of this gateway's keys. Keys are set under `auth.keys` in its configuration, or as SERVICE_API_KEY.",
      );
    },
  };
}

/** Clients have three places for a key: OpenAI's, Anthropic's and Azure's. */
function presentedKey(headers: Headers): string | undefined {
  return bearerOf(headers) || headers.get("x-api-key")?.trim() || headers.get("api-key")?.trim() || undefined;
}

const SCHEME = "bearer";
/** No regular expression: one would backtrack on what a stranger sends. */
function bearerOf(headers: Headers): string {
  const text = headers.get("authorization")?.trim() ?? "";
  const isBearer = text.slice(0, SCHEME.length).toLowerCase() === SCHEME && text.charAt(SCHEME.length).trim() === "";
  return isBearer ? text.slice(SCHEME.length).trim() : "";
}

const digest = (key: string): string => createHash("sha256").update(key).digest("hex");
