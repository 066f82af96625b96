/** Rows that nobody takes, in a file for a person to look at. They hold neither a prompt nor a key. */
import { appendFileSync, statSync } from "node:fs";
import { LIMITS } from "../wire/limits.ts";

/** true: the file has it now. Up to a bound, and as far as the disk goes. */
export function putAside(path: string, row: string, bytesMax: number = LIMITS.journalRefusedBytesMax): boolean {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size + row.length > bytesMax) return false;
    appendFileSync(path, `${row}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
