/** A connection to Redis that never makes a call wait: what cannot be sent now fails now, and is told later. */
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { shownAddress, type RedisAddress } from "./address.ts";

export interface Connection {
  readonly client: Redis | Cluster;
  /** What the server or the network said last, where something failed. */
  trouble(): string | undefined;
  close(): void;
}

/** What the operator must put right: ends of the sentence "redis.url …", and a whole one. */
export interface RedisMistake {
  readonly fault: string;
  readonly fix: string;
}

export function connectTo(address: RedisAddress): Connection {
  const client = clientOf(address);
  let trouble: string | undefined;
  // ioredis goes on trying by itself; without a listener it would print.
  client.on("error", (error: Error) => (trouble = messageOf(error)));
  client.on("ready", () => (trouble = undefined));
  client.connect().catch(() => {});
  return { client, trouble: () => trouble, close: () => client.disconnect() };
}

function clientOf({
  kind,
  hosts,
  tls,
  username,
  password,
  database,
  name,
  sentinelPassword,
}: RedisAddress): Redis | Cluster {
  const options: RedisOptions = {
    ...COMMON,
    db: database,
    ...(tls && { tls: {} }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  const [first] = hosts;
  switch (kind) {
    case "cluster":
      return new Cluster([...hosts], {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryMs,
        slotsRefreshTimeout: 2_000,
        // The server's certificate has the host's name, which a look-up would lose.
        ...(tls && { dnsLookup: (host, done) => done(null, host) }),
        redisOptions: options,
      });
    case "sentinel":
      return new Redis({
        ...options,
        ...AT_ONCE,
        sentinels: [...hosts],
        name: name ?? "",
        sentinelRetryStrategy: retryMs,
        ...(sentinelPassword !== undefined && { sentinelPassword }),
        ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      });
    case "alone":
      return new Redis({ ...options, ...AT_ONCE, ...(first && { host: first.host, port: first.port }) });
  }
}

/** What one turn of the loop asks is one write. Not in a cluster: there ioredis takes a script's digest for its key, and would send the scripts of one turn in an order of its own. */
const AT_ONCE: RedisOptions = { enableAutoPipelining: true };

const retryMs = (times: number): number => Math.min(1_000, 50 * 2 ** times);
const COMMON: RedisOptions = {
  lazyConnect: true,
  connectionName: "codeswitch",
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // Whoever asked has long been answered.
  autoResendUnfulfilledCommands: false,
  retryStrategy: retryMs,
  connectTimeout: 2_000,
  // A server that went without a word: look for it anew.
  socketTimeout: 5_000,
  keepAlive: 10_000,
  // A primary that became a replica: the new one is looked for.
  reconnectOnError: ({ message }) => message.startsWith("READONLY"),
};

/** Waits until the server was asked who it is, or it is plain that it cannot be. */
export async function mistakeOf(
  { client, trouble }: Connection,
  address: RedisAddress,
): Promise<RedisMistake | undefined> {
  for (const end = Date.now() + GREETING_MS; Date.now() < end && client.status !== "ready"; await Bun.sleep(10))
    if (trouble() !== undefined) break;
  const said = trouble();
  if (said !== undefined) return mistakeIn(said, address);
  if (client.status !== "ready" || client instanceof Cluster) return undefined;
  const info = await client.info("server").catch((error: unknown) => error);
  if (typeof info !== "string") return info instanceof Error ? mistakeIn(info.message, address) : undefined;
  return mistakeOfServer(info, address);
}
const GREETING_MS = 5_000;

export function mistakeOfServer(info: string, address: RedisAddress): RedisMistake | undefined {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? "";
  if (Number.parseInt(version) < 7)
    return { fault: `leads to Redis ${version}, which is too old`, fix: "Use Redis 7 or newer, or Valkey." };
  if (address.kind !== "cluster" && /^redis_mode:cluster/m.test(info))
    return {
      fault: "leads to a node of a cluster",
      fix: `Write redis+cluster://${shownAddress(address).replaceAll(", ", ",")}.`,
    };
  return undefined;
}

/** What no waiting mends. Anything else is told as trouble, and mends itself when the server is back. */
function mistakeIn(said: string, address: RedisAddress): RedisMistake | undefined {
  if (said.startsWith("NOAUTH"))
    return {
      fault: "leads to a server that asks for a password",
      fix: "Write it into the address: redis://:PASSWORD@host:6379.",
    };
  if (said.startsWith("WRONGPASS") || said.includes("without any password configured"))
    return {
      fault: "has a user or password that the server does not know",
      fix: "Look at requirepass or the ACL of the server.",
    };
  if (said.startsWith("ERR unknown command") && said.includes("HELLO"))
    return { fault: "leads to a server that is too old", fix: "Use Redis 7 or newer, or Valkey." };
  if (said.includes("cluster support disabled"))
    return {
      fault: "is that of a cluster, and the server there is none",
      fix: `Write redis://${shownAddress(address).split(", ")[0] ?? ""}.`,
    };
  return undefined;
}

function messageOf(error: Error & { readonly lastNodeError?: unknown }): string {
  // A cluster's own error says only that no node would do.
  const { lastNodeError } = error;
  return lastNodeError instanceof Error ? lastNodeError.message : error.message;
}
