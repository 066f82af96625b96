/** What the gateway that runs offers to clients: it may have been started from something else, or have seen more. */
import type { Config } from "../config/config.ts";
import { askModels } from "../probe/gateway.ts";
import { reached } from "../routing/plan.ts";
import { command } from "../typed/command.ts";
import { addressFault, findGateway, keyFor, keyHere, refusesKey } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { WIDTH, wrapped } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";

export interface Asked {
  /** What --config names. */
  readonly file: string | undefined;
  readonly url: string | undefined;
  readonly key: string | undefined;
}

/** A sentence, whatever comes of it: what is written here stands all the same. */
export const offered = (config: Config, asked: Asked): Promise<string> =>
  ask(config, asked).catch((error: unknown) => {
    // Several gateways run, or none has a port that is known.
    if (error instanceof Failure || error instanceof UsageError) return `${paint("!")} ${error.message}`;
    throw error;
  });

async function ask(config: Config, asked: Asked): Promise<string> {
  const address = await findGateway(config, asked.url, asked.file);
  const { url, there } = address;
  const unfit = addressFault(address);
  if (unfit !== undefined) return `${paint("!")} ${unfit}`;
  if (there.kind !== "gateway") return `No gateway runs at ${url}. Start it: ${command("start")}`;
  const key = keyFor(config, address, keyHere(asked.key, asked.file));
  const reply = await askModels(url, key);
  switch (reply.kind) {
    case "refuses":
      return `${paint("!")} ${refusesKey(config, address, key)}`;
    case "fails":
      return `${paint("!")} The gateway at ${url} does not say what it offers: ${reply.words}`;
    case "serves": {
      const offers = wrapped(`The gateway at ${url} offers: ${reply.models.join(", ") || "nothing"}`, WIDTH);
      const isOther = reply.models.some((model) => reached(config, model).length === 0);
      return [...offers, ...(isOther ? [`${paint("!")} ${OTHER}`] : [])].join("\n");
    }
  }
}

const OTHER = "Another configuration runs there, so that the table above is not what it does.";
