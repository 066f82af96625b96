/** What the gateway that runs offers to clients: it may have been started from something else, or have seen more. */
import type { Config } from "../config/config.ts";
import { askModels } from "../probe/gateway.ts";
import { command } from "../typed/command.ts";
import { findGateway, keyFor, keyHere } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { WIDTH, wrapped } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";

/** A sentence, whatever comes of it: what is written here stands all the same. */
export const offered = (config: Config, file: string | undefined): Promise<string> =>
  ask(config, file).catch((error: unknown) => {
    // Several gateways run, or none has a port that is known.
    if (error instanceof Failure || error instanceof UsageError) return `${paint("!")} ${error.message}`;
    throw error;
  });

async function ask(config: Config, file: string | undefined): Promise<string> {
  const address = await findGateway(config, undefined, file);
  const { url, there } = address;
  if (there.kind !== "gateway") return `No gateway runs at ${url}. Start it: ${command("start")}`;
  const reply = await askModels(url, keyFor(config, address, keyHere(undefined, file)));
  switch (reply.kind) {
    case "refuses":
      return `${paint("!")} A gateway runs at ${url} and refuses this key, so that it cannot be asked what it offers. Run this where it was started, with its variables; or give its key in CODESWITCH_KEY.`;
    case "fails":
      return `${paint("!")} The gateway at ${url} does not say what it offers: ${reply.words}`;
    case "serves":
      return wrapped(`The gateway at ${url} offers: ${reply.models.join(", ") || "nothing"}`, WIDTH).join("\n");
  }
}
