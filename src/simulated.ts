/** The simulator inside a gateway: what answers for providers of the kind `simulator` that have no address. */
import type { Config } from "./config/config.ts";

export interface Simulated {
  /** The same configuration, with the simulator's address where it was missing. Started at the first need, once. */
  ready(config: Config): Promise<Config>;
  stop(): void;
}

export function simulated(): Simulated {
  let started: Promise<{ readonly url: string; stop(): void }> | undefined;
  return {
    ready: async (config) => {
      const needed = Object.values(config.providers).filter(
        ({ kind, baseUrl }) => kind === "simulator" && baseUrl === "",
      );
      if (needed.length === 0) return config;
      // Loaded here, so that a gateway without one starts sooner.
      started ??= import("./simulator/index.ts").then(({ startSimulator }) => startSimulator({}));
      const { url } = await started;
      const providers = { ...config.providers };
      for (const provider of needed) providers[provider.name] = { ...provider, baseUrl: url };
      return { ...config, providers };
    },
    stop: () => void started?.then((simulator) => simulator.stop()),
  };
}
