import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { callRowOf } from "../../test/fixtures/call-rows.ts";
import { sharedPostgres, startPostgres, withoutPostgres } from "../../test/fixtures/postgres.ts";
import { storeContract } from "../../test/fixtures/store-contract.ts";
import { DataFault } from "./folder.ts";
import { postgresStore } from "./postgres.ts";
import { tooOld } from "./postgres-faults.ts";

const why = withoutPostgres();

describe.skipIf(why !== undefined)(why ? `PostgreSQL (${why})` : "PostgreSQL", () => {
  storeContract("postgres", async () => postgresStore({ url: await (await sharedPostgres()).database() }));

  const refusal = async (url: string): Promise<string> => {
    const refused: unknown = await postgresStore({ url }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataFault);
    return (refused as Error).message;
  };

  test("what is wrong with an address is a sentence, without the password", async () => {
    const server = await sharedPostgres();
    const url = await server.database();
    const at = (change: (url: URL) => void): string => {
      const changed = new URL(url);
      changed.password = "hunter2";
      change(changed);
      return changed.href;
    };
    await server.run("create role poor login");
    const said = [
      await refusal(at((to) => (to.port = "1"))),
      await refusal(at((to) => (to.hostname = "nowhere.invalid"))),
      await refusal(at((to) => (to.pathname = "/none"))),
      await refusal(at((to) => (to.username = "nobody"))),
      await refusal(at((to) => (to.username = "poor"))),
    ];
    expect(said).toEqual([
      expect.stringMatching(/does not answer at 127\.0\.0\.1:1\..*storage\.url/),
      expect.stringMatching(/does not answer at nowhere\.invalid/),
      expect.stringMatching(/has no database none\. Make it: CREATE DATABASE none/),
      expect.stringMatching(/refuses the user nobody/),
      expect.stringMatching(/user poor may not make tables.*GRANT/),
    ]);
    expect(said.join()).not.toContain("hunter2");
  });

  test("one that takes no writes is told as such", async () => {
    const server = await sharedPostgres();
    const url = await server.database();
    const name = new URL(url).pathname.slice(1);
    await server.run(`alter database "${name}" set default_transaction_read_only = on`);
    expect(await refusal(url)).toMatch(/takes no writes.*standby.*storage\.url/);
  });

  test("a wrong password is told as such", async () => {
    const server = await startPostgres(["password_encryption=scram-sha-256"]);
    const url = new URL(await server.database());
    await server.run("create role ann login password 'right'");
    const [{ file } = {}] = await server.run("select current_setting('hba_file') as file");
    await Bun.write(String(file), "host all ann 127.0.0.1/32 scram-sha-256\nhost all owner 127.0.0.1/32 trust\n");
    await server.run("select pg_reload_conf()");
    url.username = "ann";
    url.password = "hunter2";
    const said = await refusal(url.href);
    expect(said).toMatch(/refuses the user ann: the password is wrong/);
    expect(said).not.toContain("hunter2");
    await server.stop();
  }, 60_000);

  test("goes on after its connections were ended, and after its server was restarted", async () => {
    const server = await startPostgres();
    const store = await postgresStore({ url: await server.database() });
    const row = callRowOf({ ended_at: Date.now() });
    await store.calls.insert(JSON.stringify([row]));
    await server.run("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'codeswitch'");
    expect(await store.calls.list({}, { limit: 9 })).toEqual([row]);
    await server.kill();
    expect(await store.calls.list({}, { limit: 9 }).catch(() => "away")).toBe("away");
    await server.start();
    await store.calls.insert(JSON.stringify([row, callRowOf({ ended_at: Date.now() })]));
    expect(await store.calls.list({}, { limit: 9 })).toHaveLength(2);
    await store.close();
    await server.stop();
  }, 60_000);

  test("a report that takes too long is ended with a sentence, and so is one that a server does not answer", async () => {
    const server = await startPostgres();
    const url = await server.database();
    const store = await postgresStore({ url });
    const report = (): Promise<unknown> => store.calls.list({}, { limit: 1 }).catch((error: unknown) => error);
    const locking = new Client({ connectionString: url });
    await locking.connect();
    await locking.query("begin; lock table calls in access exclusive mode");
    const slow = await report();
    expect(slow).toBeInstanceOf(DataFault);
    expect(String(slow)).toMatch(/took more than 5 seconds for a report.*shorter span/);
    await locking.query("rollback");
    await locking.end();
    expect(await report()).toEqual([]);
    server.pause();
    const silent = await report();
    server.resume();
    expect(silent).toBeInstanceOf(DataFault);
    expect(String(silent)).toMatch(/does not answer at 127\.0\.0\.1/);
    expect(await report()).toEqual([]);
    await store.close();
    await server.stop();
  }, 60_000);

  test("a server that is too old is told as such", () => {
    expect(tooOld(150_000)).toBeUndefined();
    expect(String(tooOld(149_999))).toMatch(/PostgreSQL 14, and 15 is the oldest/);
  });

  test.skipIf(Bun.which("openssl") === null)(
    "TLS is asked for in the address",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "codeswitch-tls-"));
      const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
      const made = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${certificate}`;
      expect(Bun.spawnSync(["openssl", ...made.split(" ")]).exitCode).toBe(0);
      if (process.getuid?.() === 0) Bun.spawnSync(["chown", "-R", "postgres", folder]);
      const server = await startPostgres(["ssl=on", `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`]);
      const url = await server.database();
      const store = await postgresStore({ url: `${url}?sslmode=verify-full&sslrootcert=${certificate}` });
      const [{ encrypted } = {}] = await server.run(
        "select bool_and(ssl) as encrypted from pg_stat_ssl natural join pg_stat_activity where application_name = 'codeswitch'",
      );
      expect(encrypted).toBe(true);
      await store.close();
      expect(await refusal(`${url}?sslmode=verify-full`)).toMatch(
        /certificate of PostgreSQL.*is not trusted.*sslrootcert/,
      );
      await (await postgresStore({ url: `${url}?sslmode=no-verify` })).close();
      const plain = await (await sharedPostgres()).database();
      expect(await refusal(`${plain}?sslmode=verify-full`)).toMatch(/speaks no TLS/);
      await server.stop();
      rmSync(folder, { recursive: true });
    },
    60_000,
  );

  test("two that write the same reasoning in another order do not stop each other", async () => {
    const url = await (await sharedPostgres()).database();
    const stores = [await postgresStore({ url }), await postgresStore({ url })];
    const rows = Array.from({ length: 100 }, (_, at) => ({
      ...{ key: `k${at}`, secret: "s", digest: "d", sealed: new Uint8Array([1]), expiresAt: 9 },
    }));
    for (let time = 0; time < 5; time++)
      await Promise.all(stores.map(({ reasoning }, at) => reasoning.put(at === 0 ? rows : rows.toReversed(), 0)));
    expect(await stores[0]?.reasoning.count()).toMatchObject({ rows: 100 });
    for (const store of stores) await store.close();
  }, 30_000);

  test("a replica with another secret does not start, and a secret is replaced by one that knows it", async () => {
    const url = await (await sharedPostgres()).database();
    const start = async (...ids: readonly string[]): Promise<void> =>
      (await postgresStore({ url, secrets: ids.map((id) => ({ id })) })).close();
    await start("one");
    await start("one", "zero");
    expect(await start("two").catch(String)).toMatch(/CODESWITCH_SECRET to the same value on every replica/);
    await start("two", "one");
    await start("two");
    expect(await start("one").catch(String)).toMatch(/another secret/);
  });

  test("two replicas see each other's reasoning, and that the other one wrote", async () => {
    const url = await (await sharedPostgres()).database();
    const [one, two] = [await postgresStore({ url }), await postgresStore({ url })];
    const before = await two.reasoning.version();
    await one.reasoning.put([{ key: "a", secret: "s", digest: "d", sealed: new Uint8Array([1]), expiresAt: 9 }], 0);
    expect(await two.reasoning.version()).not.toBe(before);
    expect((await two.reasoning.get(["a"], 0))[0]?.sealed).toEqual(Buffer.from([1]));
    for (const store of [one, two]) await store.close();
  });

  test("five that start at once on an empty database make one schema", async () => {
    const url = await (await sharedPostgres()).database();
    const stores = await Promise.all(Array.from({ length: 5 }, () => postgresStore({ url })));
    await Promise.all(stores.map((store) => store.calls.insert(JSON.stringify([callRowOf({ ended_at: Date.now() })]))));
    expect(await stores[0]?.calls.list({}, { limit: 9 })).toHaveLength(5);
    for (const store of stores) await store.close();
  });

  test("whoever migrates is waited for, and told of after a while", async () => {
    const server = await sharedPostgres();
    const url = await server.database();
    const { Client } = await import("pg");
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query("select pg_advisory_lock(4141001)");
    expect(await postgresStore({ url, migrationWaitMs: 200 }).catch(String)).toMatch(/has been changing the tables/);
    const waiting = postgresStore({ url });
    await other.query("select pg_advisory_unlock(4141001)");
    await other.end();
    await (await waiting).close();
  });

  describe("partitions", () => {
    const DAY = 86_400_000;
    test("are made a week ahead, take what lay in the default one, and go as a whole", async () => {
      const server = await sharedPostgres();
      const url = await server.database();
      let now = Date.UTC(2026, 10, 22, 12);
      const store = await postgresStore({ url, clock: () => now });
      const partitions = async (): Promise<readonly string[]> =>
        (await server.run("select relname from pg_class where relispartition and relkind = 'r' order by 1", url)).map(
          ({ relname }) => String(relname),
        );
      const far = callRowOf({ ended_at: now + 9 * DAY });
      const today = callRowOf({ ended_at: now });
      await store.calls.insert(JSON.stringify([far, today]));
      expect((await partitions()).filter((name) => name !== "calls_other")).toEqual([
        ..."20 21 22 23 24 25 26 27 28 29".split(" ").map((day) => `calls_202611${day}`),
      ]);
      expect(await store.calls.retain(now, { calls: 30, rollups: 30 })).toEqual([
        expect.stringMatching(/^1 calls ended on days for which there is no partition/),
      ]);
      now += 5 * DAY;
      expect(await store.calls.retain(now, { calls: 30, rollups: 30 })).toEqual([]);
      expect(await server.run("select id from calls_20261201", url)).toEqual([{ id: far.id }]);
      await store.calls.retain(now + 30 * DAY, { calls: 30, rollups: 300 });
      expect((await partitions())[0]).toBe("calls_20261127");
      expect((await store.calls.list({}, { limit: 9 })).map(({ id }) => id)).toEqual([far.id]);
      expect(await store.calls.usage("key", { from: 0, to: now + 99 * DAY }, 9)).toMatchObject([{ calls: 2 }]);
      await store.close();
    });
  });
});
