/** What every store promises. Called by the tests of each implementation. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { CapabilityRow, SealedRow, Store } from "./store.ts";

const FAR = Number.MAX_SAFE_INTEGER;
const NO_BOUNDS = { rows: FAR, bytes: FAR };

const row = (key: string, more: Partial<SealedRow> = {}): SealedRow => ({
  key,
  secret: "s1",
  digest: `digest of ${key}`,
  sealed: new Uint8Array([0, 1, 2, 255]),
  expiresAt: 1_800_000_000_000,
  ...more,
});

const seen = (more: Partial<CapabilityRow> = {}): CapabilityRow => ({
  provider: "p",
  model: "m",
  dialect: "anthropic",
  observed: '{"tools":true}',
  probedAt: 1_800_000_000_000,
  ...more,
});

export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: rows of the vault`, () => {
    let store: Store;
    beforeEach(async () => void (store = await open()));
    afterEach(() => store.close());
    const keys = async (...asked: readonly string[]): Promise<readonly string[]> =>
      (await store.reasoning.get(asked, 0)).map(({ key }) => key).sort();

    test("come back byte by byte, and only those that were asked for", async () => {
      await store.reasoning.put([row("a"), row("b")], 0);
      expect(await store.reasoning.get(["b", "none"], 0)).toEqual([
        { key: "b", secret: "s1", sealed: new Uint8Array([0, 1, 2, 255]), expiresAt: 1_800_000_000_000 },
      ]);
    });

    test("no rows and no keys are no error", async () => {
      await store.reasoning.put([], 0);
      expect(await store.reasoning.get([], 0)).toEqual([]);
      expect(await store.reasoning.count()).toEqual({ rows: 0, bytes: 0 });
    });

    test("thousands of keys may be asked for at once", async () => {
      await store.reasoning.put(
        Array.from({ length: 1_200 }, (_, at) => row(`k${at}`)),
        0,
      );
      const asked = Array.from({ length: 3_000 }, (_, at) => `k${at}`);
      expect(await store.reasoning.get(asked, 0)).toHaveLength(1_200);
    });

    test("equal contents under a key renew it, with the newer seal", async () => {
      await store.reasoning.put([row("a", { expiresAt: 10 })], 0);
      await store.reasoning.put([row("a", { expiresAt: 20, secret: "s2", sealed: new Uint8Array([7]) })], 0);
      expect(await store.reasoning.get(["a"], 15)).toEqual([
        { key: "a", secret: "s2", sealed: new Uint8Array([7]), expiresAt: 20 },
      ]);
    });

    test("different contents under a key leave none, a third does not bring them back, and each is told", async () => {
      const other = row("a", { digest: "other" });
      expect(await store.reasoning.put([row("a"), row("b")], 0)).toEqual([]);
      expect(await store.reasoning.put([other, row("b")], 0)).toEqual(["a"]);
      expect((await store.reasoning.get(["a"], 0))[0]?.sealed).toBeNull();
      expect(await store.reasoning.put([other], 0)).toEqual(["a"]);
      expect((await store.reasoning.get(["a"], 0))[0]?.sealed).toBeNull();
    });

    test("so do different contents in one batch", async () => {
      await store.reasoning.put([row("a"), row("a", { digest: "other" })], 0);
      expect((await store.reasoning.get(["a"], 0))[0]?.sealed).toBeNull();
    });

    test("a clash keeps the date that it had when it came to be, whoever comes later", async () => {
      await store.reasoning.put([row("a", { expiresAt: 10 })], 0);
      await store.reasoning.put([row("a", { digest: "other", expiresAt: 20 })], 0);
      await store.reasoning.put([row("a", { expiresAt: 30 })], 0);
      await store.reasoning.put([row("a", { digest: "other", expiresAt: 40 })], 0);
      expect((await store.reasoning.get(["a"], 0))[0]?.expiresAt).toBe(20);
    });

    test("what expired clashes with nothing, pruned or not", async () => {
      await store.reasoning.put([row("a", { expiresAt: 10 })], 0);
      expect(await store.reasoning.put([row("a", { digest: "other", expiresAt: 20 })], 10)).toEqual([]);
      await store.reasoning.put([row("a", { expiresAt: 30 })], 10);
      expect(await store.reasoning.put([row("a", { digest: "new", expiresAt: 40 })], 30)).toEqual([]);
      expect(await store.reasoning.get(["a"], 30)).toMatchObject([{ sealed: new Uint8Array([0, 1, 2, 255]) }]);
    });

    test("what it writes itself leaves the version as it is", async () => {
      const before = await store.reasoning.version();
      await store.reasoning.put([row("a")], 0);
      expect(await store.reasoning.version()).toBe(before);
    });

    test("are gone when they expire, pruned or not", async () => {
      await store.reasoning.put([row("a", { expiresAt: 10 }), row("b", { expiresAt: 11 })], 0);
      expect(await store.reasoning.get(["a", "b"], 10)).toHaveLength(1);
      await store.reasoning.prune(10, NO_BOUNDS);
      expect(await store.reasoning.count()).toEqual({ rows: 1, bytes: 4 });
    });

    test("the oldest leave when there are too many", async () => {
      await store.reasoning.put(
        ["a", "b", "c"].map((key, at) => row(key, { expiresAt: 100 + at })),
        0,
      );
      await store.reasoning.prune(0, { rows: 2, bytes: FAR });
      expect(await keys("a", "b", "c")).toEqual(["b", "c"]);
    });

    test("the oldest leave when they are too large", async () => {
      await store.reasoning.put(
        ["a", "b", "c"].map((key, at) => row(key, { expiresAt: 100 + at })),
        0,
      );
      await store.reasoning.prune(0, { rows: FAR, bytes: 11 });
      expect(await keys("a", "b", "c")).toEqual(["b", "c"]);
      await store.reasoning.prune(0, { rows: FAR, bytes: 0 });
      expect(await keys("a", "b", "c")).toEqual([]);
    });

    test("whoever asks while much is dropped is served in between", async () => {
      await store.reasoning.put([row("mine", { expiresAt: 20 })], 0);
      await store.reasoning.put(
        Array.from({ length: 2_000 }, (_, at) => row(`k${at}`, { expiresAt: 10 })),
        0,
      );
      let isPruned = false;
      const pruning = store.reasoning.prune(10, NO_BOUNDS).then(() => void (isPruned = true));
      expect(await keys("mine")).toEqual(["mine"]);
      expect(isPruned).toBe(false);
      await pruning;
      expect(await store.reasoning.count()).toEqual({ rows: 1, bytes: 4 });
    });

    test("a batch with a row that cannot be written leaves nothing behind", async () => {
      const broken = { ...row("b"), secret: null } as unknown as SealedRow;
      await expect(store.reasoning.put([row("a"), broken], 0)).rejects.toThrow();
      expect(await keys("a", "b")).toEqual([]);
    });
  });

  describe(`${name}: what models were seen to do`, () => {
    let store: Store;
    beforeEach(async () => void (store = await open()));
    afterEach(() => store.close());

    test("comes back as it was given, for this model at this provider only", async () => {
      const long = JSON.stringify({ efforts: ["low", "höchst 🧠"], text: "x".repeat(100_000) });
      await store.capabilities.put(seen({ observed: long }));
      await store.capabilities.put(seen({ provider: "q" }));
      await store.capabilities.put(seen({ model: "n" }));
      expect(await store.capabilities.get("p", "m")).toEqual([seen({ observed: long })]);
    });

    test("nothing is known of a model that was never asked", async () => {
      await store.capabilities.put(seen());
      expect(await store.capabilities.get("m", "p")).toEqual([]);
    });

    test("the newest takes the place of the one before", async () => {
      await store.capabilities.put(seen());
      const newer = seen({ observed: '{"tools":false}', probedAt: 1_800_000_000_001 });
      await store.capabilities.put(newer);
      expect(await store.capabilities.get("p", "m")).toEqual([newer]);
    });

    test("a deployment is what it was when it was last seen, at its own address", async () => {
      const at = { baseUrl: "https://a.example", model: "prod", state: "answers", at: 1_800_000_000_000 } as const;
      const elsewhere = { ...at, baseUrl: "https://b.example" };
      const gone = { ...at, state: "missing", at: 1_800_000_000_001 } as const;
      for (const row of [at, elsewhere, gone]) await store.deployments.put(row);
      expect(await store.deployments.all()).toEqual([gone, elsewhere]);
    });

    test("each dialect of a model has its own", async () => {
      await store.capabilities.put(seen({ dialect: "openai-chat" }));
      await store.capabilities.put(seen());
      expect(await store.capabilities.get("p", "m")).toEqual([seen(), seen({ dialect: "openai-chat" })]);
    });
  });
}
