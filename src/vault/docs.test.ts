import { expect, test } from "bun:test";
import { join } from "node:path";
import { DATABASE_FILE } from "../store/folder.ts";
import { LIMITS } from "../wire/limits.ts";

test("docs/SECURITY.md names the bounds as they are", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../docs/SECURITY.md")).text();
  const HOUR = 60 * 60 * 1000;
  const MB = 1024 * 1024;
  const count = (number: number): string => number.toLocaleString("en");
  for (const words of [
    `memory: ${LIMITS.vaultTtlMs / HOUR} hours, at most ${count(LIMITS.vaultEntriesMax)} entries and ${LIMITS.vaultBytesMax / MB} MB`,
    `Disk: ${LIMITS.vaultDiskTtlMs / HOUR / 24} days, at most ${count(LIMITS.vaultDiskRowsMax)} entries and ${LIMITS.vaultDiskBytesMax / MB} MB`,
    `memory, ${count(LIMITS.provenanceMax)}`,
    DATABASE_FILE,
  ])
    expect(text).toContain(words);
});
