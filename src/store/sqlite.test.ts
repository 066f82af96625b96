import { afterAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeContract } from "../../test/fixtures/store-contract.ts";
import { DATABASE_FILE } from "./folder.ts";
import { sqliteMemoryStore, sqliteStore } from "./sqlite.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-store-"));
afterAll(() => rmSync(ROOT, { recursive: true }));
let folders = 0;
const folder = (): string => join(ROOT, `data-${folders++}`);
const row = (key: string) => ({
  key,
  secret: "s",
  digest: "d",
  sealed: new Uint8Array([1]),
  expiresAt: 1_800_000_000_000,
});

storeContract("sqlite in memory", sqliteMemoryStore);
storeContract("sqlite on disk", () => sqliteStore(folder()));

describe("sqlite on disk", () => {
  test("keeps what it was given when it is opened again", async () => {
    const dir = folder();
    const first = await sqliteStore(dir);
    await first.reasoning.put([row("a")], 0);
    await first.close();
    const second = await sqliteStore(dir);
    expect(await second.reasoning.get(["a"], 0)).toHaveLength(1);
    await second.close();
  });

  test.skipIf(process.platform === "win32")("nobody else of the machine can read folder or file", async () => {
    const dir = folder();
    const store = await sqliteStore(dir);
    await store.reasoning.put([row("a")], 0);
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(dir)).toBe("700");
    expect(
      readdirSync(dir)
        .sort()
        .map((file) => [file, mode(join(dir, file))]),
    ).toEqual([
      ["codeswitch.db", "600"],
      ["codeswitch.db-shm", "600"],
      ["codeswitch.db-wal", "600"],
    ]);
    await store.close();
  });

  test("two gateways write one file, and each reads what the other wrote", async () => {
    const dir = folder();
    const [one, two] = [await sqliteStore(dir), await sqliteStore(dir)];
    for (let at = 0; at < 20; at++) {
      await one.reasoning.put([row(`one-${at}`)], 0);
      await two.reasoning.put([row(`two-${at}`)], 0);
    }
    expect(await one.reasoning.count()).toEqual({ rows: 40, bytes: 40 });
    expect(await two.reasoning.get(["one-7"], 0)).toHaveLength(1);
    await one.close();
    await two.close();
  });

  test("two that are opened at once in one process do not wait for each other", async () => {
    const dir = folder();
    const stores = await Promise.all([sqliteStore(dir), sqliteStore(dir)]);
    for (const store of stores) await store.close();
  }, 2_000);

  test("three processes may open a new folder at once, and write into it", async () => {
    const dir = folder();
    const script = `import { isBusy } from ${JSON.stringify(join(import.meta.dir, "busy.ts"))};
      import { sqliteStore } from ${JSON.stringify(join(import.meta.dir, "sqlite.ts"))};
      const store = await sqliteStore(process.argv[2]);
      for (let at = 0; at < 50; )
        try {
          await store.reasoning.put([{ key: process.pid + "-" + at, secret: "s", digest: "d", sealed: new Uint8Array([1]), expiresAt: 1 }], 0);
          at++;
        } catch (error) {
          if (!isBusy(error)) throw error;
        }
      await store.close();`;
    const file = join(ROOT, "open.ts");
    writeFileSync(file, script);
    const processes = [1, 2, 3].map(() => Bun.spawn([process.execPath, file, dir], { stderr: "pipe" }));
    for (const child of processes) {
      const errors = await new Response(child.stderr).text();
      expect({ code: await child.exited, errors }).toEqual({ code: 0, errors: "" });
    }
    const store = await sqliteStore(dir);
    expect(await store.reasoning.count()).toEqual({ rows: 150, bytes: 150 });
    await store.close();
  });

  test("refuses a file that is no database", async () => {
    const garbage = folder();
    await (await sqliteStore(garbage)).close();
    writeFileSync(join(garbage, DATABASE_FILE), "this is no database, however long it may be ".repeat(100));
    await expect(sqliteStore(garbage)).rejects.toThrow(/not a database/);
  });

  test("brings a database of the version before up to date, with what it holds", async () => {
    const dir = folder();
    const before = await sqliteStore(dir);
    await before.reasoning.put([row("a")], 0);
    await before.close();
    const file = new Database(join(dir, DATABASE_FILE));
    file.run(
      "drop table capabilities; drop table deployments; drop table settings; drop table reasoning_writers; drop table calls; drop table open_hours; drop table summed_days; drop table sums; drop table keys; drop table credentials; delete from kysely_migration where name <> '0001-reasoning'",
    );
    file.close();
    const after = await sqliteStore(dir);
    expect(await after.reasoning.get(["a"], 0)).toHaveLength(1);
    expect(await after.capabilities.get("p", "m")).toEqual([]);
    expect(await after.deployments.all()).toEqual([]);
    await after.close();
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "says that a folder cannot be written",
    async () => {
      const dir = folder();
      await (await sqliteStore(dir)).close();
      chmodSync(dir, 0o500);
      chmodSync(join(dir, DATABASE_FILE), 0o400);
      await expect(sqliteStore(dir)).rejects.toThrow();
      chmodSync(dir, 0o700);
    },
  );
});
