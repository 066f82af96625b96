import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaveNote, type Note, readNotes } from "./note.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-notes-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const note = (instance: string, port = 4141): Note => ({
  url: `http://127.0.0.1:${port}`,
  pid: process.pid,
  version: "0.1.0",
  instance,
  source: "the environment",
});

test("a gateway that ends late leaves the note of the one that has its port", () => {
  const takeFirst = leaveNote(FOLDER, note("first"));
  const takeSecond = leaveNote(FOLDER, note("second"));
  const takeOther = leaveNote(FOLDER, note("other", 4142));
  takeFirst();
  expect(readNotes(FOLDER).map(({ instance }) => instance)).toEqual(["second", "other"]);
  takeSecond();
  takeOther();
  expect(readdirSync(FOLDER)).toEqual([]);
});

test("a note is its owner's alone, whatever stood in its place", () => {
  const path = join(FOLDER, "gateway-4141.json");
  writeFileSync(path, "{}");
  chmodSync(path, 0o644);
  const takeAway = leaveNote(FOLDER, note("first"));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  takeAway();
});

test.each(["", "{", "[]", '{"url":"http://127.0.0.1:1","pid":"x"}'])("what is no note, %p, is none", (text) => {
  writeFileSync(join(FOLDER, "gateway-1.json"), text);
  expect(readNotes(FOLDER)).toEqual([]);
});

test("a process that is gone has left none, and the next one to start clears up", () => {
  const gone = Bun.spawnSync(["true"]).pid;
  leaveNote(FOLDER, { ...note("gone"), pid: gone });
  expect(readNotes(FOLDER)).toEqual([]);
  const takeAway = leaveNote(FOLDER, note("next", 4142));
  expect(readdirSync(FOLDER)).toEqual(["gateway-4142.json"]);
  takeAway();
});

test("a folder that cannot be made keeps nobody from starting", () => {
  writeFileSync(join(FOLDER, "file"), "");
  expect(() => leaveNote(join(FOLDER, "file"), note("first"))()).not.toThrow();
  expect(readNotes(join(FOLDER, "file"))).toEqual([]);
});
