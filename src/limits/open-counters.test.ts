import { describe, expect, test } from "bun:test";
import { sharedCluster, sharedRedis, startRedis, withoutRedis } from "../../test/fixtures/redis.ts";
import { ConfigError } from "../config/problem.ts";
import { openCounters } from "./open-counters.ts";
import { prefixOf, readAddress, shownAddress } from "./redis/address.ts";
import { mistakeOfServer } from "./redis/connect.ts";

const lines: string[] = [];
const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
const open = (url: string) =>
  openCounters({ redis: { url, waitMs: 50 }, source: "codeswitch.yaml" }, { log, clock: Date.now });
const complaint = async (url: string): Promise<string> => {
  try {
    await (await open(url)).close();
    return "none";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

test("without Redis this process counts", async () => {
  const counters = await openCounters({ source: "codeswitch.yaml" }, { log, clock: Date.now });
  expect(counters.admit({ id: "one", meters: [], leaseMs: 1 })).toMatchObject({ kind: "admitted" });
});

describe("redis.url", () => {
  test.each([
    ["redis://localhost", "alone", "localhost:6379"],
    ["rediss://user:p%40ss@redis.example:6380/3", "alone", "redis.example:6380"],
    ["valkey://[::1]:6379", "alone", "[::1]:6379"],
    ["redis+cluster://a:7000,b:7001", "cluster", "a:7000, b:7001"],
    ["redis+sentinel://:secret@a,b:26380/main", "sentinel", "a:26379, b:26380"],
  ])("%s is read", (url, kind, shown) => {
    const address = readAddress(url);
    if (typeof address === "string") throw new Error(address);
    expect([address.kind, shownAddress(address)]).toEqual([kind, shown] as never);
  });

  test("has its user, password, database, TLS and namespace", () => {
    expect(readAddress("rediss://user:p%40s:s@redis.example/3?namespace=test")).toEqual({
      kind: "alone",
      hosts: [{ host: "redis.example", port: 6379 }],
      tls: true,
      username: "user",
      password: "p@s:s",
      database: 3,
      namespace: "test",
    });
    const address = readAddress("redis://h?namespace=te{s}t");
    expect(typeof address === "string" ? address : prefixOf(address)).toBe("{codeswitch:test}:");
  });

  test.each([
    ["http://localhost", "is not an address of Redis"],
    ["localhost:6379", "is not an address of Redis"],
    ["redis://localhost:99999", "names no host, or a port that is none"],
    ["redis://a:1,b:2", "names several hosts of one server"],
    ["redis+sentinel://a:26379", "names Sentinels and not the set that they watch"],
    ["redis+cluster://a:7000/3", "names a database, and a cluster has only one"],
    ["redis://:hidden@localhost/x", "names a database that is not a number"],
  ])("%s is a mistake that is told without it", async (url, fault) => {
    const told = await complaint(url);
    expect(told).toContain(`codeswitch.yaml: redis.url ${fault}. Write redis://host:6379`);
    expect(told).not.toContain("hidden");
  });

  test("of a server that is too old, or a node of a cluster, is told", () => {
    const address = readAddress("redis://h:1");
    if (typeof address === "string") throw new Error(address);
    expect(mistakeOfServer("redis_version:6.2.1\r\nredis_mode:standalone\r\n", address)?.fault).toBe(
      "leads to Redis 6.2.1, which is too old",
    );
    expect(mistakeOfServer("redis_version:7.2.4\r\nredis_mode:standalone\r\n", address)).toBeUndefined();
  });
});

const why = withoutRedis("redis");
const describeRedis = (name: string, tests: () => void): void =>
  why === undefined ? describe(name, tests) : describe.skip(`${name} (${why})`, tests);
describeRedis("a server that is not the one", () => {
  test("asks for a password, or knows another", async () => {
    const server = await startRedis({ password: "geheim" });
    expect(await complaint(`redis://127.0.0.1:${server.port}`)).toBe(
      "codeswitch.yaml: redis.url leads to a server that asks for a password. Write it into the address: redis://:PASSWORD@host:6379.",
    );
    const wrong = await complaint(`redis://:verkehrt@127.0.0.1:${server.port}`);
    expect(wrong).toContain("redis.url has a user or password that the server does not know");
    expect(wrong).not.toContain("verkehrt");
    expect(await complaint(server.url)).toBe("none");
    expect(await complaint(`redis+cluster://127.0.0.1:${server.port}`)).toContain("asks for a password");
    await server.stop();
  });

  test("is a cluster, or is none", async () => {
    const { nodes } = await sharedCluster();
    const port = nodes[0]?.port;
    expect(await complaint(`redis://127.0.0.1:${port}`)).toBe(
      `codeswitch.yaml: redis.url leads to a node of a cluster. Write redis+cluster://127.0.0.1:${port}.`,
    );
    const alone = await sharedRedis();
    expect(await complaint(`redis+cluster://127.0.0.1:${alone.port}`)).toBe(
      `codeswitch.yaml: redis.url is that of a cluster, and the server there is none. Write redis://127.0.0.1:${alone.port}.`,
    );
  });

  test("is not there: the log says so, without the password, and the gateway starts", async () => {
    lines.length = 0;
    expect(await complaint("redis://:geheim@127.0.0.1:1")).toBe("none");
    expect(lines).toEqual([
      "Redis at 127.0.0.1:1 is away (connect ECONNREFUSED 127.0.0.1:1). Until it is back this replica counts by itself: its share of each limit, and of budgets a hundredth of what is left, or 1 % or $1 more.",
    ]);
  });
});
