/** From a record to a row, whatever becomes of the process, the disk and the database in between. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callRecord } from "../../test/fixtures/call-record.ts";
import { away, type FakeCalls, fakeCalls } from "../../test/fixtures/fake-calls.ts";
import { until } from "../../test/fixtures/until.ts";
import { LIMITS } from "../wire/limits.ts";
import { intoStore } from "./into-store.ts";
import { type Writer, type WriterBounds, writerOf, type WriterOptions } from "./writer.ts";
import { type Holder, thisHolder } from "./journal-folder.ts";

let dir = "";
let calls: FakeCalls;
let warnings: string[] = [];
let writers: Writer[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "codeswitch-writer-"));
  calls = fakeCalls();
  warnings = [];
  writers = [];
});
afterEach(async () => {
  for (const writer of writers) await writer.stop();
  rmSync(dir, { recursive: true, force: true });
});

const warn = (message: string): void => void warnings.push(message);
const root = (): string => join(dir, "journal");
/** Processes of this machine that are not there. */
const dead = (pid = 4_194_300): Holder => ({ ...thisHolder(), pid, born: "1" });

function writer(
  more: Partial<Omit<WriterOptions, "bounds">> & { bounds?: Partial<WriterBounds>; to?: FakeCalls } = {},
): Writer {
  const { to = calls, ...options } = more;
  const store = { ...intoStore({ calls: async () => to, rowsAtOnce: 50, root: root(), warn }), backoffMs: [5] };
  const made = writerOf({ root: root(), store, warn, ...options, bounds: { stopMs: 200, ...options.bounds } });
  writers.push(made);
  return made;
}
const ids = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `0199c0de-0000-7000-8000-${String(from + at).padStart(12, "0")}`);
const journals = (): string[] =>
  existsSync(root())
    ? readdirSync(root(), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(".journal"))
        .sort()
    : [];
const rowIds = (): string[] => [...calls.rows.keys()].sort();
const whole = (writing: Writer, id: string): void => {
  writing.begin(callRecord(id, { outcome: "unknown" }));
  writing.write(callRecord(id));
};

test("rows come in batches, in order, soon, and with what the record says", async () => {
  const writing = writer();
  for (const id of ids(120)) whole(writing, id);
  await until("all rows are in", () => calls.rows.size === 120);
  expect([...calls.rows.keys()]).toEqual(ids(120));
  expect(Math.max(...calls.batches)).toBeLessThanOrEqual(50);
  expect(calls.rows.get(ids(1)[0] ?? "")).toMatchObject({ key: "laptop", outcome: "ended", cost_nano: 12_345_000 });
});

test("a stop writes everything and leaves no journal behind", async () => {
  const writing = writer();
  for (const id of ids(70)) whole(writing, id);
  await writing.stop();
  expect(calls.rows.size).toBe(70);
  expect(journals()).toEqual([]);
});

/** What began in it is in the journal then. */
const turnEnds = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("a process that died", () => {
  test("leaves what the next one remembers: ended calls as they ended, open ones as unknown", async () => {
    const killed = writer({ holder: dead(), to: Object.assign(fakeCalls(), { fault: away }) });
    for (const id of ids(3)) whole(killed, id);
    for (const id of ids(2, 3)) killed.begin(callRecord(id, { outcome: "unknown", heldNano: 5_000 }));
    await turnEnds();
    // What a process that dies in this very turn had let in asked nobody yet, or a moment ago; an end is never lost so.
    killed.begin(callRecord(ids(1, 6)[0] ?? "", { outcome: "unknown" }));
    const next = writer();
    await next.adopt();
    await until("all rows are in", () => calls.rows.size === 5);
    const [ended, unknown] = [calls.rows.get(ids(1)[0] ?? ""), calls.rows.get(ids(1, 4)[0] ?? "")];
    expect(ended).toMatchObject({ outcome: "ended", estimated: false });
    expect(unknown).toMatchObject({
      outcome: "unknown",
      estimated: true,
      status: 0,
      held_nano: 5_000,
      cost_nano: 5_000,
    });
    expect(warnings.filter((line) => line.includes("Rows taken over: 3; calls whose end nobody saw: 2"))).toHaveLength(
      1,
    );
  });

  test("is replayed three times and sums stay what they were", async () => {
    const killed = writer({ holder: dead(), to: Object.assign(fakeCalls(), { fault: away }) });
    for (const id of ids(10)) whole(killed, id);
    const left = join(dir, "left");
    cpSync(root(), left, { recursive: true });
    for (const time of [1, 2, 3]) {
      cpSync(left, root(), { recursive: true });
      const next = writer();
      await next.adopt();
      await next.stop();
      expect([
        time,
        calls.rows.size,
        [...calls.rows.values()].reduce((sum, { cost_nano }) => sum + (cost_nano ?? 0), 0),
      ]).toEqual([time, 10, 123_450_000]);
    }
  });

  test("holds up no other where its journal cannot be read, and is tried again", async () => {
    const [first, second] = [4_194_299, 4_194_300].map((pid) =>
      writer({ holder: dead(pid), to: Object.assign(fakeCalls(), { fault: away }) }),
    ) as [Writer, Writer];
    for (const id of ids(3)) whole(first, id);
    for (const id of ids(3, 3)) whole(second, id);
    const broken = journals().map((name) => join(root(), name))[0] as string;
    const kept = readFileSync(broken);
    rmSync(broken);
    mkdirSync(broken);
    const next = writer();
    for (let look = 0; look < 3; look++) await next.adopt();
    await until("the rows of the other are in", () => calls.rows.size === 3);
    expect(warnings.filter((line) => line.includes("cannot be taken over"))).toHaveLength(1);
    const [waits] = readdirSync(root(), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && entry.name.endsWith(".journal"),
    );
    const place = join(waits?.parentPath ?? "", waits?.name ?? "");
    rmSync(place, { recursive: true });
    writeFileSync(place, kept);
    await next.adopt();
    await until("its own rows are in", () => calls.rows.size === 6);
  });

  test("is taken by one of two who look", async () => {
    const killed = writer({ holder: dead(), to: Object.assign(fakeCalls(), { fault: away }) });
    for (const id of ids(20)) whole(killed, id);
    const two = [writer(), writer()];
    await Promise.all(two.map((one) => one.adopt()));
    await until("all rows are in", () => calls.rows.size === 20);
    expect(warnings.filter((line) => line.includes("Rows taken over"))).toHaveLength(1);
  });

  test("is not one that lives", async () => {
    const living = writer({ to: Object.assign(fakeCalls(), { fault: away }) });
    living.begin(callRecord(ids(1)[0] ?? "", { outcome: "unknown" }));
    await writer().adopt();
    expect(calls.rows.size).toBe(0);
  });
});

describe("while the database is away", () => {
  test("rows wait in the journal, and come when it is back, once each", async () => {
    calls.fault = away;
    const writing = writer();
    for (const id of ids(300)) whole(writing, id);
    await until("it was said", () =>
      warnings.some((line) => line.includes("takes no rows now (connect ECONNREFUSED)")),
    );
    calls.fault = undefined;
    await until("all rows are in", () => calls.rows.size === 300);
    expect(warnings.filter((line) => line.includes("takes no rows now"))).toHaveLength(1);
    expect(warnings.at(-1)).toBe("The database takes rows again.");
  });

  test("a stop does not wait for it, and the next start has the rows", async () => {
    calls.fault = away;
    const writing = writer({ holder: dead() });
    for (const id of ids(10)) whole(writing, id);
    const from = performance.now();
    await writing.stop();
    expect(performance.now() - from).toBeLessThan(2_000);
    calls.fault = undefined;
    const next = writer();
    await next.adopt();
    await until("all rows are in", () => calls.rows.size === 10);
    expect([...calls.rows.values()].every(({ outcome }) => outcome === "ended")).toBe(true);
  });
});

test("a row that the database refuses for good is kept aside, and holds up no other", async () => {
  const bad = ids(1, 7)[0];
  calls.fault = (rows) =>
    rows.some(({ id }) => id === bad) ? Object.assign(new Error("invalid input"), { code: "22P02" }) : undefined;
  const writing = writer();
  for (const id of ids(40)) whole(writing, id);
  await until("the others are in", () => calls.rows.size === 39);
  const kept = await Bun.file(join(root(), "refused-by-store.jsonl")).text();
  expect(
    kept
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: string }).id),
  ).toEqual([bad ?? ""]);
  expect(warnings.some((line) => line.includes("refuses the row of a call (invalid input)"))).toBe(true);
});

test("files of the journal go when their rows are in, and open calls are carried over", async () => {
  const writing = writer({ holder: dead(), bounds: { journalSegmentBytes: 20_000 } });
  const [open = ""] = ids(1, 999);
  writing.begin(callRecord(open, { outcome: "unknown" }));
  for (let round = 0; round < 10; round++) {
    for (const id of ids(20, round * 20)) whole(writing, id);
    await until("the round is in", () => calls.rows.size === (round + 1) * 20);
  }
  for (const id of ids(20, 200)) whole(writing, id);
  await until("old files are gone", () => journals().length <= 4);
  expect(journals()[0]).not.toContain("0000000000000000");
  await writing.stop();
  const next = writer();
  await next.adopt();
  await until("the open call is known", () => calls.rows.has(open));
  expect(calls.rows.get(open)?.outcome).toBe("unknown");
});

test("a journal that is full says so, keeps what was let in, and says what it lost", async () => {
  calls.fault = away;
  const writing = writer({ bounds: { journalBytesMax: 100_000, journalSegmentBytes: 30_000 } });
  const all = ids(200);
  const fullAt = all.findIndex((id) => {
    whole(writing, id);
    return writing.full();
  });
  expect(fullAt).toBeGreaterThan(10);
  for (const id of all.slice(fullAt + 1)) whole(writing, id);
  await until("it was said", () => warnings.some((line) => line.includes("The journal of calls is full")));
  expect(warnings.filter((line) => line.includes("is full"))).toHaveLength(1);
  calls.fault = undefined;
  await until("there is room again", () => warnings.some((line) => line.includes("has room again")));
  expect(writing.full()).toBe(false);
  expect(calls.rows.size).toBeGreaterThan(fullAt + 1);
  expect(warnings.find((line) => line.includes("has room again"))).toContain(
    `Rows lost meanwhile: ${200 - calls.rows.size}.`,
  );
  const bytes = journals().reduce((sum, name) => sum + statSync(join(root(), name)).size, 0);
  expect(bytes).toBeLessThan(160_000);
});

test("where the journal cannot be written, rows wait in memory up to a bound", async () => {
  writeFileSync(join(dir, "journal"), "a file where the folder should be");
  const writing = writer({ bounds: { journalSpillBytesMax: 40_000 } });
  expect(warnings[0]).toContain("cannot be written");
  for (const id of ids(10)) whole(writing, id);
  await until("rows are in without a journal", () => calls.rows.size === 10);
  calls.fault = away;
  for (const id of ids(100, 10)) whole(writing, id);
  expect(writing.full()).toBe(true);
  calls.fault = undefined;
  await until("there is room again", () => !writing.full() && warnings.some((line) => line.includes("has room again")));
  expect(calls.rows.size).toBeLessThan(110);
  expect(calls.rows.size).toBeGreaterThan(20);
});

test("a row that is longer than any can be is refused aloud", async () => {
  const writing = writer();
  writing.write(callRecord("long", { why: "x".repeat(LIMITS.journalLineBytesMax) }));
  expect(warnings.join()).toContain("longer than the journal takes");
});

describe("an outbox", () => {
  const box = (to: FakeCalls) => ({
    ...intoStore({ calls: async () => to, rowsAtOnce: 50, root: dir, warn: () => {} }),
    ...{ name: "outbox", backoffMs: [5] },
  });

  test("gets every row, and one that is away delays the store by nothing", async () => {
    const other = fakeCalls();
    other.fault = away;
    const writing = writer({ outbox: box(other) });
    for (const id of ids(100)) whole(writing, id);
    await until("the store has all", () => calls.rows.size === 100);
    expect(other.rows.size).toBe(0);
    other.fault = undefined;
    await until("the outbox has all", () => other.rows.size === 100);
    await writing.stop();
    expect(journals()).toEqual([]);
  });

  test("an outbox that is far behind loses its oldest rows, and the store none", async () => {
    const other = fakeCalls();
    other.fault = away;
    const writing = writer({ outbox: box(other), bounds: { outboxBytesMax: 100_000, journalSegmentBytes: 20_000 } });
    for (let round = 0; round < 10; round++) {
      for (const id of ids(20, round * 20)) whole(writing, id);
      await until("the store has the round", () => calls.rows.size === (round + 1) * 20);
    }
    await until("it was said", () => warnings.some((line) => line.includes("the oldest rows are left out there")));
    other.fault = undefined;
    await until("the newest are there", () => other.rows.has(ids(1, 199)[0] ?? ""));
    expect(other.rows.has(ids(1)[0] ?? "")).toBe(false);
    expect(rowIds()).toHaveLength(200);
  });
});

test("a folder that another gateway took is left to it, and nothing is lost", async () => {
  calls.fault = away;
  const paused = writer({ holder: dead() });
  for (const id of ids(5)) whole(paused, id);
  paused.begin(callRecord(ids(1, 5)[0] ?? "", { outcome: "unknown" }));
  await turnEnds();
  const taker = fakeCalls();
  await writer({ to: taker }).adopt();
  await until("the taker has them", () => taker.rows.size === 6);
  paused.write(callRecord(ids(1, 5)[0] ?? ""));
  calls.fault = undefined;
  await until("the paused one has them too", () => calls.rows.size === 6);
  expect([...calls.rows.values()].every(({ outcome }) => outcome === "ended")).toBe(true);
});
