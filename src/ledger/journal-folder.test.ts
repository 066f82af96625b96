/** Whose a folder is, and whether its holder lives. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Holder, isDead, newFolder, SILENT_MS, takeDead, thisHolder } from "./journal-folder.ts";

let root = "";
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "codeswitch-folders-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const us = thisHolder();
/** No process has this number: the kernel's bound is 4,194,304 (https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html). */
const NOBODY = 4_194_305;
const onLinux = process.platform === "linux";

test.each<[what: string, other: Holder, silentMs: number, dead: boolean]>([
  ["ourselves", us, Infinity, false],
  ["a process that is gone", { ...us, pid: NOBODY }, 0, true],
  ["one of another machine that was heard of", { ...us, host: "0".repeat(12), pid: NOBODY }, SILENT_MS, false],
  ["one of another machine that is silent", { ...us, host: "0".repeat(12) }, SILENT_MS + 1, true],
  [
    "one that lives, where the system does not tell when it began",
    { ...us, pid: process.ppid, born: "0" },
    SILENT_MS,
    false,
  ],
  ["one that is silent, where the system does not tell", { ...us, pid: process.ppid, born: "0" }, SILENT_MS + 1, true],
])("%s", (_, other, silentMs, dead) => {
  expect(isDead(other, us, silentMs)).toBe(dead);
});

test.skipIf(!onLinux)(
  "another process under a number that was given again is not the one that held it (read in Linux's /proc)",
  () => {
    expect(isDead({ ...us, pid: process.ppid, born: "1" }, us, 0)).toBe(true);
  },
);

test("a dead one's folder is taken whole, under our name; a silent stranger's too, and a living one's not", () => {
  const own = newFolder(root, us);
  const dead = newFolder(root, { ...us, pid: NOBODY });
  const far = newFolder(root, { ...us, host: "0".repeat(12) });
  const near = newFolder(root, { ...us, host: "1".repeat(12) });
  const long = new Date(Date.now() - SILENT_MS - 5_000);
  utimesSync(join(far.dir, "alive"), long, long);
  const taken = [takeDead(root, us, own), takeDead(root, us, own), takeDead(root, us, own)];
  expect(taken.map((folder) => folder && basename(folder.dir).startsWith(`${us.host}-${us.pid}-`))).toEqual([
    true,
    true,
    undefined,
  ]);
  expect([dead, far, near].map(({ dir }) => existsSync(dir))).toEqual([false, false, true]);
  expect([dead.beat(), near.beat()]).toEqual([false, true]);
});

test("what is no journal of ours is left alone", () => {
  const own = newFolder(root, us);
  mkdirSync(join(root, "notes"));
  mkdirSync(join(root, "0123456789ab-x-1-abc"));
  expect(takeDead(root, us, own)).toBeUndefined();
  expect(readdirSync(root)).toHaveLength(3);
});

test.skipIf(process.platform === "win32")(
  "a link to somebody else's folder is left alone, whatever it is called (Windows makes none without rights)",
  () => {
    const own = newFolder(root, us);
    const theirs = mkdtempSync(join(tmpdir(), "codeswitch-theirs-"));
    symlinkSync(theirs, join(root, `${us.host}-${NOBODY}-1-abc`));
    expect(takeDead(root, us, own)).toBeUndefined();
    expect(readdirSync(theirs)).toEqual([]);
    rmSync(theirs, { recursive: true });
  },
);
