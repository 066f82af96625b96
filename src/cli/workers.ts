/** A gateway of several processes, as `start` sees it: one greeting, one note, one log. */
import type { Config } from "../config/config.ts";
import type { GatewayOptions, RunningGateway } from "../gateway.ts";
import { memoryCounters } from "../limits/memory-counters.ts";
import type { Output } from "../observe/output.ts";
import { simulated } from "../simulated.ts";
import { memoryLevel } from "../vault/memory.ts";
import { localUrl } from "../wire/local-url.ts";
import { freePort } from "../workers/port.ts";
import { supervise } from "../workers/supervisor.ts";
import { explain } from "./explain.ts";

export interface Workers extends Pick<RunningGateway, "url" | "instance" | "stop"> {
  openCalls(): Promise<number>;
  /** Reads the configuration again, and lets workers of it take the place of the old ones. */
  hangUp(): void;
  /** Rejects when workers end as soon as they start. */
  readonly failed: Promise<never>;
}

export interface WorkersOptions {
  readonly workers: number;
  readonly config: Config;
  readonly options: GatewayOptions;
  readonly said: Output;
  /** Throws ConfigError. */
  load(): Config;
}

export async function startWorkers({ workers, config, options, said, load }: WorkersOptions): Promise<Workers> {
  const { log, dataDir, secret } = options;
  const simulator = simulated();
  const instance = crypto.randomUUID();
  const { host } = config.server;
  const port = await freePort(host, config.server.port);
  /** Whatever is written there by now: who listens where cannot change while it serves. */
  const placed = (read: Config): Promise<Config> =>
    simulator.ready({ ...read, server: { ...read.server, host, port } });
  const supervisor = await supervise({
    workers,
    opening: {
      config: await placed(config),
      instance,
      ...(dataDir !== undefined && { dataDir }),
      ...(secret !== undefined && { secret }),
    },
    held: { counters: memoryCounters(Date.now), reasoning: memoryLevel(Date.now) },
    print: said.print,
    warn: (sentence) => log.warn(sentence),
    tell: (words) => log.warn(words, { event: "workers" }),
  });
  const replace = async (): Promise<void> => {
    if (await supervisor.replace(await placed(load())))
      log.info(`All workers have been replaced, and serve ${config.source} as it is now.`);
  };
  return {
    url: localUrl(host, port),
    instance,
    openCalls: supervisor.openCalls,
    hangUp: () =>
      void replace().catch((error: unknown) =>
        log.warn(`The workers stay as they are: ${explain(error)}`, { event: "workers" }),
      ),
    failed: supervisor.failed,
    stop: async () => {
      await supervisor.stop();
      simulator.stop();
    },
  };
}
