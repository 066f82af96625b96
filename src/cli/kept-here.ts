/** The store and the secret of this configuration, for commands that change what gateways obey. */
import { keyHashes, type KeyHashes } from "../access/key-hash.ts";
import type { Config } from "../config/config.ts";
import type { Secrets } from "../store/secret.ts";
import type { Store } from "../store/store.ts";
import { dataHere } from "./data.ts";
import { loadHere } from "./surroundings.ts";

export interface KeptHere {
  readonly config: Config;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly hashes: KeyHashes;
}

export async function withKept<T>(file: string | undefined, work: (kept: KeptHere) => Promise<T>): Promise<T> {
  const config = loadHere(file, {});
  const { dataDir, secret } = dataHere(file);
  // Loaded here, so that --help stays quick.
  const [{ openSecrets }, { openStore }] = await Promise.all([
    import("../store/secret.ts"),
    import("../store/place.ts"),
  ]);
  const secrets = openSecrets(dataDir, secret, Date.now());
  const { url } = config.storage;
  const store = await openStore(url === undefined ? { dataDir } : { dataDir, url, secrets });
  try {
    return await work({ config, store, secrets, hashes: keyHashes(secrets) });
  } finally {
    await store.close();
  }
}
