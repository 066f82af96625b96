/** `codeswitch setup --print`, and clients that have no file to write: what a person sets by hand. */
import type { Config } from "../config/config.ts";
import { publicUrlFault } from "../probe/public-url.ts";
import type { Printed, Setup } from "../setup/setup.ts";
import type { State } from "../setup/state.ts";
import { command } from "../typed/command.ts";
import type { Address } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { connect, NO_KEY, printableKey, type Wanted } from "./setup-connection.ts";
import { Failure, UsageError } from "./usage.ts";

export async function show(
  setup: Setup | Printed,
  config: Config,
  address: Address,
  wanted: Wanted,
  publicUrl: string | undefined,
  state: State,
): Promise<void> {
  const isPublic = setup.kind === "printed" && setup.needsPublicUrl;
  if (publicUrl !== undefined && !isPublic)
    throw new UsageError(`${setup.title} needs no --public-url; --url names the address.`);
  const isThere = address.there.kind === "gateway";
  // Where nobody can be asked, a word in the key's place does.
  const key = wanted.key ?? (isThere ? undefined : printableKey(config, wanted, setup.id));
  const { connection, ownChange, asked } = await connect(config, address, { ...wanted, key }, setup.id, state);
  const isMade = ownChange !== undefined || connection.key === NO_KEY;
  const known = asked.kind === "later" ? asked.with.key : connection.key;
  const shown = {
    ...connection,
    key: isMade && asked.kind !== "later" ? printableKey(config, wanted, setup.id) : known,
    url: isPublic && !address.isNamed ? (publicUrl ?? "https://YOUR_TUNNEL") : address.url,
  };
  console.log(`${setup.title}\n`);
  for (const [where, value] of setup.values(shown)) console.log(printValue(where, value));
  for (const note of setup.notes) console.log(`\n${note}`);
  const instead = isThere ? ", in place of the gateway that runs," : "";
  if (isPublic && publicUrl === undefined && !address.isNamed)
    console.log(`\n${command("start --tunnel")}${instead} makes one and prints it.`);
  if (!isThere)
    console.log(
      `\n${paint("!")} No gateway runs at ${address.url}, so nothing was asked: this is what the configuration here says.`,
    );
  if (publicUrl === undefined) return;
  const fault = await publicUrlFault(publicUrl, shown.key);
  if (fault !== undefined) throw new Failure(`\n${paint("✗", process.stderr)} ${fault}`);
  console.log(`\n${paint("✓")} ${publicUrl} is HTTPS, leads to this gateway, and the key is right.`);
}

const printValue = (where: string, value: string): string =>
  value.includes("\n") ? `  ${where}:\n${value.replace(/^/gm, "    ")}` : `  ${where}: ${value}`;
