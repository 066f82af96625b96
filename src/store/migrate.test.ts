import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { callRowOf } from "../../test/fixtures/call-rows.ts";
import { sharedPostgres, withoutPostgres } from "../../test/fixtures/postgres.ts";
import type { Engine } from "./call-columns.ts";
import { DATABASE_FILE, DataFault } from "./folder.ts";
import { migrate, needsVersion } from "./migrate.ts";
import { type Migration, MIGRATIONS, type Words } from "./migrations.ts";
import { openStore, type StorePlace } from "./place.ts";
import { RETENTION } from "./retention.ts";
import { kyselyOn } from "./sqlite.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-migrate-"));
afterAll(() => rmSync(ROOT, { recursive: true }));
let folders = 0;
const why = withoutPostgres();

interface Place extends StorePlace {
  /** The database itself, as a version of any age sees it. */
  raw<T>(work: (db: Kysely<never>) => Promise<T>): Promise<T>;
  readonly words: Words;
}

const PLACES: Readonly<Record<Engine, () => Promise<Place>>> = {
  sqlite: async () => {
    const dataDir = join(ROOT, `data-${folders++}`);
    return {
      dataDir,
      words: { engine: "sqlite", binary: "blob" },
      raw: async (work) => {
        const db = kyselyOn(new Database(join(dataDir, DATABASE_FILE)));
        return work(db as never).finally(() => db.destroy());
      },
    };
  },
  postgres: async () => {
    const url = await (await sharedPostgres()).database();
    return {
      dataDir: ROOT,
      url,
      words: { engine: "postgres", binary: "bytea" },
      raw: async (work) => {
        const db = new Kysely<never>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }) });
        return work(db).finally(() => db.destroy());
      },
    };
  },
};

/** A version that does not exist yet. */
const later = (more: Migration): Readonly<Record<string, Migration>> => ({
  ...MIGRATIONS,
  "9000-later": async (db, words) => {
    await sql`alter table calls add column mood text`.execute(db);
    await sql`create table moods (name text)`.execute(db);
    await more(db, words);
  },
});

const ENGINES = [
  { engine: "sqlite", left: "" },
  { engine: "postgres", left: why === undefined ? "" : ` (${why})` },
] as const;
describe.each(ENGINES)("migrations in $engine$left", ({ engine, left }) => {
  const onEngine = test.skipIf(left !== "");

  onEngine("an older version works beside a newer one on the tables of the newer one", async () => {
    const place = await PLACES[engine]();
    const before = await openStore(place);
    await place.raw((db) => migrate(db, place.words, { migrations: later(async () => {}) }));
    await before.calls.insert(JSON.stringify([callRowOf()]));
    const restarted = await openStore(place);
    await restarted.calls.insert(JSON.stringify([callRowOf()]));
    await restarted.calls.rollUp(Date.now());
    expect(await before.calls.list({}, { limit: 9 })).toHaveLength(2);
    for (const store of [before, restarted]) await store.close();
    // The newer version starts again, too, and finds nothing to do.
    await place.raw((db) => migrate(db, place.words, { migrations: later(async () => {}) }));
  });

  onEngine("down to the least version that the newer one notes, and below it with a sentence", async () => {
    const place = await PLACES[engine]();
    await (await openStore(place)).close();
    const newest = Number.parseInt(Object.keys(MIGRATIONS).at(-1) ?? "", 10);
    await place.raw((db) => migrate(db, place.words, { migrations: later((at) => needsVersion(at, newest)) }));
    await (await openStore(place)).close();
    await place.raw((db) => needsVersion(db as never, newest + 1));
    const refused: unknown = await openStore(place).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataFault);
    expect(String(refused)).toMatch(new RegExp(`newer version of codeswitch.*from ${newest + 1} on.*knows ${newest}`));
  });

  onEngine("a migration that fails leaves nothing halfway", async () => {
    const place = await PLACES[engine]();
    await (await openStore(place)).close();
    const failing = later(() => Promise.reject(new Error("no room")));
    expect(await place.raw((db) => migrate(db, place.words, { migrations: failing })).catch(String)).toMatch(/no room/);
    await place.raw((db) => migrate(db, place.words, { migrations: later(async () => {}) }));
  });

  onEngine("every table is in the list of retentions", async () => {
    const place = await PLACES[engine]();
    const store = await openStore(place);
    await store.calls.insert("[]");
    const tables = await place.raw((db) => db.introspection.getTables());
    const names = tables.map(({ name }) => name.replace(/^calls_(\d{8}|other)$/, "calls"));
    expect([...new Set(names)].sort()).toEqual(
      Object.keys(RETENTION)
        .filter((name) => name !== "kysely_migration")
        .sort(),
    );
    await store.close();
  });
});
