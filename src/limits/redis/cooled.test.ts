import { afterAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { startRedis, withoutRedis } from "../../../test/fixtures/redis.ts";
import { until } from "../../../test/fixtures/until.ts";
import { cooldowns } from "../../routing/cooldowns.ts";
import { shareCooldowns } from "./cooled.ts";

const A = { provider: { name: "a" }, model: "m" };
const B = { provider: { name: "b" }, model: "m" };

const why = withoutRedis("redis");

describe.skipIf(why !== undefined)(`replicas over one Redis${why === undefined ? "" : ` (${why})`}`, async () => {
  const server = why === undefined ? await startRedis() : undefined;
  const stops: (() => void)[] = [];
  afterAll(async () => {
    for (const stop of stops) stop();
    await server?.stop();
  });
  /** Each test has names of its own; the clock is that of the machine, since the server has no other. */
  const replica = (prefix: string) => {
    const client = new Redis(server?.port ?? 0, "127.0.0.1", { maxRetriesPerRequest: 0, enableOfflineQueue: true });
    client.on("error", () => {});
    const all = cooldowns(Date.now);
    const sharing = shareCooldowns({ client, prefix, cooldowns: all, clock: Date.now });
    stops.push(() => (sharing.stop(), client.disconnect()));
    return {
      look: sharing.look,
      told: (seconds: number) => all.trial(A, {}).ended({ cause: "told", waitMs: seconds * 1_000 }),
      answered: () => all.trial(A, {}).succeeded(),
      /** Seconds that are left; 0: it is asked first. */
      left: (): number => {
        const order = all.order([A], {});
        return order.kind === "now" ? 0 : Math.round(((order.cooled[0]?.until ?? 0) - Date.now()) / 1_000);
      },
      isFirst: () => {
        const order = all.order([A, B], {});
        return order.kind === "now" && order.targets[0] === A;
      },
    };
  };
  const hears = (one: ReturnType<typeof replica>, seconds: number): Promise<void> =>
    until(`it hears of ${seconds} s`, async () => (await one.look(), isAbout(one.left(), seconds)));
  // Some pass while a test runs; two waits differ by more.
  const isAbout = (left: number, seconds: number): boolean => left <= seconds && left > seconds - 15;

  test("hear of a cool-down within a second, and one that starts later too", async () => {
    const [one, two] = [replica("{t1}:"), replica("{t1}:")];
    one.told(60);
    await until("the other one asks elsewhere", () => !two.isFirst(), 2_000);
    const three = replica("{t1}:");
    await hears(three, 60);
  });

  test("of two deadlines the later one holds, whichever was told first", async () => {
    for (const [prefix, first, second] of [
      ["{t2}:", 60, 20],
      ["{t3}:", 20, 60],
    ] as const) {
      const [one, two] = [replica(prefix), replica(prefix)];
      one.told(first);
      two.told(second);
      await hears(one, 60);
      await hears(two, 60);
      await hears(replica(prefix), 60);
    }
  });

  test("an answer ends what was known when it was asked, and not what another replica was told since", async () => {
    const [one, two] = [replica("{t4}:"), replica("{t4}:")];
    one.told(20);
    await hears(two, 20);
    two.answered();
    await two.look();
    await two.look();
    expect(two.left()).toBe(0);
    const three = replica("{t4}:");
    await three.look();
    expect(three.left()).toBe(0);
    one.told(60);
    two.told(20);
    await hears(two, 60);
    three.told(20);
    three.answered();
    await hears(three, 60);
  });

  test("a key has an end, and what was wiped is lost to nobody who knew it", async () => {
    const one = replica("{t5}:");
    one.told(60);
    await one.look();
    const ttl = Number(await server?.run("PTTL", "{t5}:cooled"));
    expect(ttl > 50_000 && ttl <= 60_000).toBe(true);
    await server?.run("DEL", "{t5}:cooled");
    await one.look();
    expect(isAbout(one.left(), 60)).toBe(true);
  });

  test("a Redis that stands still keeps no call waiting, and is told when it goes on", async () => {
    const [one, two] = [replica("{t6}:"), replica("{t6}:")];
    await one.look();
    server?.pause();
    one.told(60);
    expect(one.isFirst()).toBe(false);
    expect(two.isFirst()).toBe(true);
    server?.resume();
    await hears(two, 60);
  });
});
