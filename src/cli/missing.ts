/** What a start says of deployments that the configuration names and the vendor does not have: asked in the background, once, where they are few. */
import type { Config } from "../config/config.ts";
import { checkModels, deployments } from "../doctor/deployments.ts";
import { type KeptSightings, sightingsIn } from "../doctor/stored-sightings.ts";
import { hasDeployments } from "../providers/sightings.ts";
import type { Log } from "../observe/log.ts";

/** More would be many calls at every start: doctor asks them all. */
const FEW = 8;
const TIMEOUT_MS = 15_000;

/** undefined: the vendors' own lists tell, and nothing has to be kept. */
export function sightingsFor(config: Config, dataDir: string | undefined): KeptSightings | undefined {
  const isNeeded = Object.values(config.providers).some(hasDeployments);
  return isNeeded && dataDir !== undefined ? sightingsIn(dataDir) : undefined;
}

export async function tellMissing(config: Config, seen: KeptSightings, log: Log): Promise<void> {
  const asked = deployments(config);
  if (asked.length > FEW) return;
  const told = new Set<string>();
  for (const [at, { state, check, says }] of (await checkModels(asked, seen, TIMEOUT_MS)).entries()) {
    const { name } = asked[at]?.provider ?? {};
    // A key that is refused is refused by each deployment: once is enough.
    const what = check === "deployment" ? says : `${name} ${check}`;
    if (state !== "fault" || told.has(what)) continue;
    told.add(what);
    log.warn(check === "deployment" ? says : `provider ${name}: ${says}`, {
      event: "deployment",
      provider: name,
      check,
    });
  }
}
