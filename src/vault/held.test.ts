/** A disk that is held, slow or hung. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSecrets } from "../store/secret.ts";
import { DATABASE_FILE } from "../store/folder.ts";
import { durableLevel } from "./durable.ts";
import { workerShelf } from "./worker-shelf.ts";
import { answer, eventually, life, NOW, places, remember, thought } from "../../test/fixtures/lives.ts";
import { memoryLevel } from "./memory.ts";
import { vaultOf } from "./vault.ts";

const { root, folder } = places();

/** Another program has the file, as a backup or a second gateway may: nobody else opens it for writing. */
function held(dir: string): { release(): void } {
  const file = new Database(join(dir, DATABASE_FILE));
  file.run("begin immediate");
  return {
    release: () => {
      file.run("rollback");
      file.close();
    },
  };
}
async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
/** A lock is tried again for seconds, and a hung thread for ever: what is bounded ends long before. */
const LONG_MS = 4_000;

describe("a file that somebody else holds while it is opened", () => {
  test("holds no call, and what was remembered meanwhile is written once it is free", async () => {
    const dir = folder();
    await life(dir, () => {});
    await life(dir, async (vault, warnings) => {
      const lock = held(dir);
      remember(vault, answer("hm", "call_1"));
      const ms = await msOf(async () => expect(await thought(vault, "call_1")).toBeUndefined());
      lock.release();
      expect(ms).toBeLessThan(LONG_MS);
      await eventually(async () => (await thought(vault, "call_1")) === "hm");
      expect(warnings).toEqual([]);
    });
    expect(await life(dir, (vault) => thought(vault, "call_1"))).toBe("hm");
  }, 60_000);

  test("is opened again by the next question", async () => {
    const dir = folder();
    await life(dir, () => {});
    const shelf = workerShelf(
      { dataDir: dir, secrets: openSecrets(dir, undefined, NOW) },
      () => new Worker(new URL("./worker.ts", import.meta.url).href),
    );
    const lock = held(dir);
    await expect(shelf.get(["a"], NOW)).rejects.toThrow(/locked/);
    lock.release();
    expect((await shelf.get(["a"], NOW)).notes).toEqual([]);
    shelf.end();
  }, 60_000);

  test("does not hold the stop, which tells that what was not written is lost", async () => {
    const dir = folder();
    await life(dir, () => {});
    const lock = held(dir);
    let told: readonly string[] = [];
    const ms = await msOf(() =>
      life(dir, (vault, warnings) => {
        told = warnings;
        remember(vault, answer("hm", "call_1"));
      }),
    );
    lock.release();
    expect(ms).toBeLessThan(LONG_MS);
    expect(told).toEqual([expect.stringMatching(/not written within 2 seconds/)]);
  }, 60_000);
});

test("a thread that hangs holds neither calls nor the stop, and ends with it", async () => {
  const dir = folder();
  const script = join(root(), "hangs.ts");
  writeFileSync(script, "self.onmessage = () => {};");
  let hasEnded = false;
  const start = (): Worker => {
    const worker = new Worker(script);
    worker.addEventListener("close", () => void (hasEnded = true));
    return worker;
  };
  const shelf = workerShelf({ dataDir: dir, secrets: openSecrets(dir, undefined, NOW) }, start);
  const level = durableLevel(
    memoryLevel(() => NOW),
    { shelf, clock: () => NOW, failed: () => {} },
  );
  const vault = vaultOf(level);
  remember(vault, answer("hm", "call_1"));
  // Only the first one waits at all.
  const ms = await msOf(async () => {
    for (let times = 0; times < 50; times++) expect(await thought(vault, "call_1")).toBeUndefined();
  });
  expect(ms).toBeLessThan(LONG_MS);
  expect(await msOf(() => vault.stop())).toBeLessThan(LONG_MS);
  await eventually(() => hasEnded);
}, 60_000);
