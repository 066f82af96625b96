import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSecrets, rotateSecret, SECRET_FILE } from "../store/secret.ts";
import { DATABASE_FILE } from "../store/folder.ts";
import { sqliteMemoryStore, sqliteStore } from "../store/sqlite.ts";
import type { ReasoningRows } from "../store/store.ts";
import { LIMITS } from "../wire/limits.ts";
import { boxOf } from "./box.ts";
import { durableLevel } from "./durable.ts";
import { workerShelf } from "./worker-shelf.ts";
import {
  answer,
  eventually,
  life,
  NOW,
  places,
  remember,
  restored,
  SCOPE,
  thought,
} from "../../test/fixtures/lives.ts";
import { memoryLevel } from "./memory.ts";
import { openVault } from "./open.ts";
import { type Note, type Shelf, shelfOf } from "./shelf.ts";
import { vaultOf } from "./vault.ts";

const { root, folder } = places();

describe("the durable vault", () => {
  test("gives back after a restart what it was given just before", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_1")));
    expect(await life(dir, (vault) => thought(vault, "call_1"))).toBe("hm");
  });

  test("reads what an earlier version wrote under a dialect's old name", async () => {
    const dir = folder();
    await life(dir, (vault) => remember(vault, answer("hm", "call_1", "anthropic" as never)));
    expect(await life(dir, (vault) => restored(vault, "call_1"))).toMatchObject({
      seal: { dialect: "anthropic-messages", value: "signed hm" },
    });
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

  // Windows has neither these permissions nor this kind of full disk.
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

  // Windows has neither these permissions nor this kind of full disk.
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
    const script = join(root(), "ends.ts");
    writeFileSync(script, "self.onmessage = () => process.exit(3);");
    const warnings: string[] = [];
    const shelf = workerShelf({ dataDir: dir, secrets: openSecrets(dir, undefined, NOW) }, () => new Worker(script));
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

// Windows has neither these permissions nor this kind of full disk.
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
