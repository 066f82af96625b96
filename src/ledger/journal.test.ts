import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../wire/limits.ts";
import { openJournal } from "./journal.ts";

const dir = mkdtempSync(join(tmpdir(), "codeswitch-journal-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("a reader that is far behind gets every row once: from the file, and then from memory", async () => {
  const journal = openJournal(dir);
  const count = 60;
  const filler = "x".repeat((2 * LIMITS.journalRecentBytesMax) / count);
  for (let at = 0; at < count; at++) {
    journal.start(`id-${at}`, "{}");
    journal.row(`id-${at}`, JSON.stringify({ at, filler }));
  }
  const seen: number[] = [];
  for (let from = 0; from < journal.end;) {
    const { rows, next, damaged } = await journal.rows(from);
    expect(damaged).toBe(0);
    expect(next).toBeGreaterThan(from);
    for (const { json } of rows) seen.push((JSON.parse(json) as { at: number }).at);
    from = next;
  }
  expect(seen).toEqual(Array.from({ length: count }, (_, at) => at));
  expect(await journal.rows(journal.end)).toEqual({ rows: [], next: journal.end, damaged: 0 });
  journal.close();
});
