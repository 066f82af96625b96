/** What nobody takes. */
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putAside } from "./aside.ts";

test("is kept up to a bound", () => {
  const dir = mkdtempSync(join(tmpdir(), "codeswitch-aside-"));
  const path = join(dir, "refused.jsonl");
  expect([1, 2, 3].map(() => putAside(path, '{"id":"a"}', 25))).toEqual([true, true, false]);
  expect(readFileSync(path, "utf8")).toBe('{"id":"a"}\n{"id":"a"}\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(dir, { recursive: true });
});

test("a folder that cannot be written costs nobody anything else", () => {
  expect(putAside("/dev/null/refused.jsonl", "{}")).toBe(false);
});
