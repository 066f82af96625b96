import { describe, expect, test } from "bun:test";
import { GatewayError } from "../ir/error.ts";
import type { KeyRow } from "../store/store.ts";
import { LIMITS } from "../wire/limits.ts";
import { keyRowsInMemory } from "../../test/fixtures/key-rows.ts";
import { keyHashes } from "./key-hash.ts";
import { storedSettings } from "./key-settings.ts";
import { makeKey } from "./made-key.ts";
import { madeKeys } from "./made-keys.ts";

const HASHES = keyHashes([{ id: "s", value: "s".repeat(32) }]);
const DAY = 86_400_000;

function ring() {
  const rows = keyRowsInMemory();
  const warnings: string[] = [];
  let now = 1_800_000_000_000;
  let isAway = false;
  let hold: Promise<void> | undefined;
  let epochs = 0;
  const here = async <T>(answer: () => Promise<T>): Promise<T> => {
    await hold;
    if (isAway) throw new Error("away");
    return answer();
  };
  const keys = madeKeys({
    rows: { find: (hash) => here(() => rows.find(hash)), all: () => here(() => rows.all()) },
    epoch: () => {
      epochs++;
      return here(() => rows.epoch());
    },
    hashes: HASHES,
    clock: () => now,
    warn: (message) => void warnings.push(message),
  });
  const visit = (peer = "127.0.0.1") => ({ now, peer: () => peer });
  return {
    keys,
    rows,
    warnings,
    epochs: () => epochs,
    later: (ms: number) => void (now += ms),
    now: () => now,
    goAway: (away = true) => void (isAway = away),
    hang: (until?: Promise<void>) => void (hold = until),
    put: async (name: string, more: Partial<KeyRow> = {}, settings: object = {}): Promise<string> => {
      const key = makeKey();
      await rows.put({
        ...{ id: `id of ${name}`, name, hash: HASHES.current(key), shown: "cs-…", created_at: now },
        ...{ expires_at: null, blocked: false, hash_before: null, grace_until: null },
        ...{ settings: storedSettings({ name, ...settings }), ...more },
      });
      return key;
    },
    ask: async (key: string, peer?: string): Promise<string> => {
      try {
        return (await keys.find(key, visit(peer)))?.name ?? "nobody";
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        return `${error.status} ${error.message}`;
      }
    },
    isAsked: (key: string): boolean => {
      try {
        return keys.find(key, visit()) instanceof Promise;
      } catch {
        return false;
      }
    },
  };
}
type Ring = ReturnType<typeof ring>;

async function polled(): Promise<Ring> {
  const one = ring();
  await one.keys.poll();
  return one;
}

describe("a made key", () => {
  test("is looked up once and then known by heart, with its settings", async () => {
    const { put, keys, ask, isAsked, rows, now } = await polled();
    const key = await put("laptop", {}, { models: ["kimi-*"], limits: { requestsPerMinute: 20 }, tags: { team: "x" } });
    await keys.poll();
    expect(await ask(key)).toBe("laptop");
    for (let call = 0; call < 100; call++) expect(isAsked(key)).toBe(false);
    expect(rows.lookups()).toBe(1);
    expect(keys.find(key, { now: now(), peer: () => "" })).toEqual({
      id: "id of laptop",
      name: "laptop",
      key: { name: "laptop", models: ["kimi-*"], limits: { requestsPerMinute: 20 }, tags: { team: "x" } },
    });
  });

  test("that is blocked, deleted or changed is so at the next poll", async () => {
    const { put, keys, ask, rows } = await polled();
    const key = await put("laptop");
    await keys.poll();
    expect(await ask(key)).toBe("laptop");
    const row = (await rows.named("laptop")) as KeyRow;
    await rows.put({ ...row, blocked: true });
    await keys.poll();
    expect(await ask(key)).toBe("401 The API key laptop is blocked. Whoever runs this gateway can unblock it.");
    await rows.put({ ...row, name: "renamed" });
    await keys.poll();
    expect(await ask(key)).toBe("renamed");
    await rows.delete(row.id);
    await keys.poll();
    expect(await ask(key)).toBe("nobody");
  });

  test("that was read while it changed is not remembered as it was", async () => {
    const { put, keys, ask, rows, hang, isAsked } = await polled();
    const key = await put("laptop");
    await keys.poll();
    const { promise, resolve } = Promise.withResolvers<void>();
    hang(promise);
    const slow = ask(key);
    hang();
    await rows.put({ ...((await rows.named("laptop")) as KeyRow), name: "renamed" });
    await keys.poll();
    resolve();
    await slow;
    expect(isAsked(key)).toBe(true);
    expect(await ask(key)).toBe("renamed");
  });

  test("expires in the middle of being known by heart", async () => {
    const { put, keys, ask, later, now, isAsked } = await polled();
    const key = await put("laptop", { expires_at: now() + DAY });
    await keys.poll();
    expect(await ask(key)).toBe("laptop");
    later(DAY - 1);
    await keys.poll();
    expect(isAsked(key)).toBe(false);
    expect(await ask(key)).toBe("laptop");
    later(1);
    expect(await ask(key)).toBe(
      "401 The API key laptop expired on 2027-01-16T08:00:00.000Z. Ask whoever runs this gateway for a new one.",
    );
  });

  test("that was rotated is taken until its grace ends, and not a moment longer", async () => {
    const { put, keys, ask, later, now, rows } = await polled();
    const old = await put("laptop");
    const fresh = makeKey();
    const row = (await rows.named("laptop")) as KeyRow;
    await rows.put({ ...row, hash: HASHES.current(fresh), hash_before: row.hash, grace_until: now() + DAY });
    await keys.poll();
    expect([await ask(old), await ask(fresh)]).toEqual(["laptop", "laptop"]);
    later(DAY - 1);
    await keys.poll();
    expect(await ask(old)).toBe("laptop");
    later(1);
    expect([await ask(old), await ask(fresh)]).toEqual(["nobody", "laptop"]);
  });

  test("is taken from its addresses only", async () => {
    const { put, keys, ask } = await polled();
    const key = await put("laptop", {}, { addresses: ["10.0.0.0/8"] });
    await keys.poll();
    expect(await ask(key, "10.1.2.3")).toBe("laptop");
    expect(await ask(key, "11.1.2.3")).toStartWith("403 The API key laptop may not be used from the address 11.1.2.3.");
  });

  test("with a setting that this version does not know is refused: nobody may do more by it", async () => {
    const { put, keys, ask } = await polled();
    const unknown = await put("laptop", { settings: '{"regions":["eu"]}' });
    const broken = await put("phone", { settings: "{" });
    await keys.poll();
    expect(await ask(unknown)).toStartWith("403 The API key laptop has settings that this version");
    expect(await ask(broken)).toStartWith("403 The API key phone has settings");
  });
});

describe("what is remembered of made keys", () => {
  test("a key that nobody has is not looked up again for five seconds", async () => {
    const { ask, rows, later } = await polled();
    const key = makeKey();
    for (let call = 0; call < 100; call++) expect(await ask(key)).toBe("nobody");
    later(LIMITS.unknownKeyMs - 1);
    await ask(key);
    expect(rows.lookups()).toBe(1);
    later(1);
    await ask(key);
    expect(rows.lookups()).toBe(2);
  });

  test("many that ask for one key at once are one look-up", async () => {
    const { put, keys, ask, rows } = await polled();
    const key = await put("laptop");
    await keys.poll();
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => ask(key))))).toEqual(new Set(["laptop"]));
    expect(rows.lookups()).toBe(1);
  });

  test("no more keys are remembered than the bound", async () => {
    const { ask, rows, isAsked } = await polled();
    const [first, ...others] = Array.from({ length: LIMITS.keysCachedMax + 1 }, () => makeKey());
    await ask(String(first));
    for (const key of others) await ask(key);
    expect(isAsked(String(first))).toBe(true);
    expect(isAsked(String(others[1]))).toBe(false);
    expect(rows.lookups()).toBeLessThan(LIMITS.keysCachedMax + 3);
  });

  test("so many keys are looked up at a time, and one more is a 503", async () => {
    const { ask, hang } = await polled();
    const { promise, resolve } = Promise.withResolvers<void>();
    hang(promise);
    const waiting = Array.from({ length: LIMITS.keyLookupsMax }, () => ask(makeKey()));
    expect(await ask(makeKey())).toStartWith("503 The database that holds this gateway's keys is asked for too many");
    resolve();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["nobody"]));
    expect(await ask(makeKey())).toBe("nobody");
  });

  test("while the database is away, what is remembered goes on for 15 minutes, and what is not is a 503", async () => {
    const { put, keys, ask, goAway, later, warnings, rows } = await polled();
    const [known, unknown] = [await put("laptop"), await put("phone")];
    await keys.poll();
    await ask(known);
    goAway();
    await keys.poll();
    await keys.poll();
    expect(warnings).toHaveLength(1);
    expect(await ask(known)).toBe("laptop");
    expect(await ask(unknown)).toStartWith("503 The database that holds this gateway's keys cannot be reached");
    later(15 * 60_000);
    expect(await ask(known)).toBe("laptop");
    later(1);
    expect(await ask(known)).toStartWith("503 ");
    await rows.put({ ...((await rows.named("laptop")) as KeyRow), blocked: true });
    goAway(false);
    await keys.poll();
    expect(warnings).toHaveLength(2);
    expect(await ask(known)).toStartWith("401 The API key laptop is blocked");
    expect(await ask(unknown)).toBe("phone");
  });

  test("a look-up that hangs is a 503", async () => {
    const { ask, hang } = await polled();
    hang(new Promise(() => {}));
    expect(await ask(makeKey())).toStartWith("503 ");
  });

  test("an epoch that does not come is a database that is away", async () => {
    const { keys, hang, warnings } = await polled();
    hang(new Promise(() => {}));
    await keys.poll();
    expect(warnings.join()).toContain("does not answer");
  });

  test("an epoch that hangs is waited for, and asked for anew after ten seconds", async () => {
    const { keys, hang, later, epochs, put, ask } = await polled();
    hang(new Promise(() => {}));
    void keys.poll();
    void keys.poll();
    expect(epochs()).toBe(2);
    hang();
    const key = await put("laptop");
    later(LIMITS.epochHangsMs);
    await keys.poll();
    expect(epochs()).toBe(3);
    expect(await ask(key)).toBe("laptop");
  });
});

test("the store is asked for nothing that begins as the key does: its time tells nothing of a prefix", async () => {
  const asked: string[] = [];
  const rows = keyRowsInMemory();
  const find = async (hash: string): Promise<KeyRow | undefined> => {
    asked.push(hash);
    return rows.find(hash);
  };
  const parts = { epoch: rows.epoch, hashes: HASHES, clock: () => 0, warn: () => {} };
  const keys = madeKeys({ ...parts, rows: { find, all: rows.all } });
  const bits = new Uint8Array(32).fill(7);
  // All but the last bits are the same.
  const alike = Array.from({ length: 64 }, (_, last) => makeKey(bits.with(31, last)));
  expect(new Set(alike.map((key) => key.slice(0, 40))).size).toBe(1);
  for (const key of alike) await keys.find(key, { now: 0, peer: () => "" });
  const hashes = asked.map((hash) => hash.slice("s:".length));
  expect(new Set(hashes.map((hash) => hash.slice(0, 4))).size).toBeGreaterThan(60);
  for (const hash of hashes) expect(hash).toHaveLength(43);
});

describe("whether there are made keys", () => {
  test("is not known before the store has said so, and is no more forgotten", async () => {
    const { keys, goAway, put, rows } = ring();
    expect(keys.exist()).toBe("unknown");
    goAway();
    await keys.poll();
    expect(keys.exist()).toBe("unreadable");
    goAway(false);
    await keys.poll();
    expect(keys.exist()).toBe("no");
    await put("laptop");
    await keys.poll();
    expect(keys.exist()).toBe("yes");
    await rows.delete("id of laptop");
    await keys.poll();
    expect(keys.exist()).toBe("yes");
  });

  test("is still to be known where the store is slow: it may have some", async () => {
    const { keys, hang } = ring();
    hang(new Promise(() => {}));
    await keys.poll();
    expect(keys.exist()).toBe("unknown");
  });

  test("that another secret made is said once, with what to do", async () => {
    const { keys, put, warnings } = ring();
    await put("laptop", { hash: "other:x" });
    await keys.poll();
    await keys.poll();
    expect(warnings).toEqual([expect.stringContaining("Give all gateways of one database the same CODESWITCH_SECRET")]);
  });
});
