/** A gateway of our own for one check, where none runs: the same configuration, on a port that is free, without a log or a folder. */
import type { Config } from "../config/config.ts";
import type { RunningGateway } from "../gateway.ts";

export async function momentary(config: Config): Promise<Pick<RunningGateway, "url" | "stop">> {
  // Loaded here, so that --help stays quick.
  const { startGateway } = await import("../gateway.ts");
  const silent = { info: () => {}, warn: () => {}, write: () => {} };
  const server = { ...config.server, host: "127.0.0.1", port: 0, drainMs: 0 };
  return startGateway({ ...config, server }, { log: silent });
}
