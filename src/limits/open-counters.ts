/** The counters that the configuration asks for. */
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/problem.ts";
import type { Cooldowns } from "../routing/cooldowns.ts";
import type { Counters } from "./counters.ts";
import { memoryCounters } from "./memory-counters.ts";
import { prefixOf, readAddress, shownAddress } from "./redis/address.ts";
import type { RedisCountersOptions } from "./redis/redis-counters.ts";

export interface OpenCountersOptions {
  readonly log: RedisCountersOptions["log"];
  readonly clock: () => number;
  /** Deployments that cool, which replicas tell each other over the same connection. */
  readonly cooldowns?: Cooldowns;
}

/** Throws a ConfigError for what no waiting mends. A server that is not there is no such thing: it is waited for, and counted without. */
export async function openCounters(
  { redis, source }: Pick<Config, "redis" | "source">,
  { log, clock, cooldowns }: OpenCountersOptions,
): Promise<Counters> {
  if (redis === undefined) return memoryCounters(clock);
  const wrong = (fault: string, fix: string): ConfigError =>
    new ConfigError({ file: source, key: "redis.url", fault, fix });
  const address = readAddress(redis.url);
  if (typeof address === "string")
    throw wrong(
      address,
      "Write redis://host:6379, redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/NAME.",
    );
  // Loaded here, so that a gateway without Redis starts sooner.
  const { connectTo, mistakeOf } = await import("./redis/connect.ts");
  const { remoteCounters } = await import("./redis/remote.ts");
  const { shareCooldowns } = await import("./redis/cooled.ts");
  const { redisCounters } = await import("./redis/redis-counters.ts");
  const connection = connectTo(address);
  const mistake = await mistakeOf(connection, address);
  if (mistake !== undefined) {
    connection.close();
    throw wrong(mistake.fault, mistake.fix);
  }
  const { client, trouble, close } = connection;
  const remote = remoteCounters(client, prefixOf(address));
  const sharing = cooldowns && shareCooldowns({ client, prefix: prefixOf(address), cooldowns, clock });
  const closeAll = (): void => {
    sharing?.stop();
    close();
  };
  return redisCounters({
    remote,
    clock,
    log,
    where: shownAddress(address),
    trouble,
    close: closeAll,
    waitMs: redis.waitMs,
  });
}
