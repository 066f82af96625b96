/** What the gateway that runs offers to clients: it may have been started from something else, or have seen more. */
import type { Config } from "../config/config.ts";
import { askModels } from "../probe/gateway.ts";
import { command } from "../typed/command.ts";
import { findGateway, keyHere } from "./find-gateway.ts";
import { WIDTH, wrapped } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";

/** A sentence, whatever comes of it: what is written here stands all the same. */
export const offered = (config: Config, file: string | undefined): Promise<string> =>
  ask(config, file).catch((error: unknown) => {
    // Several gateways run, or none has a port that is known.
    if (error instanceof Failure || error instanceof UsageError) return `! ${error.message}`;
    throw error;
  });

async function ask(config: Config, file: string | undefined): Promise<string> {
  const { url, there, isNamed } = await findGateway(config, undefined, file);
  if (there.kind !== "gateway") return `No gateway runs at ${url}. Start it: ${command("start")}`;
  const key = keyHere(undefined, file) ?? (isNamed ? undefined : config.keys[0]?.key);
  const reply = await askModels(url, key);
  switch (reply.kind) {
    case "refuses":
      return `! A gateway runs at ${url} and refuses this key, so that it cannot be asked what it offers. Run this where it was started, with its variables; or give its key in CODESWITCH_KEY.`;
    case "fails":
      return `! The gateway at ${url} does not say what it offers: ${reply.words}`;
    case "serves":
      return wrapped(`The gateway at ${url} offers: ${reply.models.join(", ") || "nothing"}`, WIDTH).join("\n");
  }
}
