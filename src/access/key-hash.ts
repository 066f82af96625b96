/** A made key as it is kept: its HMAC under a key that is derived from the server's secret. Neither the key nor a guess can be checked without that secret. */
import { createHmac, hkdfSync } from "node:crypto";
import type { Secrets } from "../store/secret.ts";

export interface KeyHashes {
  /** As a new key is kept. The name of its secret stands in front: `2f…:9Xk…`. */
  current(key: string): string;
  /** As the key may be kept: under the present secret, and under those that it replaced. */
  all(key: string): readonly string[];
  /** Whether the secret that this was made with is here. */
  isKnown(hash: string): boolean;
}

export function keyHashes(secrets: Secrets): KeyHashes {
  const [present, ...older] = secrets.map(({ id, value }) => {
    const derived = Buffer.from(hkdfSync("sha256", value, "", "codeswitch hashes of keys 1", 32));
    return (key: string): string => `${id}:${createHmac("sha256", derived).update(key).digest("base64url")}`;
  });
  const current = present as (key: string) => string;
  const ids = new Set(secrets.map(({ id }) => id));
  return {
    current,
    all: (key) => [current, ...older].map((hash) => hash(key)),
    isKnown: (hash) => ids.has(secretOfHash(hash)),
  };
}

/** The name of the secret that a hash was made with. */
export const secretOfHash = (hash: string): string => hash.slice(0, hash.indexOf(":"));
