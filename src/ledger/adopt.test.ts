/** What a dead process left is taken as it was written, at whatever byte it died. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Adopted, adopt } from "./adopt.ts";
import { openJournal } from "./journal.ts";

let dir = "";
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "codeswitch-adopt-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function taken(from: string, readers = ["store"]): Promise<Adopted & { readonly all: readonly string[] }> {
  const all: string[] = [];
  const remove = (): void => rmSync(from, { recursive: true });
  const found = await adopt(
    { dir: from, remove },
    readers,
    (id, json) => void all.push(`${id} ${json}`),
    async () => {},
  );
  return { ...found, all };
}

const folder = (name = "journal"): string => mkdtempSync(join(dir, `${name}-`));
const filesOf = (from: string): readonly string[] =>
  readdirSync(from)
    .sort()
    .map((name) => join(from, name));

test("cut at every byte: every row that is there as a whole, the open calls, and nothing else", async () => {
  const from = folder();
  const journal = openJournal(from);
  for (const id of ["a", "b", "c"]) {
    journal.start(id, `{"id":"${id}","outcome":"unknown"}`);
    if (id !== "c") journal.row(id, `{"id":"${id}","outcome":"ended","why":"ü"}`);
  }
  journal.close();
  const [file = ""] = filesOf(from);
  const bytes = readFileSync(file);
  const [sa, ra, sb, rb, sc] = ["unknown", "ended", "unknown", "ended", "unknown"].map((outcome, at) => {
    const id = "aabbc"[at] ?? "";
    return `${id} {"id":"${id}","outcome":"${outcome}"${outcome === "ended" ? ',"why":"ü"' : ""}}`;
  }) as [string, string, string, string, string];
  /** By the number of whole lines. */
  const expected = [[], [sa], [ra], [sb, ra], [ra, rb], [sc, ra, rb]];
  for (let cut = 0; cut <= bytes.length; cut++) {
    const copy = folder("copy");
    writeFileSync(join(copy, "0000000000000000.journal"), bytes.subarray(0, cut));
    const lines = bytes.subarray(0, cut).toString("latin1").split("\n").length - 1;
    expect([cut, (await taken(copy)).all]).toEqual([cut, expected[lines] ?? []]);
  }
});

test("rows that every reader had are left out, by what the slowest of them had", async () => {
  const from = folder();
  const journal = openJournal(from);
  journal.row("a", "{}");
  const afterA = journal.end;
  journal.row("b", "{}");
  journal.done({ store: journal.end, outbox: afterA });
  journal.row("c", "{}");
  journal.close();
  const copy = join(dir, "copy");
  cpSync(from, copy, { recursive: true });
  expect((await taken(from)).all).toEqual(["c {}"]);
  expect((await taken(copy, ["store", "outbox"])).all).toEqual(["b {}", "c {}"]);
});

test("several files are one journal: a call that began in one and ended in another has ended", async () => {
  const from = folder();
  const journal = openJournal(from, 100);
  for (const id of ["a", "b", "c", "d"]) journal.start(id, `{"is":"start","of":"${id}"}`);
  for (const id of ["d", "b", "a"]) journal.row(id, `{"is":"row","of":"${id}"}`);
  journal.close();
  expect(filesOf(from).length).toBeGreaterThan(2);
  expect(await taken(from)).toMatchObject({
    rows: 3,
    open: 1,
    damaged: 0,
    all: [expect.stringContaining("c {"), ...["d", "b", "a"].map((id) => expect.stringContaining(`${id} {"is":"row"`))],
  });
});

test("a line whose bytes changed is left out and counted", async () => {
  const from = folder();
  const journal = openJournal(from);
  for (const id of ["a", "b", "c"]) journal.row(id, `{"cost_nano":1000}`);
  journal.close();
  const [file = ""] = filesOf(from);
  const text = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, [text[0], text[1]?.replace("1000", "9000"), text[2], ""].join("\n"));
  expect(await taken(from)).toMatchObject({
    rows: 2,
    damaged: 1,
    all: [expect.stringMatching(/^a/), expect.stringMatching(/^c/)],
  });
});

test("one that cannot be taken now is there for the next try, whole", async () => {
  const from = folder();
  const journal = openJournal(from, 60);
  for (const id of ["a", "b", "c"]) journal.row(id, "{}");
  journal.close();
  const failing = (id: string): void => {
    if (id === "c") throw new Error("full");
  };
  const remove = (): void => rmSync(from, { recursive: true });
  await expect(adopt({ dir: from, remove }, ["store"], failing, async () => {})).rejects.toThrow("full");
  expect((await taken(from)).all).toContain("c {}");
});

test("a file of zeros, as a power cut may leave one, is no journal", async () => {
  const from = folder();
  writeFileSync(join(from, "0000000000000000.journal"), Buffer.alloc(1_000_000));
  truncateSync(join(from, "0000000000000000.journal"), 500_000);
  expect(await taken(from)).toMatchObject({ rows: 0, open: 0 });
});
