/** What the counters do when a real Redis is slow, away, wiped or somebody else. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { budget, countersContract, parallel, requests, START } from "../../../test/fixtures/counters-contract.ts";
import {
  freePort,
  sharedCluster,
  sharedRedis,
  startRedis,
  startSentinels,
  until,
  withoutRedis,
  type RedisServer,
} from "../../../test/fixtures/redis.ts";
import { LIMITS } from "../../wire/limits.ts";
import type { Admission, Counters, Meter } from "../counters.ts";
import { openCounters } from "../open-counters.ts";
import { redisCounters } from "./redis-counters.ts";
import { remoteCounters } from "./remote.ts";
import { scriptsOf } from "./scripts.ts";

const LEASE_MS = 60_000;
/** What a server that is well keeps on a busy machine too. */
const SOON_MS = 300;
const why = withoutRedis("redis");
const describeRedis = (name: string, tests: () => void): void =>
  why === undefined ? describe(name, tests) : describe.skip(`${name} (${why})`, tests);
if (why !== undefined) console.log(`skipped: counters in Redis, since ${why}`);

interface Opened {
  readonly counters: Counters;
  readonly lines: string[];
}
const opened: Counters[] = [];
afterEach(async () => {
  for (const counters of opened.splice(0)) await counters.close();
});
/** `waitMs`: patient, where it is about what is counted and not how fast: a busy machine may take its time. */
async function openAt(url: string, waitMs = 10_000): Promise<Opened> {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
  const counters = await openCounters({ redis: { url, waitMs }, source: "codeswitch.yaml" }, { log, clock: Date.now });
  opened.push(counters);
  return { counters, lines };
}
const admit = async (counters: Counters, id: string, ...meters: Meter[]): Promise<Admission> =>
  counters.admit({ id, meters, leaseMs: LEASE_MS });
const ends = async (counters: Counters, id: string, meter: Meter, actual: number): Promise<void> =>
  counters.settle(id, [{ meter, held: meter.amount, actual }]);

if (why === undefined) {
  let namespaces = 0;
  let client: Redis | undefined;
  countersContract("in Redis, with what goes on without it", {
    open: async () => {
      client ??= new Redis((await sharedRedis()).url);
      const [asked, prefix] = [client, `{away-${process.pid}-${namespaces++}}:`];
      let now = START;
      await asked.set(`${prefix}clock`, now);
      const scripts = scriptsOf("tonumber(redis.call('GET', string.sub(KEYS[1], 1, -4) .. 'clock'))");
      const counters = await redisCounters({
        remote: remoteCounters(asked, prefix, scripts),
        clock: () => now,
        log: { info: () => {}, warn: (line) => console.error(line) },
        where: "test",
        trouble: () => undefined,
        close: () => {},
        // These are about what is counted; on a busy machine a script may take its time.
        waitMs: 10_000,
      });
      const advance = async (ms: number): Promise<void> => void (await asked.set(`${prefix}clock`, (now += ms)));
      return { counters, advance, close: () => counters.close() };
    },
    runs: 15,
    tries: 10_000,
  });
}

test("a call waits 50 ms for Redis and no longer, and the next does not wait", async () => {
  const never = new Promise<never>(() => {});
  let asked = 0;
  const remote = remoteCounters({ evalsha: () => never, eval: () => never }, "{never}:");
  const counters = await redisCounters({
    remote: {
      ...remote,
      beat: async () => ({ replicas: 1, generation: "there" }),
      name: async (name) => name,
      admit: () => (asked++, never),
    },
    clock: Date.now,
    log: { info: () => {}, warn: () => {} },
    where: "test",
    waitMs: 50,
    trouble: () => undefined,
    close: () => {},
  });
  const began = performance.now();
  expect((await admit(counters, "one", parallel(2))).kind).toBe("admitted");
  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(counters.admit({ id: "two", meters: [parallel(2)], leaseMs: LEASE_MS })).toMatchObject({ kind: "admitted" });
  expect(asked).toBe(1);
  await counters.close();
});

describeRedis("several replicas", () => {
  const tries = join(import.meta.dir, "../../../test/fixtures/tries.ts");
  const replicas = async (url: string): Promise<number> => {
    const children = [1, 2, 3].map(() =>
      Bun.spawn([process.execPath, tries, url, "10000", "1000"], { stdout: "pipe", stderr: "inherit" }),
    );
    const printed = await Promise.all(children.map((child) => new Response(child.stdout).text()));
    return printed.reduce((sum, text) => sum + Number(text), 0);
  };

  test("three processes, 10,000 tries each at a limit of 1,000: exactly 1,000 pass", async () => {
    const server = await startRedis();
    expect(await replicas(server.url)).toBe(1_000);
    await server.stop();
  });

  test.skipIf(Bun.which("openssl") === null)(
    "over TLS, with a certificate that the operator trusts and not with another",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "codeswitch-tls-"));
      const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
      const made = Bun.spawn(
        [
          "openssl",
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          "2",
        ].concat([
          "-subj",
          "/CN=localhost",
          "-addext",
          "subjectAltName=DNS:localhost",
          "-keyout",
          key,
          "-out",
          certificate,
        ]),
        { stderr: "ignore" },
      );
      expect(await made.exited).toBe(0);
      const server = await startRedis();
      const port = await freePort();
      for (const [name, value] of [
        ["tls-cert-file", certificate],
        ["tls-key-file", key],
        ["tls-auth-clients", "no"],
        ["tls-port", `${port}`],
      ] as const)
        await server.run("CONFIG", "SET", name, value);
      const ask = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
        const child = Bun.spawn([process.execPath, tries, `rediss://localhost:${port}`, "100", "10"], {
          env: { ...process.env, ...env },
          stderr: "pipe",
        });
        return Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      };
      expect(await ask({ NODE_EXTRA_CA_CERTS: certificate })).toEqual(["10\n", ""]);
      const [, trouble] = await ask({});
      expect(trouble).toMatch(/Redis at localhost:\d+ is away \(.*self.signed.*\)/i);
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  );

  test("over a cluster as well", async () => {
    const { url } = await sharedCluster();
    expect(await replicas(`${url}?namespace=replicas-${process.pid}`)).toBe(1_000);
  });
});

describeRedis("Redis", () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  test("keeps no key without an end, and none longer than twice its window", async () => {
    await server.run("FLUSHALL");
    const { counters } = await openAt(server.url);
    const known = budget(1_000, 10, { id: "known", seeded: true });
    await counters.seed(known, new Map([[Date.now(), 5]]));
    const month: Meter = {
      ...known,
      id: "month",
      seeded: false,
      window: { kind: "rolling", bucketMs: 3_600_000, buckets: 720 },
    };
    for (const id of ["open", "over", "settled"]) await admit(counters, id, requests(10), parallel(10), known, month);
    await ends(counters, "settled", known, 5);
    const windows: Readonly<Record<string, number>> = {
      "c:key:a:requests": 60_000,
      "c:key:a:parallel": LEASE_MS,
      "c:month": 30 * 86_400_000,
      "l:settled": LIMITS.settledMs,
      replicas: 15_000,
    };
    const keys = await server.run("KEYS", "*");
    if (!Array.isArray(keys)) throw new Error("Redis lists no keys.");
    expect(keys.length).toBeGreaterThanOrEqual(9);
    for (const key of keys.map(String)) {
      const ttl = Number(await server.run("PTTL", key));
      const window = windows[key.replace("{codeswitch}:", "")] ?? LIMITS.counterIdleMs;
      expect({ key, ends: ttl > 0, inTime: ttl <= 2 * window }).toEqual({ key, ends: true, inTime: true });
    }
  });

  test("may forget the scripts: the next call brings them again", async () => {
    await server.run("FLUSHALL");
    const { counters, lines } = await openAt(server.url);
    await server.run("SCRIPT", "FLUSH");
    expect((await admit(counters, "one", parallel(1))).kind).toBe("admitted");
    await server.run("SCRIPT", "FLUSH");
    await ends(counters, "one", parallel(1), 0);
    expect((await admit(counters, "two", parallel(1))).kind).toBe("admitted");
    expect(lines).toEqual([]);
  });

  test("may be wiped: a budget that was spent is unknown, and refuses once it is seeded", async () => {
    await server.run("FLUSHALL");
    const { counters } = await openAt(server.url);
    const money = budget(1_000, 10, { seeded: true });
    await counters.seed(money, new Map([[Date.now(), 995]]));
    expect((await admit(counters, "one", { ...money, amount: 5 })).kind).toBe("admitted");
    await ends(counters, "one", money, 5);
    await server.run("FLUSHALL");
    expect(await admit(counters, "two", money)).toEqual({ kind: "unknown", meters: [0] });
    await counters.seed(money, new Map([[Date.now(), 1_000]]));
    expect(await admit(counters, "two", money)).toMatchObject({ kind: "refused", level: { spent: 1_000, held: 0 } });
  });

  test("may be wiped: within a second open calls are told again, and ends of them count once", async () => {
    await server.run("FLUSHALL");
    const { counters, lines } = await openAt(server.url);
    const money = budget(1_000, 100);
    await admit(counters, "one", parallel(2), money);
    await admit(counters, "two", parallel(2), money);
    await ends(counters, "two", money, 70);
    await server.run("FLUSHALL");
    await until("the open call is told again", async () => (await counters.levels([money]))[0]?.held === 100);
    expect(await counters.levels([parallel(2)])).toEqual([{ spent: 0, held: 1 }]);
    for (let told = 0; told < 2; told++) await ends(counters, "one", money, 60);
    expect(await counters.levels([money])).toEqual([{ spent: 60, held: 0 }]);
    expect(lines.filter((line) => line.includes("has lost what it counted"))).toHaveLength(1);
  });

  test("may be wiped in the middle of 10,000 tries: a limit of 1,000 lets exactly 1,000 in, at two replicas", async () => {
    await server.run("FLUSHALL");
    const replicas = [(await openAt(server.url)).counters, (await openAt(server.url)).counters];
    const meter = requests(1_000, { id: "wiped" });
    let admitted = 0;
    for (let at = 0; at < 10_000; at++) {
      const counters = replicas[at % 2]!;
      if ((await admit(counters, `${at}`, meter)).kind === "admitted") {
        admitted++;
        await ends(counters, `${at}`, meter, 1);
      }
      if (at === 300 || at === 900) await server.run("FLUSHALL");
    }
    expect(admitted).toBe(1_000);
  });

  test("may be wiped: a renewal brings nothing back by itself", async () => {
    await server.run("FLUSHALL");
    const { counters } = await openAt(server.url);
    const other = await openAt(server.url);
    await admit(counters, "one", parallel(1));
    await server.run("FLUSHALL");
    await other.counters.renew(["one"], LEASE_MS);
    expect(await other.counters.levels([parallel(1)])).toEqual([undefined]);
  });

  for (const [name, stop, go] of [
    ["stands still", (one: RedisServer) => one.pause(), (one: RedisServer) => one.resume()],
    ["pauses its clients", (one: RedisServer) => one.run("CLIENT", "PAUSE", "3000", "ALL"), () => {}],
    ["was killed", (one: RedisServer) => one.kill(), (one: RedisServer) => one.restart()],
  ] as const)
    test(`${name}: one call waits, the next none; it is said once, and once that it is back`, async () => {
      const own = await startRedis();
      const { counters, lines } = await openAt(own.url, SOON_MS);
      await admit(counters, "before", parallel(4), requests(100));
      await stop(own);
      const began = performance.now();
      expect((await admit(counters, "during", parallel(4), requests(100))).kind).toBe("admitted");
      expect(performance.now() - began).toBeLessThan(1_000);
      const next = performance.now();
      for (let at = 0; at < 100; at++)
        expect((await admit(counters, `refused ${at}`, parallel(2), requests(100))).kind).toBe("refused");
      expect(performance.now() - next).toBeLessThan(50);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`Redis at 127.0.0.1:${own.port} is away`);
      await go(own);
      await until("it is back", () => lines.some((line) => line.includes("is back, and was told")));
      expect(lines.filter((line) => line.includes("is away") || line.includes("is back, and was told"))).toHaveLength(
        2,
      );
      expect(await counters.levels([parallel(4)])).toEqual([{ spent: 0, held: 2 }]);
      await ends(counters, "before", parallel(4), 0);
      await ends(counters, "during", parallel(4), 0);
      expect(await counters.levels([parallel(4)])).toEqual([undefined]);
      await own.stop();
    });

  test("hears of ends that came while it was away, each once", async () => {
    const own = await startRedis();
    const { counters, lines } = await openAt(own.url, SOON_MS);
    const money = budget(1_000_000, 100);
    await admit(counters, "asked", money);
    await counters.levels([money]);
    own.pause();
    await admit(counters, "late", money);
    await admit(counters, "alone", money);
    await admit(counters, "still open", money);
    await ends(counters, "asked", money, 11);
    await ends(counters, "late", money, 22);
    await ends(counters, "alone", money, 33);
    own.resume();
    await until("it is back", () => lines.some((line) => line.includes("is back, and was told")));
    expect(await counters.levels([money])).toEqual([{ spent: 66, held: 100 }]);
    await ends(counters, "still open", money, 44);
    for (const id of ["asked", "late", "alone", "still open"]) await ends(counters, id, money, 1_000);
    expect(await counters.levels([money])).toEqual([{ spent: 110, held: 0 }]);
    await own.stop();
  });

  test("that comes and goes under 3,000 calls of three replicas: all that was spent is counted once, and nothing is held", async () => {
    const own = await startRedis();
    const replicas = await Promise.all(
      [own.url, own.url, own.url].map(async (url) => (await openAt(url, SOON_MS)).counters),
    );
    const money = budget(1_000_000_000_000, 100);
    let [spent, open] = [0, 0];
    const over = new AbortController();
    const calls = async (counters: Counters, name: string): Promise<void> => {
      for (let at = 0; at < 1_000; at++) {
        const id = `${name}-${at}`;
        const answer = await admit(counters, id, money, parallel(2_000));
        // Some end at once, some a turn later, some twice.
        await Bun.sleep(at % 3);
        if (answer.kind !== "admitted") continue;
        open++;
        const actual = at % 170;
        const settlements = [
          { meter: money, held: 100, actual },
          { meter: parallel(2_000), held: 1, actual: 0 },
        ];
        await counters.settle(id, settlements);
        if (at % 7 === 0) await counters.settle(id, settlements);
        spent += actual;
      }
    };
    const trouble = async (): Promise<void> => {
      for (let at = 0; !over.signal.aborted; at++) {
        if (at % 3 === 0) {
          own.pause();
          await Bun.sleep(SOON_MS + 50);
          own.resume();
        } else if (at % 3 === 1) await own.run("CLIENT", "KILL", "TYPE", "normal").catch(() => {});
        else await own.run("CLIENT", "PAUSE", String(SOON_MS + 50), "ALL");
        await Bun.sleep(400);
      }
    };
    const troubled = trouble();
    await Promise.all(replicas.map((counters, at) => calls(counters, `r${at}`)));
    over.abort();
    await troubled;
    expect(open).toBeGreaterThan(1_000);
    await until("all is told", async () => {
      const levels = await Promise.all(replicas.map(async (counters) => (await counters.levels([money]))[0]));
      return levels.every((level) => level?.spent === spent && level.held === 0);
    });
    const [one] = replicas;
    expect(await one!.levels([parallel(2_000)])).toEqual([undefined]);
    await own.stop();
  });

  test("that lets a call in which nobody waited for, takes it back", async () => {
    const own = await startRedis();
    const { counters, lines } = await openAt(own.url, SOON_MS);
    // The share of one replica is all, so that only the slot that is taken refuses.
    await admit(counters, "one", parallel(1));
    own.pause();
    expect((await admit(counters, "late", parallel(2, { id: "roomy" }), parallel(1))).kind).toBe("refused");
    own.resume();
    await until("it is back", () => lines.some((line) => line.includes("is back, and was told")));
    expect(await counters.levels([parallel(2, { id: "roomy" }), parallel(1)])).toEqual([
      undefined,
      { spent: 0, held: 1 },
    ]);
    await own.stop();
  });

  test("that is not there at the start is counted without, and used as soon as it is there", async () => {
    const own = await startRedis();
    await own.kill();
    const { counters, lines } = await openAt(own.url, SOON_MS);
    expect(lines.map((line) => line.includes("is away"))).toEqual([true]);
    expect((await admit(counters, "one", parallel(1))).kind).toBe("admitted");
    await own.restart();
    await until("the open call is told", async () => String(await own.run("KEYS", "*:l:one")).includes("one"));
    expect((await admit(counters, "two", parallel(1))).kind).toBe("refused");
    await own.stop();
  });

  test("moves to another server of its Sentinels, and the counters with it", async () => {
    const set = await startSentinels();
    const { counters, lines } = await openAt(set.url, SOON_MS);
    const money = budget(1_000, 100);
    await admit(counters, "one", money);
    await until("the replica has it", async () => String(await set.primary.run("WAIT", "1", "1000")) === "1");
    await set.primary.kill();
    await until("it is away", async () => {
      await counters.levels([money]);
      return lines.length > 0;
    });
    await until("it is back", () => lines.some((line) => line.includes("is back, and was told")), 50_000);
    await until("the level is as before", async () => (await counters.levels([money]))[0]?.held === 100);
    await ends(counters, "one", money, 7);
    expect(await counters.levels([money])).toEqual([{ spent: 7, held: 0 }]);
    await counters.close();
    await set.stop();
  }, 60_000);
});
