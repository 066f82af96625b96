/** Counters in real servers, with a clock that the tests move. */
import { describe, test } from "bun:test";
import { Cluster, Redis } from "ioredis";
import { countersContract, START, type CountersRig } from "../../../test/fixtures/counters-contract.ts";
import { sharedCluster, sharedRedis, sharedValkey, withoutRedis } from "../../../test/fixtures/redis.ts";
import { remoteCounters } from "./remote.ts";
import { scriptsOf } from "./scripts.ts";

let namespaces = 0;
async function rigAt(client: Redis | Cluster): Promise<CountersRig> {
  const prefix = `{contract-${process.pid}-${namespaces++}}:`;
  const clock = `${prefix}clock`;
  let now = START;
  await client.set(clock, now);
  const counters = remoteCounters(
    client,
    prefix,
    scriptsOf("tonumber(redis.call('GET', string.sub(KEYS[1], 1, -4) .. 'clock'))"),
  );
  const generation = await counters.name("first");
  return {
    counters: {
      ...counters,
      admit: async (call) => {
        const said = await counters.admit(call, generation);
        if (said === "wiped") throw new Error("Nobody wiped it.");
        return said;
      },
      close: async () => {},
    },
    advance: async (ms) => void (await client.set(clock, (now += ms))),
    close: async () => {},
  };
}

function contractAt(name: string, why: string | undefined, connect: () => Promise<Redis | Cluster>): void {
  if (why !== undefined) return describe.skip(`${name}: ${why}`, () => test("nothing", () => {}));
  let client: Promise<Redis | Cluster> | undefined;
  countersContract(name, { open: async () => rigAt(await (client ??= connect())), runs: 40, tries: 10_000 });
}

contractAt("in Redis", withoutRedis("redis"), async () => new Redis((await sharedRedis()).url));
contractAt("in Valkey", withoutRedis("valkey"), async () => new Redis((await sharedValkey()).url));
contractAt(
  "in a cluster",
  withoutRedis("redis"),
  async () => new Cluster((await sharedCluster()).nodes.map(({ port }) => ({ host: "127.0.0.1", port }))),
);
