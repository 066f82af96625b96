/** `codeswitch secret rotate`. */
import { join } from "node:path";
import { defineCommand } from "citty";
import { secretOfHash } from "../access/key-hash.ts";
import { LIMITS } from "../wire/limits.ts";
import { dataHere } from "./data.ts";
import { withKept } from "./kept-here.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { UsageError } from "./usage.ts";

const rotate = defineCommand({
  meta: {
    name: "rotate",
    description: "Make a new server secret. The old one still reads what it sealed, until that expires.",
  },
  args: { config: CONFIG_ARG },
  run: async ({ args }) => {
    const { dataDir, secret } = dataHere(args.config);
    if (secret !== undefined)
      throw new UsageError(
        "The secret is in CODESWITCH_SECRET, so it is changed there: put the new one in front and keep the old one behind a comma for a week, CODESWITCH_SECRET=NEW,OLD",
      );
    // Loaded here, so that --help stays quick.
    const { rotateSecret, SECRET_FILE } = await import("../store/secret.ts");
    const [, ...old] = rotateSecret(dataDir, Date.now(), LIMITS.vaultDiskTtlMs, await inUse(args.config));
    const kept = old.length === 0 ? "" : " What older ones sealed can still be read.";
    console.log(
      `${join(dataDir, SECRET_FILE)} has a new secret.${kept} A gateway that is running takes it when it starts again.`,
    );
  },
});

/** Made keys and stored credentials do not expire with the vault. Where the store cannot be asked, every secret may be needed. */
async function inUse(file: string | undefined): Promise<(id: string) => boolean> {
  try {
    const ids = await withKept(file, async ({ store }) => [
      ...(await store.keys.all()).flatMap(({ hash, hash_before: before }) => [hash, before ?? ""].map(secretOfHash)),
      ...(await store.credentials.all()).map(({ secret }) => secret),
    ]);
    return (id) => ids.includes(id);
  } catch {
    return () => true;
  }
}

export const secretCommand = defineCommand({
  meta: { name: "secret", description: "Rotate the secret that seals what the gateway keeps on disk." },
  subCommands: { rotate },
});
