/** How reasoning is stored on disk: AES-256-GCM under a key of the server's secret, found by a hash that needs the secret too. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

export interface Secret {
  readonly id: string;
  readonly value: string;
}

export interface Sealed {
  readonly key: string;
  readonly secret: string;
  readonly digest: string;
  readonly sealed: Uint8Array;
}

export interface Box {
  /** Where the rows of a key may be: under the present secret, and under those that it replaced. */
  places(key: string): readonly string[];
  seal(key: string, text: string): Sealed;
  /** undefined: altered, moved to another key, or sealed with a secret that is gone. */
  unseal(row: Pick<Sealed, "key" | "secret" | "sealed">): string | undefined;
}

/** The first secret seals, all of them unseal. */
export function boxOf(secrets: readonly [Secret, ...Secret[]]): Box {
  const all = secrets.map(keysFrom);
  const current = keysFrom(secrets[0]);
  return {
    places: (key) => all.map(({ index }) => hash(index, key)),
    seal: (key, text) => {
      const place = hash(current.index, key);
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, current.seal, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return {
        key: place,
        secret: current.id,
        digest: hash(current.digest, text),
        sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]),
      };
    },
    unseal: (row) => {
      const keys = all.find(({ id }) => id === row.secret);
      return keys && unsealed(keys.seal, row);
    },
  };
}

const CIPHER = "aes-256-gcm";
const NONCE = 12;
const TAG = 16;

interface Keys {
  readonly id: string;
  readonly seal: Buffer;
  readonly index: Buffer;
  readonly digest: Buffer;
}

function keysFrom({ id, value }: Secret): Keys {
  const derived = (purpose: string): Buffer =>
    Buffer.from(hkdfSync("sha256", value, "", `codeswitch vault ${purpose} 1`, 32));
  return { id, seal: derived("seal"), index: derived("index"), digest: derived("digest") };
}

const hash = (key: Buffer, text: string): string => createHmac("sha256", key).update(text).digest("base64url");

function unsealed(key: Buffer, row: Pick<Sealed, "key" | "sealed">): string | undefined {
  try {
    // Other programs can write to the database: this may be anything.
    const bytes = Buffer.from(row.sealed);
    if (bytes.length < NONCE + TAG) return undefined;
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(row.key))
      .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
