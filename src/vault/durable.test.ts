import { afterAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, collect } from "../ir/collect.ts";
import type { Entry } from "../ir/request.ts";
import { usageLine } from "../ir/usage.ts";
import { openSecrets, rotateSecret, SECRET_FILE } from "../store/secret.ts";
import { DATABASE_FILE, sqliteMemoryStore, sqliteStore } from "../store/sqlite.ts";
import type { ReasoningRows } from "../store/store.ts";
import { literal } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { boxOf } from "./box.ts";
import { durableLevel } from "./durable.ts";
import { farShelf } from "./far.ts";
import { frontOf } from "./keys.ts";
import { memoryLevel } from "./memory.ts";
import { openVault } from "./open.ts";
import { type Note, type Shelf, shelfOf } from "./shelf.ts";
import { type Scope, type Vault, vaultOf } from "./vault.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-vault-"));
afterAll(() => rmSync(ROOT, { recursive: true }));
let folders = 0;
const folder = (): string => join(ROOT, `data-${folders++}`);

const READER = { dialect: "anthropic", issuer: "claude", family: "claude" } as const;
const SCOPE: Scope = {
  caller: "laptop-of-somebody",
  conversation: "conversation-4711",
  session: "guessed",
  keeps: "disk",
};
const NOW = 1_700_000_000_000;

const answer = (thought: string, callId: string) =>
  collect([
    { type: "start" },
    { type: "block-start", index: 0, block: { kind: "reasoning", channel: "raw" } },
    { type: "block-delta", index: 0, delta: { text: literal(thought) } },
    { type: "block-delta", index: 0, delta: { seal: { ...READER, value: `signed ${thought}` }, mode: "set" } },
    { type: "block-end", index: 0 },
    { type: "block-start", index: 1, block: { kind: "call", callId, tool: { via: "function", name: "ls" } } },
    { type: "block-end", index: 1 },
    { type: "finish", reason: "tool", usage: { lines: [usageLine({})], hostedCalls: {}, source: "reported" } },
  ]);
const USER: Entry = { kind: "message", role: "user", content: "list" };
const remember = (vault: Vault, answered: Answer, scope: Scope = SCOPE): void =>
  vault.remember({ ...scope, front: frontOf([USER]) }, answered, "whole");
const calls = (callId: string): readonly Entry[] => [
  USER,
  { kind: "call", callId, tool: { via: "function", name: "ls" }, input: { json: "{}" } },
];
/** The thought that comes back in front of a call; undefined: none. */
async function thought(vault: Vault, callId: string, scope: Scope = SCOPE): Promise<string | undefined> {
  const entry = (await vault.restore(scope, calls(callId), READER))[1];
  return entry?.kind === "reasoning" ? entry.sections[0] : undefined;
}

/** Writing happens behind the call: waits until it has. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 4_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("not within four seconds");
    await Bun.sleep(5);
  }
}

/** One life of a gateway on a data folder. */
async function life<T>(dir: string, live: (vault: Vault, warnings: readonly string[]) => T | Promise<T>): Promise<T> {
  const warnings: string[] = [];
  const vault = openVault(
    { dataDir: dir },
    () => NOW,
    (warning) => void warnings.push(warning),
  );
  try {
    return await live(vault, warnings);
  } finally {
    await vault.stop();
  }
}

describe("the durable vault", () => {
  test("gives back after a restart what it was given just before", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_1")));
    expect(await life(dir, (vault) => thought(vault, "call_1"))).toBe("hm");
  });

  test("another key, and another conversation of the same key, see nothing after it either", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_1")));
    await life(dir, async (vault) => {
      expect(await thought(vault, "call_1", { ...SCOPE, caller: "other" })).toBeUndefined();
      expect(await thought(vault, "call_1", { ...SCOPE, conversation: "two" })).toBeUndefined();
    });
  });

  test("leaves nothing on the disk that can be read: no thought, no name, no id", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("my-secret-thought", "call_of_mine")));
    const files = readdirSync(dir).filter((file) => file !== SECRET_FILE);
    expect(files).toContain(DATABASE_FILE);
    for (const file of files) {
      const bytes = readFileSync(join(dir, file), "latin1");
      for (const word of ["my-secret-thought", "call_of_mine", "laptop-of-somebody", "4711", "signed"])
        expect(bytes).not.toContain(word);
    }
  });

  test("what may not touch the disk does not, and nothing of the disk comes to it", async () => {
    const dir = folder();
    await life(dir, async (vault) => {
      remember(vault, answer("hm", "call_1"), { ...SCOPE, keeps: "memory" });
      expect(await thought(vault, "call_1", { ...SCOPE, keeps: "memory" })).toBe("hm");
      remember(vault, answer("written", "call_2"));
    });
    await life(dir, async (vault) => {
      expect(await thought(vault, "call_1")).toBeUndefined();
      expect(await thought(vault, "call_2", { ...SCOPE, keeps: "memory" })).toBeUndefined();
    });
  });

  test("two gateways on one folder read each other's", async () => {
    const dir = folder();
    await life(dir, (one) =>
      life(dir, async (two) => {
        remember(one, answer("hm", "call_1"));
        await eventually(async () => (await thought(two, "call_1")) === "hm");
      }),
    );
  });

  test("a secret that was rotated still reads, and one that is gone reads nothing", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_1")));
    rotateSecret(dir, NOW, LIMITS.vaultDiskTtlMs);
    expect(await life(dir, (vault) => thought(vault, "call_1"))).toBe("hm");
    rmSync(join(dir, SECRET_FILE));
    expect(await life(dir, (vault) => thought(vault, "call_1"))).toBeUndefined();
  });

  test("two answers with the same call id restore neither, although a restart lies between them", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_0")));
    await life(dir, async (vault) => {
      remember(vault, answer("else", "call_0"));
      await eventually(async () => (await thought(vault, "call_0")) === undefined);
    });
    expect(await life(dir, (vault) => thought(vault, "call_0"))).toBeUndefined();
  });
});

describe("two gateways on one folder", () => {
  test("a memory that the other's write made stale is asked again: neither trusts its own", async () => {
    const dir = folder();
    await life(dir, (one) =>
      life(dir, async (two) => {
        remember(one, answer("hm", "call_0"));
        await eventually(
          async () => (await thought(one, "call_0")) === "hm" && (await thought(two, "call_0")) === "hm",
        );
        remember(two, answer("else", "call_0"));
        // Known to be written once a third reads neither.
        await eventually(() => life(dir, async (three) => (await thought(three, "call_0")) === undefined));
        expect(await thought(one, "call_0")).toBeUndefined();
        expect(await thought(two, "call_0")).toBeUndefined();
      }),
    );
  });

  test("a clash that the other writes right behind one's own write is seen", async () => {
    const dir = folder();
    const box = boxOf([{ id: "s", value: "x".repeat(32) }]);
    const [mine, other] = [await sqliteStore(dir), await sqliteStore(dir)];
    const others = shelfOf(other.reasoning, box);
    let isWritten = false;
    const put: ReasoningRows["put"] = async (rows, now) => {
      const clashes = await mine.reasoning.put(rows, now);
      await others.put(notes, now);
      isWritten = true;
      return clashes;
    };
    const shelf = shelfOf({ ...mine.reasoning, put }, box);
    let notes: readonly Note[] = [];
    const kept: Shelf = {
      ...shelf,
      put: (asked, now) => {
        notes = asked.map((note) => ({ ...note, text: "[]" }));
        return shelf.put(asked, now);
      },
      close: async () => {},
      end: () => {},
    };
    const options = { shelf: kept, clock: () => NOW, failed: () => {} };
    const vault = vaultOf(
      durableLevel(
        memoryLevel(() => NOW),
        options,
      ),
    );
    remember(vault, answer("hm", "call_0"));
    await eventually(() => isWritten);
    // The disk's state is known by now, from a question about another call.
    expect(await thought(vault, "call_none")).toBeUndefined();
    expect(await thought(vault, "call_0")).toBeUndefined();
    await vault.stop();
    for (const store of [mine, other]) await store.close();
  });

  test("what nobody else touched is served from memory: the disk is asked for its version alone", async () => {
    const store = await sqliteMemoryStore();
    const shelf = shelfOf(store.reasoning, boxOf([{ id: "s", value: "x".repeat(32) }]));
    const asked: number[] = [];
    const get: Shelf["get"] = (keys, now) => (asked.push(keys.length), shelf.get(keys, now));
    const level = durableLevel(
      memoryLevel(() => NOW),
      { shelf: { ...shelf, get, close: async () => {}, end: () => {} }, clock: () => NOW, failed: () => {} },
    );
    const vault = vaultOf(level);
    const id = "call_hYq3KHLWd90wDBjBbIdn7pJk";
    remember(vault, answer("hm", id));
    await eventually(async () => (await store.reasoning.count()).rows === 1);
    for (let times = 0; times < 3; times++) expect(await thought(vault, id)).toBe("hm");
    expect(asked.at(-1)).toBe(0);
    await vault.stop();
  });
});

describe("rows that somebody touched", () => {
  const TAMPERED: readonly (readonly [string, string])[] = [
    [
      "a changed byte",
      "update reasoning set sealed = cast(substr(sealed, 1, 40) || x'00' || substr(sealed, 42) as blob)",
    ],
    ["a shortened one", "update reasoning set sealed = substr(sealed, 1, 20)"],
    ["an empty one", "update reasoning set sealed = x''"],
    ["a number", "update reasoning set sealed = 5"],
    ["a text", "update reasoning set sealed = 'soon'"],
    ["one without end", "update reasoning set expires_at = 'soon'"],
    ["a foreign secret's", "update reasoning set secret = 'ffffffffffff'"],
    [
      "one moved under another key",
      "create temp table old as select * from reasoning; update reasoning set sealed = (select sealed from old where old.key <> reasoning.key)",
    ],
  ];
  test.each(TAMPERED)("%s is ignored", async (_, sql) => {
    const dir = folder();
    await life(dir, (vault) => {
      remember(vault, answer("hm", "call_1"));
      remember(vault, answer("else", "call_2"));
    });
    const file = new Database(join(dir, DATABASE_FILE));
    file.run(sql);
    file.close();
    await life(dir, async (vault, warnings) => {
      expect(await thought(vault, "call_1")).toBeUndefined();
      expect(await thought(vault, "call_2")).toBeUndefined();
      expect(warnings).toEqual([]);
    });
  });
});

describe("a data folder that does not work leaves the memory, and one warning", () => {
  const servesFromMemory = async (dir: string, words: RegExp): Promise<void> => {
    // Counted once the vault has stopped, when nothing tries to write any more.
    const told = await life(dir, async (vault, warnings) => {
      remember(vault, answer("hm", "call_1"));
      await eventually(() => warnings.length > 0);
      remember(vault, answer("else", "call_2"));
      expect(await thought(vault, "call_1")).toBe("hm");
      expect(await thought(vault, "call_none")).toBeUndefined();
      return warnings;
    });
    expect(told).toEqual([expect.stringMatching(words)]);
    expect(told[0]).toContain("in memory only");
  };

  test("a file that is no database", async () => {
    const dir = folder();
    await life(dir, () => {});
    writeFileSync(join(dir, DATABASE_FILE), "no database at all, however long it is ".repeat(200));
    await servesFromMemory(dir, /cannot be used.*not a database/);
  });

  test("a path that is no folder", async () => {
    const file = folder();
    writeFileSync(file, "");
    await servesFromMemory(file, /cannot be used/);
  });

  test.skipIf(process.platform === "win32")(
    "a database that is a link: what lies behind it is left alone",
    async () => {
      const dir = folder();
      await life(dir, () => {});
      const other = join(dir, "other");
      writeFileSync(other, "mine", { mode: 0o644 });
      rmSync(join(dir, DATABASE_FILE));
      symlinkSync(other, join(dir, DATABASE_FILE));
      await servesFromMemory(dir, /codeswitch\.db is a link/);
      expect([readFileSync(other, "utf8"), statSync(other).mode & 0o777]).toEqual(["mine", 0o644]);
    },
  );

  test.skipIf(process.platform === "win32")("a disk that is full, by its own reason", async () => {
    const dir = folder();
    const script = join(dir, "fill.ts");
    await life(dir, (vault) => remember(vault, answer("hm", "call_1")));
    writeFileSync(
      script,
      `import { collect } from ${JSON.stringify(join(import.meta.dir, "../ir/collect.ts"))};
      import { openVault } from ${JSON.stringify(join(import.meta.dir, "open.ts"))};
      const vault = openVault({ dataDir: ${JSON.stringify(dir)} }, () => ${NOW}, (warning) => console.log(warning));
      const asked = { caller: "a", conversation: "c", session: "guessed", keeps: "disk" };
      const [one] = ${JSON.stringify(answer("x".repeat(4_000_000), "call_2").blocks)};
      for (let at = 0; at < 3; at++)
        vault.remember({ ...asked, front: String(at) }, { blocks: [one, { block: { kind: "text" }, text: "t", sections: [], input: "", annotations: [] }], finish: { type: "finish", reason: "stop" } }, "whole");
      await vault.stop();`,
    );
    // Blocks of 512 bytes, of a shell that is no other.
    const child = Bun.spawn(["sh", "-c", `ulimit -f 4000; exec "$0" "$1"`, process.execPath, script], {
      stdout: "pipe",
    });
    const said = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(said.trim().split("\n")).toHaveLength(1);
    expect(said).toMatch(/cannot be used \((database or disk is full|disk I\/O error)\); make room on its disk\./);
  });

  test("a thread that ends", async () => {
    const dir = folder();
    const script = join(ROOT, "ends.ts");
    writeFileSync(script, "self.onmessage = () => process.exit(3);");
    const warnings: string[] = [];
    const shelf = farShelf({ dir, secrets: openSecrets(dir, undefined, NOW) }, () => new Worker(script));
    const failed = (error: unknown): void => void warnings.push(String(error));
    const vault = vaultOf(
      durableLevel(
        memoryLevel(() => NOW),
        { shelf, clock: () => NOW, failed },
      ),
    );
    remember(vault, answer("hm", "call_1"));
    expect(await thought(vault, "call_1")).toBe("hm");
    remember(vault, answer("hm", "call_2"));
    expect(await thought(vault, "call_2")).toBe("hm");
    await vault.stop();
    expect(warnings).toEqual([expect.stringMatching(/the thread of the database ended/)]);
  });

  test("a secret that is none", async () => {
    const dir = folder();
    await life(dir, () => {});
    writeFileSync(join(dir, SECRET_FILE), "???");
    await servesFromMemory(dir, /does not hold a secret/);
  });

  test("a table that goes away while the gateway runs", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_0")));
    const warnings: string[] = [];
    const vault = openVault(
      { dataDir: dir },
      () => NOW,
      (warning) => void warnings.push(warning),
    );
    const file = new Database(join(dir, DATABASE_FILE));
    file.run("drop table reasoning");
    file.close();
    remember(vault, answer("hm", "call_1"));
    expect(await thought(vault, "call_none")).toBeUndefined();
    expect(await thought(vault, "call_1")).toBe("hm");
    await vault.stop();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/no such table/);
  });
});

test.skipIf(process.platform === "win32")("a folder in which others may write is used, and told of once", async () => {
  const dir = folder();
  mkdirSync(dir);
  chmodSync(dir, 0o777);
  await life(dir, async (vault, warnings) => {
    remember(vault, answer("hm", "call_1"));
    expect(await thought(vault, "call_1")).toBe("hm");
    expect(warnings).toEqual([expect.stringMatching(/Other users .* \(mode 0777\).*chmod 700/)]);
  });
});

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
    const shelf = farShelf(
      { dir, secrets: openSecrets(dir, undefined, NOW) },
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
  const script = join(ROOT, "hangs.ts");
  writeFileSync(script, "self.onmessage = () => {};");
  let hasEnded = false;
  const start = (): Worker => {
    const worker = new Worker(script);
    worker.addEventListener("close", () => void (hasEnded = true));
    return worker;
  };
  const shelf = farShelf({ dir, secrets: openSecrets(dir, undefined, NOW) }, start);
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

describe("bounds", () => {
  const SECRETS = [{ id: "s", value: "x".repeat(32) }] as const;
  const busy = (): Error => Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY" });

  async function small(
    more: { shelf?: Partial<Shelf>; bounds?: { rows: number; bytes: number }; hungMs?: number } = {},
  ) {
    const store = await sqliteMemoryStore();
    let now = NOW;
    const failures: unknown[] = [];
    const level = durableLevel(
      memoryLevel(() => now),
      {
        shelf: { ...shelfOf(store.reasoning, boxOf(SECRETS)), close: async () => {}, end: () => {}, ...more.shelf },
        clock: () => now,
        failed: (error) => void failures.push(error),
        ...(more.bounds && { bounds: more.bounds }),
        ...(more.hungMs !== undefined && { hungMs: more.hungMs }),
      },
    );
    return { store, vault: vaultOf(level), failures, later: (ms: number) => void (now += ms) };
  }

  test("of rows and of bytes: the oldest leave", async () => {
    for (const bounds of [
      { rows: 2, bytes: 1_000_000 },
      { rows: 1_000, bytes: 700 },
    ]) {
      const { store, vault, later } = await small({ bounds });
      for (const id of ["a", "b", "c", "d"]) {
        remember(vault, answer("thought", id));
        later(1_000);
      }
      await vault.stop();
      const { rows, bytes } = await store.reasoning.count();
      expect(rows).toBeLessThan(4);
      expect(rows).toBeLessThanOrEqual(bounds.rows);
      expect(rows).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(bounds.bytes);
    }
  });

  test("of time: what is too old is neither given back nor kept", async () => {
    const { store, vault, later } = await small();
    remember(vault, answer("hm", "call_1"));
    await eventually(async () => (await store.reasoning.count()).rows === 1);
    later(LIMITS.vaultDiskTtlMs);
    expect(await thought(vault, "call_1")).toBeUndefined();
    await vault.stop();
    expect((await store.reasoning.count()).rows).toBe(0);
  });

  test("older than the memory keeps it, and younger than the disk does: from the disk", async () => {
    const { store, vault, later } = await small();
    remember(vault, answer("hm", "call_1"));
    await eventually(async () => (await store.reasoning.count()).rows === 1);
    later(LIMITS.vaultTtlMs + 1);
    expect(await thought(vault, "call_1")).toBe("hm");
    await vault.stop();
  });

  test("of what waits for the disk: the rest stays in memory", async () => {
    const { store, vault } = await small();
    const half = "x".repeat(LIMITS.vaultTurnBytesMax * 0.4);
    const ids = Array.from({ length: 16 }, (_, at) => `call_${at}`);
    for (const id of ids) remember(vault, answer(half, id));
    for (const id of ids) expect((await thought(vault, id)) === half).toBe(true);
    await vault.stop();
    const { rows } = await store.reasoning.count();
    expect(rows).toBeGreaterThan(2);
    expect(rows).toBeLessThan(ids.length);
  });

  test("a file that another gateway holds for a moment is waited for", async () => {
    const store = await sqliteMemoryStore();
    const shelf = shelfOf(store.reasoning, boxOf(SECRETS));
    let refusals = 3;
    const put: Shelf["put"] = async (notes, now) => {
      if (refusals-- > 0) throw busy();
      return shelf.put(notes, now);
    };
    const { vault, failures } = await small({ shelf: { ...shelf, put } });
    remember(vault, answer("hm", "call_1"));
    await vault.stop();
    expect(failures).toEqual([]);
    expect(refusals).toBeLessThan(0);
    expect((await store.reasoning.count()).rows).toBe(1);
  });

  test("one that is held for ever is given up, with one word", async () => {
    const { vault, failures } = await small({ shelf: { put: () => Promise.reject(busy()) } });
    remember(vault, answer("hm", "call_1"));
    await eventually(() => failures.length > 0);
    await vault.stop();
    expect(failures).toHaveLength(1);
    expect(await thought(vault, "call_1")).toBe("hm");
  });

  test("so is one that does not answer: memory serves again", async () => {
    const never = new Promise<never>(() => {});
    const { vault, failures } = await small({ shelf: { put: () => never, get: () => never }, hungMs: 20 });
    remember(vault, answer("hm", "call_1"));
    await eventually(() => failures.length > 0);
    expect(await thought(vault, "call_1")).toBe("hm");
    await vault.stop();
    expect(failures).toEqual([new Error("it did not answer for 0.02 seconds")]);
  });

  test("after the stop nothing is asked of the disk, and nothing is told of it", async () => {
    const store = await sqliteMemoryStore();
    const shelf = shelfOf(store.reasoning, boxOf(SECRETS));
    const asked: string[] = [];
    const { vault, failures } = await small({
      shelf: {
        put: (...words) => (asked.push("put"), shelf.put(...words)),
        get: (...words) => (asked.push("get"), shelf.get(...words)),
        close: async () => void asked.push("close"),
      },
    });
    remember(vault, answer("hm", "call_1"));
    await vault.stop();
    remember(vault, answer("hm", "call_2"));
    expect(await thought(vault, "call_2")).toBe("hm");
    expect(asked).toEqual(["put", "close"]);
    expect(failures).toEqual([]);
  });
});
