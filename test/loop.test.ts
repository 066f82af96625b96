/** A store at its bound, and the one thread that serves everybody. Measured in its own CPU time or against the work itself, best of some tries: the machine may be busy. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../src/ir/collect.ts";
import { openSecrets } from "../src/store/secret.ts";
import { DATABASE_FILE } from "../src/store/folder.ts";
import { sqliteStore } from "../src/store/sqlite.ts";
import { LIMITS } from "../src/wire/limits.ts";
import { durableLevel } from "../src/vault/durable.ts";
import { workerShelf } from "../src/vault/worker-shelf.ts";
import { memoryLevel } from "../src/vault/memory.ts";
import type { Shelf } from "../src/vault/shelf.ts";
import { type Vault, vaultOf } from "../src/vault/vault.ts";

const BLOCK_MS_MAX = 5;
const TRIES = 5;
const ROWS = LIMITS.vaultDiskRowsMax;
const BOUNDS = { rows: ROWS, bytes: LIMITS.vaultDiskBytesMax };
const NOW = 1_700_000_000_000;
const DIR = mkdtempSync(join(tmpdir(), "codeswitch-loop-"));

let shelf: Shelf;
let vault: Vault;
beforeAll(async () => {
  await (await sqliteStore(DIR)).close();
  fill(ROWS);
  const secrets = openSecrets(DIR, undefined, NOW);
  shelf = workerShelf(
    { dataDir: DIR, secrets },
    () => new Worker(new URL("../src/vault/worker.ts", import.meta.url).href),
  );
  const failed = (error: unknown): void => void failures.push(error);
  vault = vaultOf(
    durableLevel(
      memoryLevel(() => NOW),
      { shelf, clock: () => NOW, failed, bounds: BOUNDS },
    ),
  );
  await shelf.get([], NOW);
}, 120_000);
afterAll(async () => {
  await vault.stop();
  rmSync(DIR, { recursive: true });
  expect(failures).toEqual([]);
}, 60_000);
const failures: unknown[] = [];

/** Rows of five thousand bytes, each of a moment of its own. */
function fill(count: number): void {
  const file = new Database(join(DIR, DATABASE_FILE));
  // The thread of the database may be writing.
  file.run("pragma busy_timeout = 10000");
  file.run("pragma synchronous = off");
  file.run(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     insert into reasoning select lower(hex(randomblob(16))), 's', 'd', zeroblob(5000), 5000, ? + i from n`,
    [count, NOW + 1],
  );
  file.close();
}

let answers = 0;
const answer = (): Answer => ({
  blocks: [
    {
      block: { kind: "reasoning", channel: "raw" },
      text: "x",
      sections: ["x".repeat(5_000)],
      input: "",
      annotations: [],
    },
    { block: { kind: "text" }, text: `Answer ${answers++}`, sections: [], input: "", annotations: [] },
  ],
  finish: { type: "finish", reason: "stop", usage: { lines: [], hostedCalls: {}, source: "none" } },
});
const SCOPE = { caller: "one", conversation: "one", session: "guessed", keeps: "disk" } as const;
const READER = { dialect: "anthropic-messages", issuer: "claude", family: "claude" } as const;

/** As many answers as a busy gateway has in ten seconds, a few at a time. */
async function remember(count: number): Promise<void> {
  for (let at = 0; at < count; at += 10) {
    for (let some = 0; some < 10; some++) vault.remember({ ...SCOPE, front: "f" }, answer(), "whole");
    await new Promise(setImmediate);
  }
}
const restore = (): Promise<unknown> =>
  vault.restore(
    SCOPE,
    [
      { kind: "message", role: "user", content: "Go." },
      { kind: "message", role: "assistant", content: "Never said." },
    ],
    READER,
  );

/** Of this thread alone. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
/** The longest time that nobody else was served while the work ran, by this clock. */
async function longestBlock(work: () => Promise<unknown>, clock: () => number): Promise<number> {
  let longest = 0;
  let before: number | undefined;
  await beside(work(), async () => {
    await new Promise(setImmediate);
    const now = clock();
    longest = Math.max(longest, now - (before ?? now));
    before = now;
  });
  return longest;
}
/** Again and again, as long as the work goes on. */
async function beside(work: Promise<unknown>, again: () => Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const done = work.finally(() => void (state.isOver = true));
  while (!state.isOver) await again();
  await done;
}
async function best(measure: () => Promise<number>, isEnough: (value: number) => boolean): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < TRIES && !isEnough(least); tries++) least = Math.min(least, await measure());
  return least;
}

describe(`${ROWS} rows of 5 KB, the bound`, () => {
  const WORK: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["counting them", () => shelf.prune(NOW, BOUNDS)],
    ["writing 500 more and giving some back meanwhile", () => Promise.all([remember(500), restore()])],
    [
      "dropping the oldest 500",
      async () => {
        fill(500);
        await shelf.prune(NOW, BOUNDS);
      },
    ],
    [
      "dropping 5,000 that expired",
      async () => {
        fill(5_000);
        await shelf.prune(NOW + 5_000, BOUNDS);
      },
    ],
  ];
  test.each(WORK)(
    "%s never holds the loop for more than 5 ms at a time",
    async (_, work) => {
      const isEnough = (ms: number): boolean => ms <= BLOCK_MS_MAX;
      expect(await best(() => longestBlock(work, cpuMs), isEnough)).toBeLessThanOrEqual(BLOCK_MS_MAX);
    },
    120_000,
  );

  test("a call is not kept waiting while thousands are dropped", async () => {
    const ratio = async (): Promise<number> => {
      fill(5_000);
      const start = performance.now();
      let longest = 0;
      await beside(shelf.prune(NOW + 10_000, BOUNDS), async () => {
        const asked = performance.now();
        await restore();
        longest = Math.max(longest, performance.now() - asked);
      });
      return longest / (performance.now() - start);
    };
    expect(await best(ratio, (share) => share < 0.2)).toBeLessThan(0.2);
  }, 120_000);

  test("another's lock on the file is waited for elsewhere: the loop goes on", async () => {
    const HELD_MS = 400;
    const held = async (): Promise<void> => {
      const other = new Database(join(DIR, DATABASE_FILE));
      other.run("begin immediate");
      await remember(10);
      await Bun.sleep(HELD_MS);
      other.run("rollback");
      other.close();
    };
    const isEnough = (ms: number): boolean => ms < HELD_MS / 4;
    expect(await best(() => longestBlock(held, () => performance.now()), isEnough)).toBeLessThan(HELD_MS / 4);
  }, 120_000);
});
